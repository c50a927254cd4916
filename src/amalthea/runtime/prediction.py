"""Predictions of a network, for arrays and for pictures."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import IOBase
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..catalog import ScoredClass, Variant, best_classes, check_top
from ..errors import ArgumentError, ImageError, MissingFileError
from .inputs import as_arrays, batches_in
from .runner import Runner

if TYPE_CHECKING:
    from ..images import Picture

T = TypeVar("T")
FilePath: TypeAlias = str | os.PathLike[str]
Structure: TypeAlias = int | list["Structure"] | tuple["Structure", ...] | dict[str, "Structure"]

_PICTURES_AT_ONCE = 32  # decoded and held in memory, whatever the number of paths


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network sees in one picture.

    Attributes:
        path: the file, as it was given.
        classes: the best first; empty where the file is no usable picture.
        error: why it is none.
    """

    path: str
    classes: tuple[ScoredClass, ...]
    error: ImageError | MissingFileError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """A network that is ready to answer; ``amalthea.predictor`` makes them. Several threads may share one.

    Attributes:
        name: of the network, for messages.
        runner: computes it.
        inputs: names of its inputs, by which a dictionary may give them.
        outputs: how its outputs are nested, each as its number: 0 for a single one, [0, 1] for a list of two.
        variant: the catalogue's row, by which pictures are prepared; None where it is not known.
    """

    name: str
    runner: Runner
    inputs: tuple[str, ...]
    outputs: Structure = 0
    variant: Variant | None = None

    def __call__(self, x: Any) -> Any:
        """The network's answers: the same numbers in the same structure as ``model.predict``.

        Args:
            x: array, nested lists, or tensor of TensorFlow, torch or JAX, of any real type, shape (N, ...); several
                inputs as a list, a tuple, or a dictionary by name. Or an iterable of batches of these, each alone or
                in a tuple with targets and sample weights: a generator, ``PyDataset``, ``tf.data.Dataset`` or torch
                ``DataLoader``.

        Returns:
            An array of float32, shape (N, ...), or several of them in the structure of the model's outputs.

        Raises:
            ArgumentError: another number of inputs, other shapes, no numbers, or an iterable without a batch.

        Example:
            >>> import amalthea, numpy
            >>> amalthea.predictor("EfficientNetLite0")(numpy.zeros((2, 224, 224, 3))).shape
            (2, 1000)
        """
        batches = batches_in(x)
        if batches is None:
            return _nested(self.outputs, self._answers(x))
        answers = [self._answers(batch) for batch in batches]
        if not answers:
            raise ArgumentError(f"{self.name}: the {type(x).__name__} held no batch. An iterator works only once.")
        return _nested(self.outputs, [np.concatenate(parts) for parts in zip(*answers, strict=True)])

    def predict_images(
        self, paths: FilePath | Iterable[FilePath], top: int = 5, on_error: str = "raise"
    ) -> list[Prediction]:
        """The best classes of ImageNet for pictures, each prepared as the network's weights expect.

        Args:
            paths: picture files; a single path, too.
            top: how many classes of each.
            on_error: ``"raise"``, or ``"return"`` to go on after a file that is no picture and note its error.

        Returns:
            One for each path, in their order.

        Raises:
            ArgumentError: the network is none of ours, or has no classifier with ImageNet's 1000 classes, or ``top`` is
                no whole number above 0.
            ImageError: a file is no usable picture.
            MissingFileError: there is no such file.

        Example:
            >>> import amalthea
            >>> [prediction] = amalthea.predictor("EfficientNetLite0").predict_images("elephant.jpg", top=1)
            >>> prediction.classes[0].name
            'African_elephant'
        """
        if on_error not in ("raise", "return"):
            raise ArgumentError(f"on_error={on_error!r}; allowed are 'raise' and 'return'.")
        check_top(top)
        variant = self._imagenet_variant()
        if isinstance(paths, bytes | IOBase | np.ndarray) or not isinstance(paths, str | os.PathLike | Iterable):
            raise ArgumentError(
                f"predict_images takes the paths of pictures; given was {type(paths).__name__}. Pictures in memory: "
                "scale them with preprocess_input, and call predictor(arrays)."
            )
        files = [paths] if isinstance(paths, str | os.PathLike) else paths
        return [
            prediction
            for group in _groups(files, _PICTURES_AT_ONCE)
            for prediction in self._predicted(variant, group, top, on_error)
        ]

    def _answers(self, x: Any) -> list[NDArray[np.float32]]:
        return self.runner(as_arrays(x, self.inputs, self.runner.inputs, self.name))

    def _imagenet_variant(self) -> Variant:
        if self.variant is None:
            raise ArgumentError(
                f"{self.name} was not built by amalthea, or has other layers in front; which pixels it expects is "
                "unknown. Prepare the pictures yourself, and call predictor(arrays)."
            )
        shapes = [spec.shape[1:] for spec in self.runner.outputs]
        if shapes != [(1000,)]:
            raise ArgumentError(
                f"{self.name} returns {', '.join(map(str, shapes))} for a picture, not the scores of ImageNet's 1000 "
                "classes. Build it with include_top=True and classes=1000, or call predictor(arrays)."
            )
        return self.variant

    def _predicted(self, variant: Variant, paths: Sequence[FilePath], top: int, on_error: str) -> Iterator[Prediction]:
        """Predictions for as many pictures as fit into memory."""
        found = [self._read(variant, path, on_error) for path in paths]
        pictures = [picture for picture in found if isinstance(picture, np.ndarray)]
        scores = iter(self._scores(variant, pictures) if pictures else ())
        for path, picture in zip(paths, found, strict=True):
            if isinstance(picture, np.ndarray):
                yield Prediction(os.fspath(path), best_classes(next(scores), top))
            else:
                yield Prediction(os.fspath(path), (), picture)

    def _read(self, variant: Variant, path: FilePath, on_error: str) -> "Picture | ImageError | MissingFileError":
        from ..images import read_picture, resize

        try:
            return resize(read_picture(path), self._size(variant), variant.interpolation)
        except (ImageError, MissingFileError) as problem:
            if on_error == "raise":
                raise
            return problem

    def _scores(self, variant: Variant, pictures: list["Picture"]) -> NDArray[np.float32]:
        from ..images import scale

        pixels = scale(np.stack(pictures), variant.scaling)
        (scores,) = self._answers(pixels.transpose(0, 3, 1, 2) if self._channels_first() else pixels)
        if scores.min() < 0 or not np.allclose(scores.sum(axis=1), 1, atol=1e-3):
            raise ArgumentError(
                f"{self.name} returns no probabilities. Build it with classifier_activation='softmax', or call "
                "predictor(arrays)."
            )
        return scores

    def _size(self, variant: Variant) -> tuple[int, int]:
        """Rows and columns of the pictures: the network's own, or where it takes any, those of its training."""
        shape = self.runner.inputs[0].shape
        rows, columns = shape[2:] if self._channels_first() else shape[1:3]
        return rows or variant.size, columns or variant.size

    def _channels_first(self) -> bool:
        shape = self.runner.inputs[0].shape
        return shape[1] == 3 and shape[3] != 3


def _nested(structure: Structure, arrays: list[NDArray[np.float32]]) -> Any:
    if isinstance(structure, dict):
        return {name: _nested(part, arrays) for name, part in structure.items()}
    if isinstance(structure, list | tuple):
        return type(structure)(_nested(part, arrays) for part in structure)
    return arrays[structure]


def _groups(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group
