"""The map of what the network looked at, over the picture."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import amalthea

pytest.importorskip("starlette")
pytest.importorskip("selenium")
pytestmark = pytest.mark.single_backend


@pytest.fixture
def explained(page, cat):
    """The page after the map was asked for by keyboard."""
    page.models().select_by_visible_text("mobilenet")
    page.drop(cat)
    page.answers()
    button = page.find(".explain")
    assert (button.text, page.find(".map").is_displayed()) == ("What did it look at?", False)
    page.driver.execute_script("arguments[0].focus()", button)
    page.press("\ue007")
    page.wait(lambda: button.text == "Hide the map")
    return page


def test_the_map_is_that_of_explain(explained, cat, model_files):
    kind, content = explained.find(".map").get_attribute("src").split(",")
    assert kind == "data:image/png;base64"
    expected = amalthea.explain(amalthea.load(model_files[0]), cat)
    shown = np.asarray(Image.open(BytesIO(base64.b64decode(content))), float)
    assert np.abs(shown - expected.overlay()).mean() < 2
    name = expected.target.replace("_", " ")
    assert explained.find(".map").get_attribute("alt") == f"Map of what speaks for {name}"
    assert explained.find(".sense").text == f"The brighter the colour, the more a place speaks for {name}."
    assert explained.said() == explained.find(".sense").text


def test_the_map_covers_the_picture_and_goes_away(explained):
    assert explained.find(".map").rect == explained.find(".shown").rect
    assert explained.focused == explained.find(".explain")
    explained.press(" ")
    assert (explained.find(".explain").text, explained.find(".map").is_displayed()) == ("Show the map", False)
    explained.press(" ")
    assert explained.find(".map").is_displayed()


def test_another_model_has_no_map_yet(explained):
    explained.models().select_by_visible_text("careful")
    explained.answers()
    assert not explained.find(".map").is_displayed()
    assert explained.find(".explain").text == "What did it look at?"


def test_a_server_without_explanations_offers_none(driver, server, network_file, cat):
    from .visit import Visit

    page = Visit(driver, server(network_file, explain=False)).opened()
    page.models()
    page.drop(cat)
    assert page.answers() == ["Egyptian cat"]
    assert not page.find(".explain").is_displayed()


def test_the_colours_beside_it_are_those_of_the_maps(page):
    from amalthea.transfer.explanation.drawing import _COLOURS

    rule = "[...document.styleSheets[0].cssRules].find((rule) => rule.selectorText === '.colours')"
    drawn = page.driver.execute_script(f"return {rule}.style.backgroundImage")
    colours = [f"rgb({red:.0f}, {green:.0f}, {blue:.0f})" for red, green, blue in _COLOURS]
    assert drawn == f"linear-gradient(to right, {', '.join(colours)})"
