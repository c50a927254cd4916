"""Speeds as bars, in a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..transfer import check_matplotlib, save_figure

if TYPE_CHECKING:
    from ..runtime import Measurement

_COLOURS = {"Keras": "tab:gray", "ONNX": "tab:orange", "OpenVINO": "tab:blue"}  # by how the name of a way begins
_WIDTH, _BAR, _MARGIN = 11.0, 0.34, 1.1  # inches: of the picture, of each bar, and above and below those of a model


def draw_speeds(measured: Sequence["Measurement"], path: Path, title: str) -> None:
    """Draw a PNG file with two bars for each measurement: pictures a second, and milliseconds for one.

    Args:
        measured: with figures or without; those of each model stand together.
        path: the file; it appears whole or not at all.
        title: stands above.

    Raises:
        StorageError: the file cannot be written.
        MissingDependencyError: Matplotlib is not installed.
    """
    check_matplotlib("--chart needs")
    from matplotlib.figure import Figure

    models = list(dict.fromkeys(each.model for each in measured))
    rows = {model: [each for each in measured if each.model == model] for model in models}
    heights = [_BAR * len(rows[model]) + _MARGIN for model in models]
    figure = Figure(figsize=(_WIDTH, sum(heights)), layout="constrained")
    figure.suptitle(title)
    grid = figure.subplots(len(models), 2, squeeze=False, height_ratios=heights)
    for (left, right), model in zip(grid, models, strict=True):
        _bars(left, rows[model], [each.throughput for each in rows[model]], f"{model}: pictures/s, more is better")
        latencies = [None if each.latency is None else 1000 * each.latency for each in rows[model]]
        _bars(right, rows[model], latencies, "ms for one picture, less is better")
        right.tick_params(labelleft=False)
    save_figure(figure, path)


def _bars(axes: Any, measured: Sequence["Measurement"], values: Sequence[float | None], title: str) -> None:
    places = range(len(measured))
    colours = [_COLOURS[each.runtime.split()[0]] for each in measured]
    bars = axes.barh(places, [value or 0 for value in values], color=colours)
    axes.bar_label(bars, [_label(value) for value in values], padding=3)
    axes.set_title(title, loc="left", fontsize="medium")
    axes.set_yticks(places, [f"{each.runtime}, {each.precision}" for each in measured])
    axes.invert_yaxis()  # the first on top, as in the table
    axes.margins(x=0.18)  # room for the labels
    axes.spines[["top", "right"]].set_visible(False)


def _label(value: float | None) -> str:
    if value is None:
        return "no figure"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
