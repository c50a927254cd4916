"""Pictures come onto the page in every way, and are named; files that are none have their sentence."""

import base64
import shutil

import pytest

import amalthea

pytest.importorskip("starlette")
pytest.importorskip("selenium")
pytestmark = pytest.mark.single_backend


def test_a_picture_that_is_dropped_is_named(page, cat):
    page.drop(cat)
    assert page.answers() == ["Egyptian cat"]
    [expected] = amalthea.predictor("EfficientNetLite0", preprocess=True).predict_images(cat)
    assert page.texts(".name") == [each.name.replace("_", " ") for each in expected.classes]
    assert page.texts(".probability") == [f"{each.probability:.1%}" for each in expected.classes]
    [card] = page.texts(".card")
    assert card.startswith("What did it look at?\nmy cat's.jpg\nEgyptian cat\n")
    assert page.find(".facts").text.startswith("EfficientNetLite0 · ")
    assert page.said() == f"my cat's.jpg: Egyptian cat, {expected.classes[0].probability:.1%}"
    widths = [float(each.value_of_css_property("width")[:-2]) for each in page.all(".filled, .track")]
    assert widths[1] / widths[0] == pytest.approx(expected.classes[0].probability, abs=0.01)


def test_several_pictures_keep_their_order_and_later_ones_stand_above(page, cat, test_data):
    page.drop(test_data / "images" / "owl.jpg", test_data / "images" / "hot_dog.jpg")
    assert page.texts(".file") == ["owl.jpg", "hot_dog.jpg"]
    assert page.answers()[1] == "hotdog"
    page.pick(cat)
    assert page.texts(".file") == ["my cat's.jpg", "owl.jpg", "hot_dog.jpg"]
    assert page.answers()[0] == "Egyptian cat"
    page.find("#clear").click()
    assert page.texts(".card") == []
    assert page.focused.get_attribute("id") == "files"


def test_a_picture_that_is_pasted_is_named(page, cat):
    permission = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": page.address}
    page.driver.execute_cdp_cmd("Browser.grantPermissions", permission)
    page.driver.execute_async_script(
        """const [content, done] = arguments;
        const jpeg = new Blob([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], { type: "image/jpeg" });
        createImageBitmap(jpeg).then(async (picture) => {
          const canvas = new OffscreenCanvas(picture.width, picture.height);
          canvas.getContext("2d").drawImage(picture, 0, 0);
          await navigator.clipboard.write([new ClipboardItem({ "image/png": await canvas.convertToBlob() })]);
          done();
        });""",
        base64.b64encode(cat.read_bytes()).decode(),
    )
    page.press_with_control("v")
    assert page.answers() == ["Egyptian cat"]
    assert page.find(".save").get_attribute("download") == page.texts(".file")[0]


def test_the_camera_gives_a_picture(page):
    page.find("#camera").click()
    page.wait(lambda: page.driver.execute_script("return document.getElementById('video').videoWidth"))
    page.find("#take").click()
    assert len(page.answers()) == 1
    assert page.texts(".file") == ["photograph.jpg"]
    assert page.driver.execute_script("return document.getElementById('video').srcObject") is None


def test_the_sample_needs_no_picture(page):
    page.find("#sample").click()
    assert page.answers() == ["Egyptian cat"]


def test_a_broken_file_shows_the_sentence_of_the_server(page, cat, broken):
    page.drop(broken, cat)
    assert page.answers() == ["No answer", "Egyptian cat"]
    with pytest.raises(amalthea.errors.ImageError) as expected:
        amalthea.predictor("EfficientNetLite0", preprocess=True).predict_images(broken)
    assert page.problem() == str(expected.value).replace(str(broken), "broken.jpg")
    assert page.find(".format").text == "This browser cannot show this format"
    assert not page.find(".card details").is_displayed()
    assert not page.find(".again").is_displayed()


def test_a_folder_is_no_picture(page, tmp_path):
    folder = tmp_path / "folder.jpg"
    folder.mkdir()
    page.drop(folder)
    assert page.answers() == ["No answer"]
    assert page.problem().startswith("This cannot be read: it is a folder")


def test_pasted_text_is_no_picture(page):
    page.driver.execute_script(
        """const data = new DataTransfer();
        data.setData("text/plain", "https://example.org/cat.jpg");
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));"""
    )
    assert page.problem("#notice").startswith("There is no picture in that. Addresses are not fetched")
    assert page.texts(".card") == []


def test_names_are_never_taken_for_html(page, cat, tmp_path):
    name = "<img src=x onerror=alert(1)>.jpg"
    shutil.copy(cat, tmp_path / name)
    page.drop(tmp_path / name)
    assert page.answers() == ["Egyptian cat"]
    assert page.texts(".file") == [name]


def test_an_answer_below_the_threshold_is_none_of_these(page, cat):
    page.models().select_by_visible_text("careful")
    page.drop(cat)
    assert page.answers() == ["None of these"]
    assert sorted(page.texts(".name")) == ["cat", "dog", "snowy owl"]
    assert page.said().startswith("my cat's.jpg: None of these, ")
