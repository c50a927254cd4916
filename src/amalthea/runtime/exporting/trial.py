"""A picture that a network is shown before and after it is written in another format."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import catalog
from ...catalog import scaling_steps
from ...errors import ArgumentError
from ...images import Preparation, resize, scale
from ..assembly import known_scaling
from ..open_sizes import answers_when_tried, shapes_to_try
from ..prediction import Predictor
from ..scores import as_probabilities
from ..self_test import question

if TYPE_CHECKING:
    import keras

    from ...images import Picture

Arrays = list[NDArray[Any]]

_PROBABILITIES, _DEVIATIONS = 1e-4, 1e-3  # that answers in float32 may differ by
_ROUNDING = 1e-5  # of the largest number of an answer; where all are nearly equal, their deviation is nothing but that
_NEAR_ZERO = 1e-6
# Times as much as that. In 8 bits, one picture says little; many say what it costs, before the file is written.
_LENIENCY = {"float32": 1, "float16": 500, "int8": 5000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a network is given, and what it should answer.

    Attributes:
        arrays: as the model takes them, one an input.
        inputs: names of their tensors.
        outputs: how what is expected is nested, each as its number; see ``Predictor``.
        expected: what the original answers, one an output: Keras where that is at hand, so that errors of the
            conversion show, and computes in float32; else the predictor.
        pixels: the same picture before it is scaled, uint8 of shape (1, rows, columns, 3); None where the network takes
            no pictures, or nobody knows how they are prepared.
        classes: names of the scores; empty where they have none.
        precision: of the original.
    """

    arrays: Arrays
    inputs: tuple[str, ...]
    expected: Arrays
    pixels: NDArray[np.uint8] | None
    classes: tuple[str, ...]
    precision: str = "float32"
    outputs: Any = 0

    def compared(self, answers: Arrays, precision: str, name: str) -> tuple[float, float]:
        """The largest difference of an answer from what was expected, and what it may be.

        Each output has a tolerance of its own, and that counts which comes nearest to it.

        Raises:
            ArgumentError: one differs more, or the answers have other shapes.
        """
        shapes, wanted = ([array.shape for array in arrays] for arrays in (answers, self.expected))
        if shapes != wanted:
            raise ArgumentError(f"{name} was not written: it answers in shapes {shapes}, the original in {wanted}.")
        leniency = max(_LENIENCY[precision], _LENIENCY[self.precision])
        found = [
            (_difference(answer, right), leniency * _tolerance(right))
            for answer, right in zip(answers, self.expected, strict=True)
        ]
        for difference, tolerance in found:
            if not difference <= tolerance:  # NaN is not
                raise ArgumentError(
                    f"{name} was not written: for the same picture its numbers differ from the original's by up to "
                    f"{difference:.2g}; allowed is {tolerance:.2g}. Choose another format or precision."
                )
        return max(found, key=lambda pair: pair[0] / pair[1])

    def fitting(self, dtype: str) -> Arrays:
        """The arrays for a graph whose first input has this type: "uint8" if it scales pictures itself."""
        return self.arrays if self.pixels is None or dtype != "uint8" else [self.pixels]

    def best(self, answers: Arrays) -> tuple[str, str] | None:
        """The best class by these answers, and by those that were expected, each with its probability."""
        if not self.classes or len(answers) != 1:
            return None
        both = [as_probabilities(scores, len(self.classes)) for scores in (answers[0], self.expected[0])]
        named = [f"{self.classes[found[0].argmax()]} {found[0].max():.3f}" for found in both if found is not None]
        return (named[0], named[1]) if len(named) == len(both) else None

    def input_in_words(self, pixels: bool) -> str:
        """What to feed the written network with."""
        if pixels and self.pixels is not None:
            return f"pictures as they are decoded: uint8, RGB, {_batch_of(self.pixels)}"
        types = ", ".join(dict.fromkeys(str(array.dtype) for array in self.arrays))
        return f"what model.predict takes: {types}, {', '.join(map(_batch_of, self.arrays))}"


