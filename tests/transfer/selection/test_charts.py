"""A comparison as a picture."""

import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import ArgumentError, MissingDependencyError
from amalthea.transfer.selection.charts import _scale, _write_names, draw_contenders
from amalthea.transfer.selection.contenders import Contender

pytestmark = pytest.mark.single_backend

CONTENDERS = [
    Contender(name=name, accuracy=accuracy, latency=ms / 1000, megabytes=size)
    for name, accuracy, ms, size in (
        ("MobileNet:0.25", 0.93, 0.8, 0.9),
        ("MobileNet", 0.96, 3.1, 12.9),
        ("EfficientNetLite0", 0.962, 3.3, 13.5),
        ("ResNet50", 0.97, 16.0, 94.4),
        ("VGG16", 0.95, 61.0, 58.9),
    )
]


@pytest.fixture(autouse=True)
def matplotlib() -> None:
    pytest.importorskip("matplotlib")


def test_a_picture(tmp_path: Path) -> None:
    draw_contenders(CONTENDERS, tmp_path / "all.png", "a processor")
    draw_contenders(CONTENDERS[:1], tmp_path / "one.PNG", "a processor")
    with Image.open(tmp_path / "all.png") as image:
        assert (image.format, image.size) == ("PNG", (900, 600))
        several = (np.asarray(image.convert("RGB")) == (31, 119, 180)).all(axis=-1).sum()
    with Image.open(tmp_path / "one.PNG") as image:
        one = (np.asarray(image.convert("RGB")) == (31, 119, 180)).all(axis=-1).sum()
    assert several > 3 * one > 0  # dots


def test_names_are_no_formulas(tmp_path: Path) -> None:
    draw_contenders([replace(CONTENDERS[0], name="a$\\x$")], tmp_path / "chart.png", "b$\\frac$")
    assert (tmp_path / "chart.png").exists()


def test_names_cover_each_other_nowhere() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    points = [(0.5, 0.5), (0.51, 0.52), (0.52, 0.48), (0.97, 0.5)]
    _write_names(axes, ["first one", "second one", "third one", "at the edge"], points, [5.0] * 4)
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 4
    assert not any(one.overlaps(other) for number, one in enumerate(boxes) for other in boxes[number + 1 :])
    assert axes.texts[3].get_ha() == "right"


@pytest.mark.parametrize(("times", "scale"), [([1.0, 3.0], "linear"), ([1.0, 30.0], "log"), ([2.0], "linear")])
def test_times_far_apart_get_a_logarithmic_axis(times: list[float], scale: str) -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    axes.scatter(times, times)
    _scale(axes, times)
    assert axes.get_xscale() == scale
    assert all(one < other for one, other in pairwise(axes.get_xticks()))


def test_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"chart\.pdf does not end in \.png"):
        draw_contenders(CONTENDERS, tmp_path / "chart.pdf", "a processor")


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r'The chart needs Matplotlib: pip install "amalthea\[training\]"'):
        draw_contenders(CONTENDERS, tmp_path / "chart.png", "a processor")
