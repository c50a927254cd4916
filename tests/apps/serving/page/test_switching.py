"""Another model, another language: what is shown follows."""

import json
import re
from importlib.resources import files

import pytest

import amalthea

pytest.importorskip("starlette")
pytest.importorskip("selenium")
pytestmark = pytest.mark.single_backend

WORDS = {
    name: json.loads((files("amalthea.apps.serving.page") / "words" / f"{name}.json").read_text("utf-8"))
    for name in ("en", "zh")
}
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_another_model_answers_for_the_pictures_that_are_there(page, cat, model_files):
    assert [option.text for option in page.models().options] == ["EfficientNetLite0", "mobilenet", "careful"]
    page.drop(cat)
    page.answers()
    before = page.texts(".probability")
    page.models().select_by_visible_text("mobilenet")
    page.answers()
    [expected] = amalthea.load(model_files[0]).predict_images(cat)
    assert page.texts(".probability") == [f"{each.probability:.1%}" for each in expected.classes] != before
    assert page.find(".facts").text.startswith("mobilenet · ")
    assert page.find("#model-facts").text == "1,000 classes, 224 × 224 px"


def test_another_language_keeps_the_answers(page, cat, broken):
    page.drop(broken, cat)
    page.answers()
    sentence = page.problem()
    page.find("#language").click()
    page.wait(lambda: page.find("h1").text == WORDS["zh"]["question"])
    assert page.driver.find_element("tag name", "html").get_attribute("lang") == "zh-Hans"
    assert page.driver.title == WORDS["zh"]["title"]
    assert page.answers() == [WORDS["zh"]["noAnswer"], "Egyptian cat"]
    assert page.problem() == sentence
    assert page.find(".card .problem").get_attribute("lang") == "en"
    untranslated = [
        each for each in page.texts(".button, .sense, .facts, summary") if each and not CHINESE.search(each)
    ]
    assert untranslated == []
    page.driver.refresh()
    assert page.wait(lambda: page.find("h1").text) == WORDS["zh"]["question"]
    page.find("#language").click()
    page.wait(lambda: page.find("h1").text == WORDS["en"]["question"])
    assert not any(CHINESE.search(each) for each in page.texts("main"))


def test_the_browser_of_a_chinese_reader_shows_chinese_at_once(driver, address):
    from .visit import Visit

    headers = {"headers": {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}}
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", headers)
    try:
        assert Visit(driver, address).opened().find("h1").text == WORDS["zh"]["question"]
    finally:
        driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {}})
