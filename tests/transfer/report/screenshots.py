"""Renews the pictures of a report in docs/: ``python -m tests.transfer.report.screenshots PETS``.

PETS holds the folders train and validation, with pictures of a class in each of their own.
"""

import base64
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from amalthea.transfer import ImageClassifier, write_report
from tests.apps.serving.page.browser import chromium, look

DOCS = Path(__file__).parents[3] / "docs"
SIZES = {"report.jpg": (900, 1500), "report-narrow.jpg": (390, 844)}  # of the part that is shown, in pixels


def take(pets: Path) -> None:
    """Train on pictures, and photograph the report of how the others are told apart."""
    with TemporaryDirectory() as folder, chromium() as driver:
        report = Path(folder, "report.html")
        classifier = ImageClassifier("EfficientNetLite0").fit(pets / "train", validation=pets / "validation")
        write_report(classifier, pets / "validation", path=report, file="pets.onnx")
        for name, (width, height) in SIZES.items():
            look(driver, width=width, height=height)
            driver.get(report.as_uri())
            taken = driver.execute_cdp_cmd("Page.captureScreenshot", {})
            Image.open(BytesIO(base64.b64decode(taken["data"]))).convert("RGB").save(DOCS / name, quality=80)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
