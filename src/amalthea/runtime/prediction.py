"""Predictions of a network, for arrays and for pictures."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from io import IOBase
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from .._progress import Show, progress
from ..catalog import ScoredClass, Variant, best_classes, check_top
from ..errors import ArgumentError, ImageError, MissingFileError
from .inputs import as_arrays, batches_in
from .runners import Runner
from .scores import as_probabilities

if TYPE_CHECKING:
    from ..images import Picture, Preparation

T = TypeVar("T")
FilePath: TypeAlias = str | os.PathLike[str]
Structure: TypeAlias = int | list["Structure"] | tuple["Structure", ...] | dict[str, "Structure"]

_PICTURES_AT_ONCE = 32  # scaled and computed together, whatever the number of paths


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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Predictor:
    """A network that is ready to answer; ``amalthea.predictor`` makes them. Several threads may share one.

    Attributes:
        name: of the network, for messages.
        runner: computes it.
        inputs: names of its inputs, by which a dictionary may give them.
        outputs: how its outputs are nested, each as its number: 0 for a single one, [0, 1] for a list of two.
        variant: the catalogue's row of the network; None where it is not known.
        preparation: how it wants pictures prepared; None where that is not known.
        classes: their names, in the order of the scores; empty where it returns something else.
        wordnet_ids: those of ImageNet's classes; empty for others.
    """

    name: str
    runner: Runner
    inputs: tuple[str, ...]
    outputs: Structure = 0
    variant: Variant | None = None
    preparation: "Preparation | None" = None
    classes: tuple[str, ...] = ()
    wordnet_ids: tuple[str, ...] = ()

    def __repr__(self) -> str:
        takes, returns = (
            ", ".join(str(spec.shape) for spec in ports) for ports in (self.runner.inputs, self.runner.outputs)
        )
        return f"<Predictor {self.name}: {takes} -> {returns}>"

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
        """The best classes for pictures, each prepared as the network's weights expect.

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
        check_top(top)
        files = self._files(paths)
        named = list(zip(self.wordnet_ids or [""] * len(self.classes), self.classes, strict=True))
        return [
            Prediction(os.fspath(path), best_classes(found, top, named))
            if isinstance(found, np.ndarray)
            else Prediction(os.fspath(path), (), found)
            for path, found in zip(files, self.probabilities(files, on_error), strict=True)
        ]

    def probabilities(
        self, paths: FilePath | Iterable[FilePath], on_error: str = "raise"
    ) -> Iterator["NDArray[np.float32] | ImageError | MissingFileError"]:
        """The probabilities of all classes for pictures, one after another; few of them are in memory at a time.

        Args:
            paths: as for ``predict_images``.
            on_error: ``"raise"``, or ``"return"`` to go on after a file that is no picture, and yield its error.

        Returns:
            One for each path, in their order: numbers in [0, 1] of shape (k,), in the order of ``classes``.

        Raises:
            ArgumentError, ImageError, MissingFileError: as for ``predict_images``.

        Example:
            >>> import amalthea
            >>> [found] = amalthea.predictor("EfficientNetLite0").probabilities(["elephant.jpg"])
            >>> found.shape
            (1000,)
        """
        if on_error not in ("raise", "return"):
            raise ArgumentError(f"on_error={on_error!r}; allowed are 'raise' and 'return'.")
        return self._found(self._files(paths), self._known_preparation(), on_error)

    def _answers(self, x: Any) -> list[NDArray[np.float32]]:
        return self.runner(as_arrays(x, self.inputs, self.runner.inputs, self.name))

    def _files(self, paths: Any) -> list[FilePath]:
        if isinstance(paths, str | os.PathLike):
            return [paths]
        if isinstance(paths, Iterable) and not isinstance(paths, bytes | IOBase | np.ndarray):
            return list(paths)
        raise ArgumentError(
            f"{self.name} takes the paths of pictures; given was {type(paths).__name__}. Pictures in memory go to "
            "predictor(arrays), prepared as it expects them."
        )

    def _known_preparation(self) -> "Preparation":
        if self.preparation is None:
            raise ArgumentError(
                f"{self.name} was not built by amalthea, or has other layers in front; which pixels it expects is "
                "unknown. Prepare the pictures yourself, and call predictor(arrays)."
            )
        if not self.classes:
            shapes = ", ".join(str(spec.shape[1:]) for spec in self.runner.outputs)
            raise ArgumentError(
                f"{self.name} returns {shapes} for a picture, not the scores of ImageNet's 1000 classes. Build it with "
                "include_top=True and classes=1000, or call predictor(arrays)."
            )
        return self.preparation

    def _found(
        self, files: Sequence[FilePath], preparation: "Preparation", on_error: str
    ) -> Iterator["NDArray[np.float32] | ImageError | MissingFileError"]:
        from ..images import read_resized

        pictures = read_resized(files, preparation.size, preparation.interpolation)
        with _progress_of(self.name, len(files)) as show:
            show(0, len(files))
            for number, group in enumerate(_groups(pictures, _PICTURES_AT_ONCE)):
                if on_error == "raise" and (problems := [found for found in group if isinstance(found, Exception)]):
                    raise problems[0]
                usable = [found for found in group if isinstance(found, np.ndarray)]
                scores = iter(self._scores(preparation, usable) if usable else ())
                for found in group:
                    yield next(scores) if isinstance(found, np.ndarray) else found
                show(number * _PICTURES_AT_ONCE + len(group), len(files))

    def _scores(self, preparation: "Preparation", pictures: list["Picture"]) -> NDArray[np.float32]:
        from ..images import scale

        [spec] = self.runner.inputs
        pixels: NDArray[Any] = np.stack(pictures)
        if spec.dtype != "uint8":  # else the graph scales them itself
            pixels = scale(pixels, preparation.scaling)
            pixels = pixels.transpose(0, 3, 1, 2) if spec.channels_first else pixels
        (scores,) = self._answers(pixels)
        if (found := as_probabilities(scores, len(self.classes))) is None:
            raise ArgumentError(
                f"{self.name} returns no probabilities. Build it with classifier_activation='softmax', or call "
                "predictor(arrays)."
            )
        return found


def _progress_of(name: str, pictures: int) -> AbstractContextManager[Show]:
    """A bar, if there is more than one step to show."""
    if pictures > _PICTURES_AT_ONCE:
        return progress(name, "pictures")
    return nullcontext(lambda done, total: None)


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
