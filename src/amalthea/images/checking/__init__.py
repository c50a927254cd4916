"""What is wrong with a folder of pictures, before anything is trained on it."""

from .findings import Duplicates, Finding, Kind
from .folder import check_images
from .report import ImagesReport
from .survey import Survey, survey

__all__ = ["Duplicates", "Finding", "ImagesReport", "Kind", "Survey", "check_images", "survey"]