def trial_of(
    model: "keras.Model | str | os.PathLike[str]", picture: "Picture | None", options: dict[str, Any]
) -> Trial:
    """Show a picture to a model, or to the predictor of a file of ``amalthea.save``.

    Args:
        model: as for ``export``.
        picture: the same.
        options: of ``amalthea.save``; here, those count that say how pictures are prepared, and ``classes``.
    """
    if isinstance(model, str | os.PathLike):
        from ..loading import load
        from ..saved_file import read

        opened, saved = load(model), read(Path(model)).description
        if opened.preparation is None:
            known = saved.self_test  # of a size that it computes
            numbers = question(known.shapes, opened.runner.inputs) if known else _numbers(opened, None)
            return _trial(opened, numbers, None, opened.classes, saved.precision)
        pixels = _pixels(picture, opened.preparation)
        return _trial(opened, [pixels], pixels, opened.classes, saved.precision)
    from ..factory import computed_by_keras, predictor

    # Half precision, which graphs do not know.
    lower = {layer.compute_dtype for layer in model.layers} & {"float16", "bfloat16"}
    exact = predictor(model) if lower else computed_by_keras(model)
    classes = tuple(options.get("classes") or exact.classes)
    preparation = _preparation(model, exact, options)
    if preparation is None:
        names = tuple(port.name for port in getattr(model, "inputs", None) or ())
        return _trial(exact, _numbers(exact, options.get("size")), None, classes, names=names)
    pixels = _pixels(picture, preparation)
    [spec] = exact.runner.inputs
    array = pixels if spec.dtype == "uint8" else scale(pixels, preparation.scaling)
    return _trial(exact, [array.transpose(0, 3, 1, 2) if spec.channels_first else array], pixels, classes)


def _trial(
    predictor: Predictor,
    arrays: Arrays,
    pixels: NDArray[np.uint8] | None,
    classes: tuple[str, ...],
    precision: str = "float32",
    names: tuple[str, ...] = (),
) -> Trial:
    return Trial(
        arrays=arrays,
        inputs=names or tuple(spec.name for spec in predictor.runner.inputs),
        outputs=predictor.outputs,
        expected=answers_when_tried(predictor.runner, arrays, f"Model {predictor.name!r}"),
        pixels=pixels,
        classes=classes,
        precision=precision,
    )


def _preparation(model: "keras.Model", exact: Predictor, options: dict[str, Any]) -> Preparation | None:
    """By the options, else by what the network knows; None where it takes no pictures, or their scaling is unknown."""
    spec, *others = exact.runner.inputs
    if others or len(spec.shape) != 4 or 3 not in (spec.shape[1], spec.shape[3]):
        return None
    known = exact.preparation
    row = catalog.variant(options["variant"]) if options.get("variant") else exact.variant
    said = options.get("scaling")
    if said is None and spec.dtype == "uint8" and not spec.channels_first:
        said = 1
    if said is None and row is None and not options.get("classes"):
        return None  # as ``amalthea.save``, whose file then takes what the model took
    said = None if said is None else scaling_steps(said)
    try:
        scaling = known_scaling(model, said, row)
    except ArgumentError:
        return None
    size = options.get("size")
    [shape] = shapes_to_try([spec], known.size if size is None and known else size)
    rows, columns = shape[2:] if spec.channels_first else shape[1:3]
    interpolation = options.get("interpolation") or (row.interpolation if row else "nearest")
    return Preparation(size=(rows, columns), scaling=scaling, interpolation=interpolation)


def _pixels(picture: "Picture | None", preparation: Preparation) -> NDArray[np.uint8]:
    if picture is None:
        return np.random.default_rng(0).integers(0, 256, (1, *preparation.size, 3), np.uint8)
    return resize(picture, preparation.size, preparation.interpolation)[np.newaxis]


def _numbers(exact: Predictor, size: int | Sequence[int] | None) -> Arrays:
    specs = exact.runner.inputs
    return question(shapes_to_try(specs, size), specs)


def _tolerance(right: NDArray[Any]) -> float:
    """Probabilities may differ by so much, other numbers by a part of their deviation; one alone has its size."""
    if right.ndim == 2 and as_probabilities(right, max(2, right.shape[1])) is not None:
        return _PROBABILITIES
    size = float(np.abs(right).max())
    return max(_DEVIATIONS * (float(right.std()) or size), _ROUNDING * size, _NEAR_ZERO)


def _difference(answer: NDArray[Any], right: NDArray[Any]) -> float:
    return float(np.abs(answer.astype(np.float64) - right).max())


def _batch_of(array: NDArray[Any]) -> str:
    return f"(N, {', '.join(map(str, array.shape[1:]))})"
