"""The lines that the page copies really run, and answer as the page did."""

import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

from amalthea.apps.command_line import command_line
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
    written = read_picture("map.png")
    Path("map.png").unlink()
    exec(compile(copied(answered, 1), "copied", "exec"), {})
    assert np.array_equal(read_picture("map.png"), written)


def test_networks_of_the_catalogue_are_opened_by_their_names(page, cat):
    page.pick(cat)
    page.answers()
    assert page.find("code.terminal").get_attribute("textContent").endswith(" --model EfficientNetLite0")
    assert 'amalthea.predictor("EfficientNetLite0")' in page.find("code.python").get_attribute("textContent")


def test_a_precision_and_a_threshold_are_reproduced(page, model_files, cat, capsys, monkeypatch):
    page.models().select_by_visible_text("careful")
    page.pick(cat)
    page.answers()
    shutil.copy(model_files[1], cat.parent)
    monkeypatch.chdir(cat.parent)
    exec(compile(page.find("code.python").get_attribute("textContent"), "shown", "exec"), {})
    assert capsys.readouterr().out.splitlines()[0] == "none of these"
    terminal, python = page.driver.execute_async_script(
        """const done = arguments[0];
        const model = { name: "careful", source: "careful.onnx", precision: "bfloat16", threshold: null };
        const lines = await import("/page/script/lines.js");
        done([lines.commands("cat.jpg", model, { method: "occlusion" }), lines.python("cat.jpg", model, {})]);"""
    )
    assert terminal == "amalthea predict cat.jpg --model careful.onnx --precision bfloat16"
    program, name, *arguments = shlex.split(terminal)
    asked = command_line.get_command(None, name).make_context(name, arguments).params
    assert (program, asked["precision"]) == ("amalthea", "bfloat16")
    assert python.splitlines()[2:4] == [
        'predictor = amalthea.load("careful.onnx", precision="bfloat16")',
        '[prediction] = predictor.predict_images(["cat.jpg"])',
    ]
    assert python.splitlines()[-1] == 'amalthea.explain(predictor, "cat.jpg").save("map.png")'
    compile(python, "shown", "exec")


def test_without_a_clipboard_the_lines_are_selected(answered):
    answered.driver.execute_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false;"
    )
    answered.all(".lines button")[0].click()
    answered.wait(lambda: answered.said() == "This browser does not allow copying; the lines are selected.")
    selected = answered.driver.execute_script("return getSelection().toString()")
    assert selected == answered.find("code.terminal").get_attribute("textContent")
    assert selected.startswith("amalthea predict")
