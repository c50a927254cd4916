"""Renews the pictures of the page in docs/: ``python -m tests.apps.serving.page.screenshots``.

A font with Chinese letters must be installed, such as Debian's fonts-noto-cjk.
"""

import base64
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.apps.serving.conftest import ServerProcess

from .browser import chromium
from .visit import Visit

DOCS = Path(__file__).parents[4] / "docs"


def photograph(visit: Visit) -> Image.Image:
    """The whole page, as it is now."""
    taken = visit.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    return Image.open(BytesIO(base64.b64decode(taken["data"])))


def explained(visit: Visit) -> Visit:
    """The page with the cat that comes with Amalthea, and the map of what speaks for it."""
    visit.find("#sample").click()
    visit.answers()
    visit.find(".explain").click()
    visit.wait(lambda: visit.find(".map").is_displayed())
    visit.driver.execute_script("document.activeElement.blur()")
    return visit


def take(address: str) -> None:
    """Write both pictures."""
    with chromium() as driver:
        visit = Visit(driver, address)
        wide = explained(visit.opened("?lang=en", width=1280, height=800))
        wide.find("summary").click()
        photograph(wide).convert("RGB").save(DOCS / "page-wide.png", optimize=True)
        narrow = explained(visit.opened("?lang=zh", width=390, height=844, scheme="dark", dots=1.5))
        photograph(narrow).convert("RGB").save(DOCS / "page-narrow.png", optimize=True)


if __name__ == "__main__":
    server = ServerProcess(["EfficientNetLite0"])
    try:
        server.wait_until_ready()
        take(server.url)
    finally:
        server.process.terminate()
        server.ended()
