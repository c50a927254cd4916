import subprocess
import sys
from math import nan
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import ArgumentError, MissingDependencyError, StorageError
from amalthea.transfer.curves import draw_curves

pytestmark = pytest.mark.single_backend

HISTORY = {
    "loss": [0.9, 0.5, 0.4, 0.3, 0.28],
    "accuracy": [0.6, 0.8, 0.85, 0.9, 0.91],
    "val_loss": [0.7, 0.5, 0.45, 0.44, 0.46],
    "val_accuracy": [0.7, 0.8, 0.82, 0.84, 0.83],
}
TRAINING = {name: HISTORY[name] for name in ("loss", "accuracy")}
BLUE, ORANGE, GREY = (31, 119, 180), (255, 127, 14), (128, 128, 128)  # of Matplotlib's "tab:" colours


@pytest.fixture(autouse=True)
def matplotlib() -> None:
    pytest.importorskip("matplotlib")


def pixels(path: Path, colour: tuple[int, int, int]) -> int:
    with Image.open(path) as image:
        return int((np.asarray(image.convert("RGB")) == colour).all(axis=-1).sum())


def test_dots_a_line_and_where_fine_tuning_began(tmp_path: Path) -> None:
    draw_curves(HISTORY, tmp_path / "all.png", title="Pets", fine_tuning_from=3)
    draw_curves(TRAINING, tmp_path / "training.png")
    with Image.open(tmp_path / "all.png") as image:
        assert (image.format, image.size) == ("PNG", (1100, 450))
    assert [pixels(tmp_path / "all.png", colour) > 50 for colour in (BLUE, ORANGE, GREY)] == [True, True, True]
    assert [pixels(tmp_path / "training.png", colour) > 50 for colour in (BLUE, ORANGE, GREY)] == [True, False, False]


def test_a_single_epoch(tmp_path: Path) -> None:
    draw_curves({name: values[:1] for name, values in HISTORY.items()}, str(tmp_path / "one.PNG"))
    assert all(pixels(tmp_path / "one.PNG", colour) > 20 for colour in (BLUE, ORANGE))


@pytest.mark.parametrize(("validated", "on_the_left"), [((0, 1), True), ((3, 4), False)])
def test_validation_of_some_epochs_stands_at_these(
    validated: tuple[int, ...], on_the_left: bool, tmp_path: Path
) -> None:
    """Found in the left panel, where the legend would be in the way of a picture of loss."""
    some = {name: [values[e] if e in validated else nan for e in range(5)] for name, values in HISTORY.items()}
    draw_curves({**HISTORY, "val_loss": some["val_loss"], "val_accuracy": [nan] * 5}, tmp_path / "some.png")
    draw_curves({**HISTORY, "val_loss": [nan] * 5, "val_accuracy": [nan] * 5}, tmp_path / "none.png")
    with Image.open(tmp_path / "some.png") as one, Image.open(tmp_path / "none.png") as other:
        columns = np.nonzero((np.asarray(one) != np.asarray(other)).any(axis=(0, 2)))[0]
    assert len(columns) > 50
    assert (columns < 825).all() if on_the_left else (columns > 825).all()  # the middle of the right panel


def test_no_window_system_is_touched(tmp_path: Path) -> None:
    code = (
        "import sys; from amalthea.transfer.curves import draw_curves; "
        "draw_curves({'loss': [1, 2], 'accuracy': [0, 1]}, sys.argv[1]); "
        "assert 'matplotlib.pyplot' not in sys.modules and 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "curves.png")], check=True, timeout=60)


def test_a_title_is_no_formula(tmp_path: Path) -> None:
    draw_curves(HISTORY, tmp_path / "named.png", title="a$\\x$")
    draw_curves(HISTORY, tmp_path / "unnamed.png")
    with Image.open(tmp_path / "named.png") as one, Image.open(tmp_path / "unnamed.png") as other:
        assert (np.asarray(one) != np.asarray(other)).any()


def test_no_epoch_yet(tmp_path: Path) -> None:
    for history in ({}, {"loss": [], "accuracy": []}):
        with pytest.raises(ArgumentError, match="The history has no epoch yet"):
            draw_curves(history, tmp_path / "curves.png")
    assert not list(tmp_path.iterdir())


def test_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"curves\.pdf does not end in \.png"):
        draw_curves(HISTORY, tmp_path / "curves.pdf")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Cannot write into"):
        draw_curves(HISTORY, tmp_path / "file" / "curves.png")


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "amalthea\[training\]"'):
        draw_curves(HISTORY, tmp_path / "curves.png")
