import os

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import StorageError
from amalthea.transfer.calibration import reliability
from amalthea.transfer.report.charts import draw_confusion, draw_reliability

pytestmark = pytest.mark.single_backend


def drawn(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def test_a_full_diagonal_is_dark_and_an_empty_one_is_not(tmp_path):
    names = ["cat", "dog", "owl"]
    draw_confusion([[9, 0, 0], [0, 9, 0], [0, 0, 9]], names, tmp_path / "right.png")
    draw_confusion([[0, 9, 0], [0, 0, 9], [9, 0, 0]], names, tmp_path / "wrong.png")
    right, wrong = drawn(tmp_path / "right.png"), drawn(tmp_path / "wrong.png")
    assert right.shape == wrong.shape and (right != wrong).any()


@pytest.mark.parametrize("count", [2, 26, 61])
def test_any_number_of_classes(count, tmp_path):
    draw_confusion(
        np.eye(count, dtype=int).tolist(), [f"class {number}" for number in range(count)], tmp_path / "c.png"
    )
    height, width, _ = drawn(tmp_path / "c.png").shape
    assert max(height, width) <= 1500


def test_names_that_matplotlib_would_take_for_formulas_or_has_no_letters_for(tmp_path):
    names = ["$\\frac{$", os.fsdecode(b"\xff"), "貓", "long" * 100, "line\nbreak", "_x", ""]
    draw_confusion(np.eye(len(names), dtype=int).tolist(), names, tmp_path / "names.png")
    assert drawn(tmp_path / "names.png").size


def test_reliability_with_empty_bins(tmp_path):
    found = reliability([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
    draw_reliability(found, tmp_path / "some.png")
    draw_reliability(reliability([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]), tmp_path / "other.png")
    assert (drawn(tmp_path / "some.png") != drawn(tmp_path / "other.png")).any()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Cannot write into"):
        draw_confusion([[1, 0], [0, 1]], ["a", "b"], tmp_path / "file" / "c.png")
