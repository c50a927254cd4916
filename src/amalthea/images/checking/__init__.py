"""What is wrong with a folder of pictures, before anything is trained on it."""

from .findings import Duplicates, Finding, Kind
from .folder import check_images
from .report import ImagesReport

__all__ = ["Duplicates", "Finding", "ImagesReport", "Kind", "check_images"]
