"""Debian's Chromium without a window, and what a reader does in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

# No window, no sandbox for the root user of a container, no camera but one that shows a pattern, and nothing that
# Chromium would like to tell or to ask its makers.
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


def missing() -> list[str]:
    """Which of the two programs is not on this machine."""
    return [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]


@contextmanager
def chromium(language: str = "en-GB", scale: float = 1) -> Iterator[webdriver.Chrome]:
    """A browser whose reader speaks a language; ``scale`` is how many dots of its screen make a pixel."""
    options = Options()
    options.binary_location = shutil.which("chromium")
    for switch in (
        *SWITCHES,
        f"--lang={language}",
        f"--accept-lang={language}",
        f"--force-device-scale-factor={scale}",
    ):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(executable_path=shutil.which("chromedriver")))
    try:
        driver.set_page_load_timeout(30)
        driver.set_script_timeout(30)
        yield driver
    finally:
        driver.quit()


def look(
    driver: webdriver.Chrome, width: int = 1280, height: int = 900, scheme: str = "light", dots: float = 1
) -> None:
    """Give the page a size in pixels and the reader's taste; what is narrow is a telephone, which one touches."""
    telephone = width < 600
    metrics = {"width": width, "height": height, "deviceScaleFactor": dots, "mobile": telephone}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": telephone})
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
