"""The page is there for everybody: by keyboard, narrow and wide, light and dark, in both languages."""

import pytest

pytest.importorskip("starlette")
pytest.importorskip("selenium")
pytestmark = pytest.mark.single_backend

TAB = "\ue004"


def test_all_is_reached_by_keyboard_in_the_order_in_which_it_is_seen(page, cat):
    page.models()
    reached = []
    for _ in range(5):
        page.press(TAB)
        reached.append(page.focused.get_attribute("id"))
    assert reached == ["language", "files", "camera", "sample", "models"]
    page.press("m")  # the model whose name begins so
    assert page.models().first_selected_option.text == "mobilenet"
    page.pick(cat)
    page.answers()
    reached = []
    for _ in range(3):
        page.press(TAB)
        reached.append(page.focused.get_attribute("class") or page.focused.tag_name)
    assert reached == ["button plain", "button explain", "summary"]
    outline = page.focused.value_of_css_property("outline-style")
    assert outline == "solid"
    page.press(" ")
    assert page.find("code.terminal").is_displayed()


def test_the_hidden_field_of_files_shows_where_the_focus_is(page):
    page.press(TAB, TAB)
    assert page.focused.get_attribute("id") == "files"
    assert page.find("#files + label").value_of_css_property("outline-style") == "solid"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(page, cat, broken, width, tmp_path):
    long = tmp_path / f"{'very' * 30}_long.jpg"
    long.write_bytes(cat.read_bytes())
    page.opened(width=width)
    page.pick(cat, broken, long)
    page.answers()
    for summary in page.all("summary"):
        if summary.is_displayed():
            summary.click()
    assert page.sideways() == 0
    columns = page.find(".card").value_of_css_property("grid-template-columns").split()
    assert len(columns) == (2 if width == 1280 else 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_no_serious_fault(page, cat, broken, scheme, language):
    page.opened(f"?lang={language}", scheme=scheme)
    assert page.faults() == {}
    page.models().select_by_visible_text("mobilenet")
    page.pick(cat, broken)
    page.answers()
    page.find(".explain").click()
    page.wait(lambda: page.find(".map").is_displayed())
    page.find("summary").click()
    assert page.faults() == {}
    ground = page.find("body").value_of_css_property("background-color")
    assert ground == {"light": "rgba(251, 250, 247, 1)", "dark": "rgba(22, 24, 27, 1)"}[scheme]


def test_axe_would_find_one(page):
    page.driver.execute_script("document.querySelector('#models').labels[0].remove()")
    assert page.faults().keys() <= {"label", "select-name"} and page.faults()


def test_who_wants_no_motion_sees_none(page, cat):
    page.pick(cat)
    page.answers()
    assert page.find(".filled").value_of_css_property("animation-name") == "none"


def test_a_telephone_opens_its_own_camera(page):
    page.opened(width=390)
    page.driver.execute_script("document.getElementById('capture').click = () => (window.opened = true)")
    page.find("#camera").click()
    assert page.driver.execute_script("return window.opened")
    assert page.find("#capture").get_attribute("capture") == "environment"
    assert not page.find("#hint").is_displayed()
