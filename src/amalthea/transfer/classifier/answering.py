"""What a classifier that was fitted answers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...images import TUTORIAL, Preparation
from ...runtime import Predictor, Views
from ...runtime.recognition import check_threshold
from ..calibration import lowest_threshold
from ..evaluation import Report, evaluate
from ..explanation.explanation import Explanation
from ..explanation.subject import Subject
from ..training.watching import History
from .answers import Ready, judged, probabilities, ready
from .calibrating import calibrate
from .estimator import ClassifierMixin, UnfittedError
from .labelled import Pictures, Samples, pictures_of, samples_of, weighted
from .learned_pictures import NONE, Marks
from .learning import answers
from .parameters import Parameters, extraction_of
from .pixels import check_all, check_brightness

if TYPE_CHECKING:
    import keras


class Answering(ClassifierMixin, Parameters):  # type: ignore[misc] # scikit-learn has no types
    """Predictions, and how good they are; see ``ImageClassifier`` for parameters and attributes."""

    model_: "keras.Model"
    classes_: NDArray[Any]
    preparation_: Preparation
    variant_: str
    history_: History
    temperature_: float = 1.0
    times_: Mapping[str, float] = MappingProxyType({})
    _ready: Ready | None = None
    _samples: tuple[Samples, Samples | None] | None = None
    _tunings: tuple[tuple[int, Samples, Samples | None], ...] = ()  # after how many epochs, and what was given
    _learned_before: Marks = NONE  # marks of the pictures, before it was saved

    def predict(self, X: Any, views: int = 1, threshold: float | None = None) -> NDArray[Any]:
        """The most probable class of each picture, or None for "none of these", shape (N,).

        Args:
            X: a folder, a list of paths, or an array of shape (N, H, W, 3).
            views: as for ``predict_proba``.
            threshold: how probable the best class must be at least, in [0, 1]; else the answer is None, in an array of
                objects. None takes the classifier's own, 0 names a class for every picture.

        Raises:
            ArgumentError: before ``fit``, or pictures or arguments that cannot be used.
            ImageError, MissingFileError: a file is no usable picture.
            MissingDependencyError: more than two views need OpenCV.
        """
        least = self._least(threshold)
        found = self.predict_proba(X, views)  # first: before fit there are no classes_
        named = self.classes_[found.argmax(axis=1)]
        if least is None:
            return named  # type: ignore[no-any-return]
        chosen = named.astype(object)
        chosen[found.max(axis=1).astype(np.float64) < least] = None
        return chosen  # type: ignore[no-any-return]

    def predict_proba(self, X: Any, views: int = 1) -> NDArray[np.float32]:
        """The probability of each class for each picture, shape (N, k), in the order of ``classes_``.

        Args:
            X: a folder, a list of paths, or an array of shape (N, H, W, 3).
            views: of each picture, whose answers are averaged, which takes as many times as long: 1 for the picture as
                it is; 2 for its mirror image as well; each one beyond these is changed at random as the parameter
                ``augmentation`` says, always in the same way for the same picture and ``seed``.

        Raises:
            ArgumentError, ImageError, MissingFileError, MissingDependencyError: as for ``predict``.
        """
        check_fitted(self, "Call fit before it can predict.")
        pictures = pictures_of(X)
        check_all(self, pictures)
        return probabilities(self._predictor(), pictures, self._views(views, pictures))

    def evaluate(self, X: Any, y: Any = None, views: int = 1, threshold: float | None = None) -> Report:
        """How good the answers are for pictures whose classes are known; features that are kept are used.

        Args:
            X: a folder with one sub-folder a class, where some may be missing; or with ``y``, a list of paths, or an
                array of shape (N, H, W, 3).
            y: one label a picture, of those in ``classes_``.
            views: as for ``predict_proba``; of more than one, no features are kept.
            threshold: as for ``predict``; the report tells how many pictures a class is named for, and how many of
                those rightly. All else in it is about the most probable classes of all pictures.

        Raises:
            ArgumentError, ImageError, MissingFileError: as for ``fit``.
            MissingDependencyError: more than two views need OpenCV.
        """
        least = self._least(threshold)
        labels, scores, skipped = self._judged(X, y, views)
        return evaluate(labels, scores, list(map(str, self.classes_)), skipped=skipped, threshold=least)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """The part of the pictures whose most probable class is the right one; arguments as for ``evaluate``.

        Args:
            X: as for ``evaluate``.
            y: as there.
            sample_weight: shape (N,), how much each picture counts, as for ``fit``; None: all the same.
        """
        if sample_weight is None:
            return self.evaluate(X, y).accuracy
        check_fitted(self, "Call fit before it can be evaluated.")
        samples = weighted(samples_of(X, y, self.classes_, some=True), sample_weight)
        places, scores, _ = judged_by(self, samples.numbered(), views=1)
        right = scores.argmax(axis=1) == samples.labels[places]
        return float(np.average(right, weights=samples.weights_of(places)))

    def calibrate(self, X: Any, y: Any = None) -> float:
        """Make probabilities as high as answers are right, by temperature scaling (Guo et al. 2017, arXiv:1706.04599).

        The temperature goes into the last layer of ``model_``, whose weights are divided by it; so it is in every file,
        and every runtime answers so. The best class of a picture stays the same. The log tells the expected calibration
        error before and after.

        Args:
            X: pictures that it did not learn from, 20 or more, as for ``evaluate``.
            y: as there.

        Returns:
            The temperature: above 1 where the classifier was too sure, below 1 where it was not sure enough; 1, with a
            warning, where it answers all pictures right, which does not tell how sure it may be. ``temperature_`` is
            the product of all temperatures since the training.

        Raises:
            ArgumentError: before ``fit``, pictures that cannot be used or are too few, or a model that ends in no dense
                layer with a softmax or a sigmoid.
            ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
        """
        check_fitted(self, "Call fit before it can be calibrated.")
        samples = samples_of(X, y, self.classes_)
        check_all(self, samples)
        temperature = calibrate(self.model_, samples, extraction_of(self, self.preparation_))
        self.temperature_ *= temperature
        return temperature

    def find_threshold(self, X: Any, y: Any = None, accuracy: float = 0.99, views: int = 1) -> float:
        """The lowest ``threshold`` from which on answers are as right as is wanted; best after ``calibrate``.

        Args:
            X: pictures that it did not learn from, as for ``evaluate``.
            y: as there.
            accuracy: part of the pictures that a class is named for, in (0, 1], for which it must be the right one.
            views: as for ``predict_proba``.

        Returns:
            In thousandths, for ``set_params(threshold=...)``. It is not below the least probability of these answers,
            so that a picture of which the classifier is less sure than of all these is none of its classes.

        Raises:
            ArgumentError: as for ``evaluate``; or no threshold leaves answers that are so right.
            ImageError, MissingFileError, MissingDependencyError: as for ``evaluate``.
        """
        labels, scores, _ = self._judged(X, y, views)
        return lowest_threshold(labels, scores, accuracy)

    def explain(
        self, picture: Any, *, target: object = None, method: str | None = None, layer: str | None = None
    ) -> Explanation:
        """Where in a picture a class is seen; arguments and result as for ``amalthea.explain``.

        Raises:
            ArgumentError: before ``fit``, or an argument that cannot be used.
            ImageError, MissingFileError: the file is no usable picture.
        """
        check_fitted(self, "Call fit before it can explain its answers.")
        subject = Subject(
            name=self.variant_ or self.model_.name,
            variant=self.variant_,
            classes=tuple(map(str, self.classes_)),
            preparation=self.preparation_,
            model=self.model_,
            predictor=self._predictor,
        )
        return subject.explained(picture, target, method, layer)

    @property
    def history(self) -> dict[str, list[float]]:
        """Losses and accuracies after each epoch of ``fit``, followed by those of ``fine_tune``.

        Where the best weights are kept, ``kept`` tells after each epoch which they are so far; see ``train``.
        """
        check_fitted(self, "There is no history before fit.")
        return {name: list(values) for name, values in self.history_.items()}

    def _least(self, threshold: float | None) -> float | None:
        """The probability that a class needs; None where it needs none."""
        least = self.threshold if threshold is None else threshold
        check_threshold(least)
        return least or None

    def _judged(self, X: Any, y: Any, views: int) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
        """Labels and probabilities of pictures, and how many were left out."""
        check_fitted(self, "Call fit before it can be evaluated.")
        return judged_by(self, samples_of(X, y, self.classes_, some=True), views)

    def _views(self, count: int, pictures: Pictures) -> Views:
        augmentation = self.augmentation or TUTORIAL
        views = Views(count, augmentation, self.seed)
        if count > 2:
            check_brightness(pictures, augmentation)
        return views

    def _predictor(self) -> Predictor:
        """Of the model with its weights as they are now."""
        names = list(map(str, self.classes_))
        self._ready = ready(self.model_, self.precision, self.preparation_, names, self._ready)
        return self._ready.predictor


def check_fitted(classifier: Answering, message: str) -> None:
    """Refuse a classifier before ``fit``.

    Raises:
        UnfittedError: with this message.
    """
    if not hasattr(classifier, "model_"):
        raise UnfittedError(message)


def judged_by(
    classifier: Answering, samples: Samples, views: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
    """Labels and probabilities of pictures, and how many were left out; features that are kept are used.

    Args:
        classifier: fitted.
        samples: of its classes, in its order.
        views: as for ``Answering.predict_proba``.

    Raises:
        ArgumentError, ImageError, MissingFileError, MissingDependencyError: as for ``Answering.evaluate``.
    """
    check_all(classifier, samples)
    seen, extraction = classifier._views(views, samples.pictures), extraction_of(classifier, classifier.preparation_)
    if seen.count == 1:
        return answers(classifier.model_, samples, extraction)
    return judged(classifier._predictor(), samples.pictures, samples.labels, seen, classifier.on_error)


def samples_of_fit(classifier: Answering) -> tuple[Samples, Samples | None] | None:
    """The pictures that it learned from, and those that validated; None where it was not fitted in this process."""
    return classifier._samples
