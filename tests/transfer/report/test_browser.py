"""A report as somebody opens it: in a real browser, without JavaScript and without a network, wide and narrow."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from amalthea.transfer import Comparison, Contender, ImageClassifier, write_report
from amalthea.transfer.classifier.labelled import Samples
from amalthea.transfer.selection.outcome import judged
from tests.transfer.report.networks import small_network

pytest.importorskip("selenium", reason="reports are opened by Selenium, which is not installed")

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]

HOSTILE = ("<script>document.title='ran'<", "<img src=http:x onerror=alert(1)>", "\u202egnp.exe", "long" * 50)
NOWHERE = "http://192.0.2.1/picture.png"  # an address for examples, which nobody has


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with every section, of a classifier that was trained here; its classes and files have hostile names."""
    folder = tmp_path_factory.mktemp("report")
    generator = np.random.default_rng(0)
    for part in ("learned", "judging"):
        for name in HOSTILE:
            (folder / part / name).mkdir(parents=True)
            for number in range(3):
                path = folder / part / name / f'{number} "><b>.png'
                Image.fromarray(generator.integers(0, 256, (60, 40, 3), np.uint8)).save(path)
    shutil.copy(folder / "learned" / HOSTILE[0] / '0 "><b>.png', folder / "judging" / HOSTILE[1] / "twin.png")
    network = small_network(48)
    classifier = ImageClassifier(network, scaling="tf", epochs=2, threshold=0.1).fit(folder / "learned")
    measured = {"accuracy": 0.9, "deviation": 0.1, "megabytes": 25.3, "parameters": 3_456_789, "throughput": 912.0}
    rows = [Contender(name=f"{name}, hidden=(8,)", latency=0.01, **measured) for name in HOSTILE]
    compared = Comparison(contenders=(*rows, Contender(name="B", error="x" * 300)), best=classifier, processor="CPU")
    answers, halves = np.eye(2, dtype=np.float32), np.array([0, 1])
    folds = judged((None, None), Samples([], halves, np.array(["a", "b"])), halves, answers, {"features": 1.0})
    written = folder / "report.html"
    write_report(classifier, folder / "judging", path=written, comparison=compared, folds=folds, file="x" * 200)
    return written


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    """Chromium, which is offline, runs no script of a page, and tells what pages ask for."""
    from selenium import webdriver

    from tests.apps.serving.page import browser

    if absent := browser.missing():
        message = f"reports are opened in Debian's Chromium; {' and '.join(absent)} not found"
        if os.environ.get("AMALTHEA_REQUIRE_DATA") == "1":
            pytest.fail(f"AMALTHEA_REQUIRE_DATA=1, but {message}")
        pytest.skip(message)
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for switch in browser.SWITCHES:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    started = webdriver.Chrome(options=options, service=service)
    try:
        started.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        started.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
        yield started
    finally:
        started.quit()


def opened(driver: Any, path: Path, width: int) -> list[str]:
    """Open a page in a window of so many pixels; returns all that it asks for."""
    from tests.apps.serving.page.browser import look

    look(driver, width=width)
    driver.get_log("performance")  # of the page before
    driver.get(path.as_uri())
    told = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [each["params"]["request"]["url"] for each in told if each["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.startswith("data:")]


def width_of_page(driver: Any) -> int:
    """In pixels; where that is more than the window's, one has to scroll sideways."""
    return driver.execute_script("return document.documentElement.scrollWidth")


def widths_of_pictures(driver: Any) -> list[int]:
    """In their own pixels; 0 of those that are not shown."""
    return driver.execute_script("return [...document.images].map(image => image.naturalWidth)")


@pytest.mark.parametrize("width", [1280, 390])
def test_what_it_would_find(width: int, driver: Any, tmp_path: Path) -> None:
    """On a page that has all the faults but one, for its script does not run here."""
    page = tmp_path / "faulty.html"
    head = "<meta name='viewport' content='width=device-width'><title>idle</title>"
    script = "<script>document.title = 'ran'</script>"
    page.write_text(f"{head}{script}<div style='width: 2000px'>wide</div><img src='{NOWHERE}'>")
    assert opened(driver, page, width) == [page.as_uri(), NOWHERE]
    assert driver.title == "idle"
    assert width_of_page(driver) >= 2000
    assert widths_of_pictures(driver) == [0]


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_report_is_whole_without_javascript_and_network(width: int, driver: Any, report: Path) -> None:
    assert opened(driver, report, width) == [report.as_uri()]
    assert width_of_page(driver) == width
    pictures = widths_of_pictures(driver)
    assert min(pictures) > 0
    shown = json.loads((report.parent / "report-facts.json").read_text(encoding="ascii"))
    mistakes, plots, twins = min(len(shown["mistakes"]), 12), 4, len(shown["twins"])
    assert (len(pictures), twins) == (plots + 2 * mistakes + 2 * twins, 1)
    text = driver.find_element("tag name", "body").text
    for name in HOSTILE:
        seen = name.replace("\u202e", "\ufffd")
        assert text.count(seen) >= 4, seen  # of each class, of what was confused, of pictures, of networks compared
    assert '"><b>.png' in text
    assert driver.title == "small_classifier: report"
    made = driver.execute_script("return document.querySelectorAll('script, iframe, object, embed, link').length")
    assert made == 0
