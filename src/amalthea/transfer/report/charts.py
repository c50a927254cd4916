"""The plots of a report: who was taken for whom, and whether probabilities can be believed."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calibration import Reliability
from ..png_files import save_figure
from .names import shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COUNTED, _NAMED = 25, 60  # classes up to which there is room for the counts, and for the names
_LONGEST = 24  # characters of a name


def draw_confusion(confusion: Sequence[Sequence[int]], classes: Sequence[str], path: Path) -> None:
    """Draw how many pictures of each class were taken for each class into a PNG file; shades are parts of a row.

    Args:
        confusion: a row for each class that is shown, a column for each that was answered.
        classes: their names.
        path: the file; it appears whole or not at all.

    Raises:
        StorageError: it cannot be written.
    """
    counts = np.array(confusion)
    parts = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = float(np.clip(3.2 + 0.42 * len(classes), 4.6, 13))  # inches
    with _drawn(path, (side + 0.6, side)) as figure:
        axes = figure.subplots()
        image = axes.imshow(parts, cmap="Blues", vmin=0, vmax=1)
        figure.colorbar(image, ax=axes, label="part of the class", shrink=0.8)
        axes.set(xlabel="taken for", ylabel="shown")
        places = range(len(classes) if len(classes) <= _NAMED else 0)
        labels = [shortened(classes[place], _LONGEST) for place in places]
        axes.set_xticks(places, labels, rotation=45, ha="right", rotation_mode="anchor", parse_math=False)
        axes.set_yticks(places, labels, parse_math=False)
        if len(classes) <= _COUNTED:
            for (row, column), count in np.ndenumerate(counts):
                if count:
                    colour = "white" if parts[row, column] > 0.5 else "black"
                    axes.text(column, row, str(count), ha="center", va="center", color=colour)


def draw_reliability(reliability: Reliability, path: Path) -> None:
    """Draw how often answers are right, by how sure they are, and how many there are of each kind, into a PNG file.

    Args:
        reliability: in bins of equal width.
        path: the file; it appears whole or not at all.

    Raises:
        StorageError: it cannot be written.
    """
    bins = len(reliability.count)
    left, width = np.arange(bins) / bins, 1 / bins
    counts, accuracies = np.array(reliability.count), np.nan_to_num(reliability.accuracy)
    with _drawn(path, (5.6, 5.2)) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        upper.bar(left, accuracies, width, align="edge", color="tab:blue", edgecolor="white", label="right")
        upper.plot(reliability.confidence, reliability.accuracy, "o", color="black", markersize=4)
        upper.plot([0, 1], [0, 1], "--", color="grey", label="as sure as right")
        upper.set(ylabel="part that is right", xlim=(0, 1), ylim=(0, 1.03))
        upper.legend(loc="upper left")
        lower.bar(left, counts, width, align="edge", color="tab:gray", edgecolor="white")
        lower.set(xlabel="probability of the answer", ylabel="pictures")
        lower.yaxis.get_major_locator().set_params(integer=True)


@contextmanager
def _drawn(path: Path, size: tuple[float, float]) -> Iterator["Figure"]:
    """A figure that is written when the block ends."""
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=size, layout="constrained")
    yield figure
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # of scripts that Matplotlib's font lacks, it draws boxes
        save_figure(figure, path, dpi=110)
