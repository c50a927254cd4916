"""What it costs to compute with fewer digits: answers of the same network in two precisions, side by side."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...catalog import imagenet_classes
from ...errors import ArgumentError, listed, warn
from ..one_file import is_one_file
from ..prediction import Predictor
from .pictures import Pictures, find

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """How a classifier's answers in a lower precision differ from those in float32. As text it is a table.

    Attributes:
        precision: the lower one, "int8" or "bfloat16".
        pictures: how many were answered in both.
        agreement: part of them, in [0, 1], whose best class is the same.
        largest_change: of the probability of any class on any of them, in [0, 1].
        typical_change: the median over the pictures of the largest change on each.
        labelled: how many of them show a class that is known from their folder's name.
        accuracy: part of those whose best class is the right one; None where there are none.
        accuracy_in_float32: the same in float32.
        calibrated_with: number of pictures, none of them among those above, by which the precision was adjusted.
    """

    precision: str
    pictures: int
    agreement: float
    largest_change: float
    typical_change: float
    labelled: int = 0
    accuracy: float | None = None
    accuracy_in_float32: float | None = None
    calibrated_with: int = 0

    def __str__(self) -> str:
        unseen = f", none of them among the {self.calibrated_with} of the calibration" if self.calibrated_with else ""
        rows = [
            (f"{self.pictures} pictures{unseen}", "float32", self.precision),
            ("same best class", "", f"{self.agreement:.3f}"),
            ("largest change of a probability", "", f"{self.largest_change:.3f}"),
            ("the same, median over the pictures", "", f"{self.typical_change:.3f}"),
        ]
        if self.accuracy is not None:
            title = f"accuracy on {self.labelled} with a known class"
            rows.append((title, f"{self.accuracy_in_float32:.3f}", f"{self.accuracy:.3f}"))
        width = max(len(title) for title, *_ in rows)
        return "\n".join(f"{title:<{width}}  {exact:>7}  {lower:>8}" for title, exact, lower in rows)


def cost_of(
    model: "str | os.PathLike[str] | keras.Model", pictures: Pictures, *, precision: str = "bfloat16", **arguments: Any
) -> Cost:
    """Find out what a lower precision costs on pictures of one's own.

    Args:
        model: a name of the catalogue, a model of Keras whose classes are known, or a file of ``amalthea.save``.
        pictures: a folder, with all pictures in it and below; or paths. Where the folder that holds a picture is named
            as a class, or has the WordNet id of one, it is known what the picture shows.
        precision: the lower one, as for ``amalthea.predictor``.
        arguments: as for ``amalthea.predictor`` or ``amalthea.load``.

    Raises:
        ArgumentError: an argument that cannot be used, or a precision that the processor does not have.
        MissingFileError: a path with nothing there.
        UnknownModelError, ModelFileError: as for ``amalthea.predictor`` and ``amalthea.load``.

    Example:
        >>> cost_of("EfficientNetLite0", "elephant.jpg", precision="float32").agreement
        1.0
    """
    paths = find(pictures)
    exact, lower = (_ready(model, wanted, arguments) for wanted in ("float32", precision))
    return compare(exact, lower, paths, precision=precision)


def compare(
    exact: Predictor, lower: Predictor, paths: Sequence[Path], *, precision: str, calibrated_with: int = 0
) -> Cost:
    """Let both answer for all pictures.

    Args:
        exact: the network in float32.
        lower: the same in the lower precision.
        paths: picture files; what is no usable picture is left out, with a warning.
        precision: name of the lower one.
        calibrated_with: for the report.

    Raises:
        ArgumentError: none of them is a usable picture, or the network returns no probabilities.
    """
    found = [list(predictor.probabilities(paths, on_error="return")) for predictor in (exact, lower)]
    usable = [number for number, answer in enumerate(found[0]) if isinstance(answer, np.ndarray)]
    if problems := [problem for problem in found[0] if isinstance(problem, Exception)]:
        said = f"{len(problems)} of {len(paths)} files are no usable pictures and left out:\n{listed(problems)}"
        if not usable:
            raise ArgumentError(said)
        warn(said)
    wanted, got = (np.stack([answer for answer in answers if isinstance(answer, np.ndarray)]) for answers in found)
    change = np.abs(wanted - got).max(axis=1)
    shown = _shown([paths[number] for number in usable], exact.classes)
    return Cost(
        precision=precision,
        pictures=len(usable),
        agreement=float(np.mean(wanted.argmax(axis=1) == got.argmax(axis=1))),
        largest_change=float(change.max()),
        typical_change=float(np.median(change)),
        labelled=sum(map(bool, shown)),
        accuracy=_accuracy(got, shown),
        accuracy_in_float32=_accuracy(wanted, shown),
        calibrated_with=calibrated_with,
    )


def _ready(model: Any, precision: str, arguments: dict[str, Any]) -> Predictor:
    if is_one_file(model):
        from ..loading import load

        return load(model, precision=precision, **arguments)
    from ..factory import predictor

    return predictor(model, precision=precision, **arguments)


def _shown(paths: Sequence[Path], classes: Sequence[str]) -> list[set[int]]:
    """The numbers of the classes that each picture may show by the name of its folder; mostly one or none."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for number, name in enumerate(classes):
        numbers[name].add(number)  # two of ImageNet's classes are called "crane"
    for known in imagenet_classes():
        if known.name in numbers:
            numbers[known.wordnet_id] |= numbers[known.name]
    return [numbers.get(path.absolute().parent.name, set()) for path in paths]


def _accuracy(probabilities: NDArray[np.float32], shown: Sequence[set[int]]) -> float | None:
    right = list(_right(probabilities, shown))
    return sum(right) / len(right) if right else None


def _right(probabilities: NDArray[np.float32], shown: Sequence[set[int]]) -> Iterator[bool]:
    return (int(best) in known for best, known in zip(probabilities.argmax(axis=1), shown, strict=True) if known)
