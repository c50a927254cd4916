"""Predictions of a network, for arrays and for pictures."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._numbers import is_whole
from ..catalog import Variant
from ..errors import ArgumentError, ImageError, MissingFileError
from .answers import joined, nested, unknown_where_no_number
from .inputs import as_arrays, batches_in, in_batches, parts_of
from .layers import patterns_of
from .picture_files import PictureFile, at_size, files_of, path_of, read_groups
from .recognition import Prediction, check_naming, known_preparation, named, prepared
from .runners import Runner
from .scores import as_probabilities
from .views import Views, views_of

if TYPE_CHECKING:
    from ..images import Picture, PictureOrError, Preparation
    from .layers import Ending

Structure: TypeAlias = int | list["Structure"] | tuple["Structure", ...] | dict[str, "Structure"]


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
        threshold: how probable the best class of a picture must be to be its answer; None: it is in any case.
        endings: opens the part of the network that ends at layers of these names or globs; None where none can be.
    """

    name: str
    runner: Runner
    inputs: tuple[str, ...]
    outputs: Structure = 0
    variant: Variant | None = None
    preparation: "Preparation | None" = None
    classes: tuple[str, ...] = ()
    wordnet_ids: tuple[str, ...] = ()
    threshold: float | None = None
    endings: "Callable[[tuple[str, ...]], Ending] | None" = None

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
                ``DataLoader``. Of a predictor that was made with ``preprocess=True`` or opened from a file: uint8
                pictures, RGB in [0, 255], shape (N, rows, columns, 3), of any one size.

        Returns:
            An array of float32, shape (N, ...), or several of them in the structure of the model's outputs. A picture
            that holds NaN or an infinity is answered with NaN, unless the model itself asks with ``isnan`` or
            ``isinf``. NaN that only arises amid a network may get lost in OpenVINO, as in TensorFlow.

        Raises:
            ArgumentError: another number of inputs, other shapes, no numbers, or an iterable without a batch.

        Example:
            >>> import amalthea, numpy
            >>> amalthea.predictor("EfficientNetLite0")(numpy.zeros((2, 224, 224, 3))).shape
            (2, 1000)
        """
        return self.predict(x)

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        """The same as calling it, in batches if that is wanted.

        Args:
            x: as for a call.
            batch_size: how many pictures of arrays are converted at a time, which bounds the memory; None takes them
                all. The batches of an iterable stay as they are.

        Returns:
            As a call.

        Raises:
            ArgumentError: as a call, or a batch size that is no whole number above 0.

        Example:
            >>> import amalthea, numpy
            >>> pictures = numpy.zeros((5, 300, 200, 3), numpy.uint8)
            >>> amalthea.predictor("EfficientNetLite0", preprocess=True).predict(pictures, batch_size=2).shape
            (5, 1000)
        """
        return nested(self.outputs, self._computed(x, batch_size, self.runner))

    def features(
        self, x: Any, layers: str | Iterable[str], batch_size: int | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """What layers in the middle of the network return, all of them computed in one pass.

        The part of the network that ends there is made when it is first asked for, and kept.

        Args:
            x: as for a call.
            layers: names of layers, also of those in models inside the model; or globs such as ``"block5_*"``.
            batch_size: as for ``predict``.

        Returns:
            For each layer an array of float32, shape (N, ...), its axes in the order that the layer has in Keras. The
            second result of a layer that is used twice, or returns two tensors, goes by ``"name:1"``.

        Raises:
            ArgumentError: as a call, no layer of this name, the weights have changed since the predictor was made, or
                it does not know its layers.

        Example:
            >>> import amalthea, numpy
            >>> pictures = numpy.zeros((1, 224, 224, 3))
            >>> found = amalthea.predictor("EfficientNetLite0").features(pictures, ["block3*_add", "avg_pool"])
            >>> {name: array.shape for name, array in found.items()}
            {'block3b_add': (1, 28, 28, 40), 'avg_pool': (1, 1280)}
        """
        if self.endings is None:
            raise ArgumentError(
                f"{self.name} does not know the layers that it was made of. Make the predictor of the model, of its "
                "name in the catalogue, or of a file that a newer amalthea.save wrote."
            )
        ending = self.endings(patterns_of(layers, self.name))
        answers = self._computed(x, batch_size, ending.runner, ending.inputs)
        return dict(zip(ending.layers, answers, strict=True))

    def predict_images(
        self,
        paths: PictureFile | Iterable[PictureFile],
        top: int = 5,
        on_error: str = "raise",
        views: int | Views = 1,
        threshold: float | None = None,
    ) -> list[Prediction]:
        """The best classes for pictures, each prepared as the network's weights expect.

        Args:
            paths: picture files, or what stands in them as bytes; a single one, too.
            top: how many classes of each.
            on_error: ``"raise"``, or ``"return"`` to go on after a file that is no picture and note its error.
            views: of each picture, whose answers are averaged: 1 for the picture as it is, 2 for its mirror image as
                well; each one beyond these is changed at random, always in the same way: ``amalthea.runtime.Views``.
            threshold: how probable the best class must be at least; else ``answer`` is None, for "none of these". None
                takes that of the predictor, 0 accepts everything.

        Returns:
            One for each path, in their order; of bytes, its ``path`` is empty.

        Raises:
            ArgumentError: nobody said which pixels the network expects, or which classes it knows; or ``top``,
                ``views`` or ``threshold`` cannot be used.
            ImageError: a file is no usable picture.
            MissingFileError: there is no such file.
            MissingDependencyError: more than two views need OpenCV.

        Example:
            >>> import amalthea
            >>> [prediction] = amalthea.predictor("EfficientNetLite0").predict_images("elephant.jpg", top=1)
            >>> prediction.classes[0].name
            'African_elephant'
        """
        check_naming(top, threshold)
        files = files_of(paths, self.name)
        found = self.probabilities(files, on_error, views)
        return named(self, [path_of(file) for file in files], found, top, threshold)

    def predict_pictures(
        self, pictures: Iterable["Picture"], top: int = 5, views: int | Views = 1, threshold: float | None = None
    ) -> list[Prediction]:
        """The same for pictures that are decoded already, such as those of a camera.

        Args:
            pictures: arrays of uint8, shape (H, W, 3), RGB in [0, 255], of any sizes.
            top: as for ``predict_images``, like all that follows.

        Returns:
            One for each, in their order; its ``path`` is empty.

        Raises:
            ArgumentError, MissingDependencyError: as for ``predict_images``.
            ImageError: an array is no picture.

        Example:
            >>> import amalthea, numpy
            >>> picture = numpy.zeros((300, 200, 3), numpy.uint8)
            >>> len(amalthea.predictor("EfficientNetLite0").predict_pictures([picture], top=3)[0].classes)
            3
        """
        check_naming(top, threshold)
        preparation = known_preparation(self.name, self.preparation, self.classes, self.runner.outputs)
        small = at_size(pictures, preparation)
        found = self._mean_scores(preparation, small, views_of(views)) if small else ()
        return named(self, [""] * len(small), found, top, threshold)

    def probabilities(
        self, paths: PictureFile | Iterable[PictureFile], on_error: str = "raise", views: int | Views = 1
    ) -> Iterator["NDArray[np.float32] | ImageError | MissingFileError"]:
        """The probabilities of all classes for pictures, one after another; few of them are in memory at a time.

        Args:
            paths: as for ``predict_images``.
            on_error: ``"raise"``, or ``"return"`` to go on after a file that is no picture, and yield its error.
            views: as for ``predict_images``.

        Returns:
            One for each path, in their order: numbers in [0, 1] of shape (k,), in the order of ``classes``.

        Raises:
            ArgumentError, ImageError, MissingFileError, MissingDependencyError: as for ``predict_images``.

        Example:
            >>> import amalthea
            >>> [found] = amalthea.predictor("EfficientNetLite0").probabilities(["elephant.jpg"])
            >>> found.shape
            (1000,)
        """
        if on_error not in ("raise", "return"):
            raise ArgumentError(f"on_error={on_error!r}; allowed are 'raise' and 'return'.")
        preparation = known_preparation(self.name, self.preparation, self.classes, self.runner.outputs)
        groups = read_groups(files_of(paths, self.name), preparation, self.name, self.runner.threads)
        return self._found(groups, preparation, on_error, views_of(views))

    def _computed(
        self, x: Any, batch_size: int | None, runner: Runner, inputs: tuple[int, ...] | None = None
    ) -> list[NDArray[np.float32]]:
        """What a runner returns for all batches of ``x``; ``inputs`` are the numbers of those that it takes."""
        answers = [self._answers(parts, runner, inputs) for parts in self._batches(x, batch_size)]
        if not answers:
            raise ArgumentError(f"{self.name}: the {type(x).__name__} held no batch. An iterator works only once.")
        return joined(answers)

    def _batches(self, x: Any, batch_size: int | None) -> Iterator[list[Any]]:
        """What was given for each input, batch by batch."""
        if batch_size is not None and not is_whole(batch_size, 1):
            raise ArgumentError(f"batch_size={batch_size!r} must be a whole number above 0, or None.")
        batches = batches_in(x)
        if batches is None:
            return in_batches(parts_of(x, self.inputs, self.runner.inputs, self.name), batch_size, self.name)
        return (parts_of(batch, self.inputs, self.runner.inputs, self.name) for batch in batches)

    def _answers(
        self, parts: list[Any], runner: Runner, inputs: tuple[int, ...] | None = None
    ) -> list[NDArray[np.float32]]:
        specs = self.runner.inputs
        if self.preparation is not None and [spec.dtype for spec in specs] == ["uint8"]:
            from .pictures import as_pictures, resized

            pictures = as_pictures(parts[0], specs[0], self.name)
            return joined([runner([group]) for group in resized(pictures, self.preparation, runner.threads)])
        arrays = as_arrays(parts, specs, self.name)
        if inputs is not None:
            arrays = [arrays[number] for number in inputs]
        return unknown_where_no_number(runner(arrays), arrays, runner.unknown_from)

    def _found(
        self, groups: Iterable[list["PictureOrError"]], preparation: "Preparation", on_error: str, views: Views
    ) -> Iterator["NDArray[np.float32] | ImageError | MissingFileError"]:
        for group in groups:
            if on_error == "raise" and (problems := [found for found in group if isinstance(found, Exception)]):
                raise problems[0]
            usable = [found for found in group if isinstance(found, np.ndarray)]
            scores = iter(self._mean_scores(preparation, usable, views) if usable else ())
            for found in group:
                yield next(scores) if isinstance(found, np.ndarray) else found

    def _mean_scores(self, preparation: "Preparation", pictures: list["Picture"], views: Views) -> NDArray[np.float32]:
        return views.mean(
            lambda number: self._scores(preparation, [views.view(picture, number) for picture in pictures])
        )

    def _scores(self, preparation: "Preparation", pictures: list["Picture"]) -> NDArray[np.float32]:
        [spec] = self.runner.inputs
        (scores,) = self._answers([prepared(pictures, preparation, spec)], self.runner)
        if (found := as_probabilities(scores, len(self.classes))) is None:
            raise ArgumentError(
                f"{self.name} returns no probabilities. Build it with classifier_activation='softmax', or call "
                "predictor(arrays)."
            )
        return found
