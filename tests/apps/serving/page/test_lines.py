"""The lines that the page copies really run, and answer as the page did."""

import shlex
import shutil

import pytest

from amalthea.images import read_picture
from tests.apps.commands import succeed

pytest.importorskip("starlette")
pytest.importorskip("selenium")
pytestmark = pytest.mark.single_backend


@pytest.fixture
def answered(page, cat, model_files, monkeypatch):
    """The page after an answer of a file, in whose folder, and the picture's, somebody sits."""
    permission = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": page.address}
    page.driver.execute_cdp_cmd("Browser.grantPermissions", permission)
    page.models().select_by_visible_text("mobilenet")
    page.pick(cat)
    page.answers()
    page.find("summary").click()
    shutil.copy(model_files[0], cat.parent)
    monkeypatch.chdir(cat.parent)
    return page


def copied(page, number):
    """What is on the clipboard after a button was pressed."""
    button = page.all(".lines button")[number]
    button.click()
    page.wait(lambda: button.text == "Copied")
    return page.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")


def shown(page):
    percentages = [float(each.rstrip("%")) / 100 for each in page.texts(".probability")]
    return list(zip(page.texts(".name"), percentages, strict=True))


def test_the_command_runs(answered):
    program, *arguments = shlex.split(copied(answered, 0))
    assert [program, *arguments] == ["amalthea", "predict", "my cat's.jpg", "--model", "mobilenet.onnx"]
    printed = [line.replace("my cat's.jpg", "").split() for line in succeed(*arguments).stdout.splitlines()[1:6]]
    for (name, probability), (named, number, *_) in zip(shown(answered), printed, strict=True):
        assert (named.replace("_", " "), float(number)) == (name, pytest.approx(probability, abs=0.0011))


def test_the_python_runs(answered, capsys):
    exec(compile(copied(answered, 1), "copied", "exec"), {})
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    for (name, probability), (named, number) in zip(shown(answered), printed, strict=True):
        assert (named.replace("_", " "), float(number)) == (name, pytest.approx(probability, abs=0.0011))


def test_the_command_of_the_map_runs(answered):
    answered.find(".explain").click()
    answered.wait(lambda: answered.find(".map").is_displayed())
    program, *arguments = shlex.split(copied(answered, 0).splitlines()[1])
    assert [program, arguments[0]] == ["amalthea", "explain"]
    assert "Written: map.png" in succeed(*arguments).stdout
    assert read_picture("map.png").shape[2] == 3


def test_networks_of_the_catalogue_are_opened_by_their_names(page, cat):
    page.pick(cat)
    page.answers()
    assert page.find("code.terminal").get_attribute("textContent").endswith(" --model EfficientNetLite0")
    assert 'amalthea.predictor("EfficientNetLite0")' in page.find("code.python").get_attribute("textContent")


def test_without_a_clipboard_the_lines_are_selected(answered):
    answered.driver.execute_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false;"
    )
    answered.all(".lines button")[0].click()
    answered.wait(lambda: answered.said() == "This browser does not allow copying; the lines are selected.")
    assert answered.driver.execute_script("return getSelection().toString()").startswith("amalthea predict")
