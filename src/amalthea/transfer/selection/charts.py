"""A comparison as a picture: accuracy against time, and size."""

import os
from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from ..curves import check_matplotlib
from ..png_files import png_path, save_figure

if TYPE_CHECKING:
    from .contenders import Contender

_LARGEST = 3000.0  # points²: the area of the largest network's circle
_WIDE = 4  # times the shortest time, from which on the axis is logarithmic
_WORSE = 10  # times as bad as covering a circle is covering a name
_GAP = 4.0  # points between a circle, or a dot, and its name


def draw_contenders(contenders: Sequence["Contender"], path: str | os.PathLike[str], title: str) -> None:
    """Draw networks as circles into a PNG file: to the left the faster ones, above the more accurate, large by size.

    Args:
        contenders: of which all figures are known.
        path: ends in ``.png``; the file appears whole or not at all.
        title: stands above.

    Raises:
        ArgumentError: another suffix.
        StorageError: the file cannot be written.
        MissingDependencyError: Matplotlib is not installed.
    """
    path = png_path(path, "A comparison is")
    check_matplotlib("The chart needs")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="constrained")  # inches
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    times = [1000 * (each.latency or 0) for each in contenders]
    accuracies = [each.accuracy or 0 for each in contenders]
    largest = max(each.megabytes or 0 for each in contenders)
    areas = [_LARGEST * (each.megabytes or 0) / largest for each in contenders]
    axes.scatter(times, accuracies, areas, color="tab:blue", alpha=0.3, linewidths=0)
    axes.scatter(times, accuracies, 12, color="tab:blue")
    if any(each.deviation is not None for each in contenders):
        deviations = [each.deviation or 0 for each in contenders]
        axes.errorbar(times, accuracies, deviations, fmt="none", color="tab:blue", capsize=3, linewidth=1)
    _scale(axes, times)
    axes.set(xlabel="ms for one picture, less is better", ylabel="Accuracy")
    axes.set_title(f"{title}; areas: megabytes of weights", fontsize="medium", parse_math=False)
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    axes.margins(0.2)
    figure.draw_without_rendering()  # only then is known where everything lies
    names = [f"{each.name}, {each.megabytes:.1f} MB" for each in contenders]
    _write_names(axes, names, list(zip(times, accuracies, strict=True)), [sqrt(area) / 2 for area in areas])
    save_figure(figure, path)


def _scale(axes: Any, times: Sequence[float]) -> None:
    """Logarithmic where the times are far apart, with plain numbers at the ticks."""
    if max(times) < _WIDE * min(times):
        return
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _write_names(
    axes: Any, names: Sequence[str], points: Sequence[tuple[float, float]], radii: Sequence[float]
) -> None:
    """Put each name beside its point, on the side where it covers least: other names, or else circles of other points.

    Args:
        axes: laid out already.
        names: of the points.
        points: in the units of the axes.
        radii: of the circles around them, in points.
    """
    renderer, inside = axes.figure.canvas.get_renderer(), axes.get_window_extent()
    pixels = [radius * axes.figure.dpi / 72 for radius in radii]
    dots = [axes.transData.transform(point) for point in points]
    covered: list[Any] = []
    for name, point, radius in zip(names, points, radii, strict=True):
        away = radius + _GAP
        sides = (
            ((away, 0), "left", "center"),
            ((-away, 0), "right", "center"),
            ((0, away), "center", "bottom"),
            ((0, -away), "center", "top"),
        )
        tried = []
        for offset, horizontal, vertical in sides:
            text = axes.annotate(
                name,
                point,
                offset,
                textcoords="offset points",
                ha=horizontal,
                va=vertical,
                fontsize="small",
                parse_math=False,
            )
            text.set_in_layout(False)
            box = text.get_window_extent(renderer)
            outside = not (inside.contains(box.x0, box.y0) and inside.contains(box.x1, box.y1))
            circles = sum(box.padded(size).contains(*dot) for dot, size in zip(dots, pixels, strict=True))
            tried.append((_WORSE * (sum(map(box.overlaps, covered)) + outside) + circles, text, box))
        best = min(tried, key=lambda entry: entry[0])
        covered.append(best[2])
        for entry in tried:
            if entry is not best:
                entry[1].remove()
