"""Classifiers in whole numbers of 8 bits, judged by pictures that their calibration never saw."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import ArgumentError
from ..description import Description
from ..loading import load, opened
from ..one_file import is_one_file
from ..other_files import named_variant
from ..prediction import Predictor
from .cost import Cost, compare
from .integers import require_nncf, to_integers
from .pictures import TO_CALIBRATE, Pictures, divide, find, read

if TYPE_CHECKING:
    import keras


_FEWEST = 20  # pictures; fewer say little of the next hundred
_ADVICE = "Give more pictures, in calibration= or held_out=, or accept whatever comes out: min_agreement=0, or --force."


@dataclass(frozen=True, slots=True)
class Quantized:
    """A network in whole numbers of 8 bits.

    Attributes:
        content: of an ONNX file, without metadata.
        cost: what it answers otherwise than before.
    """

    content: bytes
    cost: Cost


def quantized(
    model: "str | os.PathLike[str] | keras.Model",
    calibration: Pictures,
    *,
    held_out: Pictures | None = None,
    min_agreement: float = 0.98,
    **arguments: Any,
) -> tuple[Predictor, Cost]:
    """Bring a classifier to whole numbers of 8 bits, find out what that costs, and refuse what costs too much.

    It answers several times as fast where the processor has instructions for such numbers (VNNI, AMX), and elsewhere
    not much faster. ``amalthea.save(…, precision="int8")`` writes the same into a file.

    Args:
        model: a classifier: a name of the catalogue, a model of Keras, or a file of ``amalthea.save``.
        calibration: a folder, with all pictures in it and below; or paths. They are of the kind that the network will
            see; at most 300 of them are taken, at random.
        held_out: the same for pictures to judge by, 20 at least, of which at most 1000 are taken; none of them is
            calibrated with, nor a copy of one. None takes them from the former, half of these or more. Where the folder
            that holds a picture is named as a class, or has the WordNet id of one, the cost tells the accuracy, too.
        min_agreement: for this part of the pictures to judge by, in [0, 1], the best class must be that of float32. 0
            accepts whatever comes out, also where fewer pictures judge.
        arguments: for a name, those of the network's own function; for a model of Keras, ``classes``, ``scaling`` and
            all others by which ``amalthea.save`` describes it.

    Returns:
        The network, ready to answer as after ``amalthea.load``, and what it answers otherwise than before.

    Raises:
        ArgumentError: the best class changes too often, or too few pictures judge; or an argument that cannot be used.
        UnknownModelError: the catalogue has no such name.
        UnsupportedLayerError: the model has a layer that cannot become part of a graph.
        MissingFileError: a path with nothing there.
        ModelFileError: a file that cannot be used.
        MissingDependencyError: NNCF is not installed.

    Example:
        >>> from PIL import Image
        >>> for angle in range(4):
        ...     Image.open("elephant.jpg").rotate(angle).save(f"elephant{angle}.png")
        >>> from amalthea.applications import MobileNet
        >>> model = MobileNet(alpha=0.25, input_shape=(32, 32, 3), weights=None, classes=2)
        >>> classify, cost = quantized(
        ...     model, ".", held_out="elephant.jpg", min_agreement=0, classes=["elephant", "mouse"]
        ... )
        >>> cost.calibrated_with, cost.pictures
        (4, 1)
    """
    from ..saving import save

    check_calibration(calibration, held_out, min_agreement)
    require_nncf()
    if isinstance(model, str) and not is_one_file(model):
        from ...architectures import get_model

        model, arguments = get_model(named_variant(model).name, **arguments), {}
    name = Path(model).name if isinstance(model, str | os.PathLike) else model.name
    wishes: dict[str, Any] = {"calibration": calibration, "held_out": held_out, "min_agreement": min_agreement}
    with TemporaryDirectory() as folder:
        file = Path(folder, "network.onnx")
        cost = save(model, file, precision="int8", **wishes, **arguments)
        predictor = load(file)
    assert cost is not None
    return replace(predictor, name=f"{name} in int8", endings=None), cost  # the file of its layers is gone


def quantize(
    content: bytes,
    description: Description,
    calibration: Pictures,
    *,
    held_out: Pictures | None = None,
    min_agreement: float = 0.98,
    name: str = "The network",
) -> Quantized:
    """The work of ``quantized``, upon what ``amalthea.save`` writes.

    Args:
        content: of an ONNX file that takes uint8 pictures, shape (N, rows, columns, 3), and scales them itself.
        description: of the network in it, which has classes.
        calibration: as for ``quantized``, and so are the errors.
        held_out: the same.
        min_agreement: the same.
        name: of the network, for messages.
    """
    check_min_agreement(min_agreement)
    require_nncf()
    chosen, judges = divide(calibration, held_out)
    _check_judges(len(judges), min_agreement)
    assert description.preparation is not None
    pictures = read(chosen, description.preparation)
    quantised = to_integers(content, pictures)
    exact = opened(content, description, name)
    lower = opened(quantised, description, name)
    cost = compare(exact, lower, judges, precision="int8", calibrated_with=len(pictures))
    _check_judges(cost.pictures, min_agreement)
    if cost.agreement < min_agreement:
        raise ArgumentError(
            f"{name} in int8 would name the same best class as in float32 for a part of {cost.agreement:.3f} of the "
            f"pictures only, and min_agreement is {min_agreement}.\n\n{cost}\n\n"
            "Accept that by a lower min_agreement (--min-agreement), calibrate with pictures of the kind that it will "
            "see, or stay with a file in float32: load(…, precision='bfloat16') computes it faster, too."
        )
    return Quantized(quantised, cost)


def _check_judges(pictures: int, min_agreement: float) -> None:
    """Refuse a judgement by too few, of which one more or less would change it."""
    if min_agreement > 0 and pictures < _FEWEST:
        raise ArgumentError(
            f"Only {pictures} usable pictures are left to judge what int8 costs; {_FEWEST} are needed, each of another "
            f"content than those of the calibration. {_ADVICE}"
        )


def check_calibration(calibration: Pictures, held_out: Pictures | None = None, min_agreement: float = 0.98) -> None:
    """Refuse too few pictures before a network is built or computes. What is no picture, or a copy, is found later.

    Args:
        calibration: as for ``quantized``, and so are the errors.
        held_out: the same.
        min_agreement: the same.
    """
    check_min_agreement(min_agreement)
    if min_agreement == 0 or any(isinstance(pictures, Iterator) for pictures in (calibration, held_out)):
        return  # what can be read once is read when its turn comes
    given = len(find(calibration))
    if held_out is None and given - min(given // 2, TO_CALIBRATE) < _FEWEST:
        raise ArgumentError(
            f"Pictures given: {given}; needed: {2 * _FEWEST - 1}, of which {_FEWEST} judge what int8 costs, and the "
            f"others calibrate. {_ADVICE}"
        )
    if held_out is not None and (judges := len(find(held_out))) < _FEWEST:
        raise ArgumentError(f"Pictures given to judge what int8 costs: {judges}; needed: {_FEWEST}. {_ADVICE}")


def check_min_agreement(min_agreement: object) -> None:
    """Refuse what is no part of pictures, before a network is built.

    Raises:
        ArgumentError: it is not in [0, 1].
    """
    number = min_agreement if isinstance(min_agreement, int | float | np.number) else -1
    if isinstance(min_agreement, bool) or not 0 <= number <= 1:
        raise ArgumentError(f"min_agreement={min_agreement!r} is no part of the pictures; give a number in [0, 1].")
