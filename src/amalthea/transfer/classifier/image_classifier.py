"""A classifier of pictures with scikit-learn's conventions: it holds parameters, and calls functions."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from ...catalog import ScalingSteps
from ...images import Augmentation
from ..base import base_of
from ..cutting.freezing import freeze_before, restored_flags
from ..evaluation import Report, evaluate
from ..features.store import FeatureStore
from ..training.head import attach
from ..training.loop import Training
from ..training.watching import History
from .answers import probabilities, ready
from .estimator import ClassifierMixin, Estimator, UnfittedError
from .labelled import Samples, pictures_of, samples_of, training_samples, tuning_samples, with_validation
from .learning import all_or_nothing, answers, learn
from .parameters import check_crossing, extraction_of, head_of, training_of, tuning_of, wishes_of
from .pixels import check_all
from .planning import trains_below_head
from .saving import Record, read_classifier, write_classifier

if TYPE_CHECKING:
    import keras


@dataclass(eq=False, repr=False)
class ImageClassifier(ClassifierMixin, Estimator):  # type: ignore[misc] # scikit-learn has no types
    """Learns to tell classes of pictures apart: a pretrained network, frozen, under a small head that is trained.

    Each picture crosses the frozen layers once, in the runtime; what they return is kept on the disk, and the head
    learns from it. ``fine_tune`` then trains the last layers of the network, too. An estimator of scikit-learn:
    ``clone``, ``Pipeline``, ``GridSearchCV`` and ``cross_val_score`` take it.

    Args:
        model: a network by name, which is built without its classifier and frozen; or a ``keras.Model``, which is taken
            as it is: those of its layers train whose ``trainable`` is True, in the model that was given.
        weights: of a network given by name: ``"imagenet"``, the path of a weight file, or None for random ones.
        alpha: width of a network that has several.
        image_size: pixels of a side, or (height, width); None takes the size of arrays, else the network's own.
        features: name of the layer at which the head begins, such as an early one for data unlike ImageNet's, or
            ``"predictions"`` for the network's own classifier; None takes the last one before that.
        pooling: of feature maps: ``"avg"``, ``"max"`` or ``"flatten"``.
        hidden: widths of dense layers between features and scores, with ReLU.
        dropout: part of the features, and of each hidden layer, that is left out in training.
        l1: weight of the sum of absolute kernel values in the loss.
        l2: weight of the sum of squared kernel values in the loss.
        loss: ``"categorical_crossentropy"``: a softmax of k classes; or ``"binary_crossentropy"``: one sigmoid of two.
        scaling: of the pixels, in place of what the network's weights expect: ``"caffe"``, ``"tf"``, ``"torch"``,
            ``"lite"``, or a number that multiplies [0, 255], such as 1 / 255. Then values are not checked.
        interpolation: by which pictures from files get their size; None takes the network's own.
        optimizer: ``"adam"``, ``"sgd"``, ``"rmsprop"``, or one of Keras.
        learning_rate: of the head; an optimizer of Keras has its own instead.
        epochs: how often each picture is learned from.
        batch_size: pictures in a training step.
        class_weight: None, ``"balanced"`` for classes of different size, or a weight for each class by its name.
        early_stopping: epochs without a better validation after which the best weights are taken; True means 5.
        augment: None; ``"live"`` for pictures that differ in every epoch, each of which then takes the time of the
            frozen layers; or how many versions of each picture are computed and kept, of which each epoch takes the
            next, so that as many as there are epochs are the same as ``"live"``. Only ``fit`` and ``fine_tune`` do so,
            and never with pictures to validate with.
        augmentation: what may change; None: shear up to 11.5 degrees, zoom of 0.8 to 1.2, flips left to right.
        seed: of the split, the head's weights and dropout, the order of pictures, and augmentation. Not of what the
            network itself has at random, its weights where ``weights`` is None, or in a model that is given a dropout
            or random flip without a seed of its own: ``keras.utils.set_random_seed`` repeats those.
        precision: of the frozen layers and of predictions: ``"float32"``, or ``"bfloat16"`` where the processor has it.
        on_error: what happens to files that are no usable pictures in ``fit``, ``fine_tune``, ``evaluate`` and
            ``score``: ``"raise"``, or ``"skip"`` to leave them out with a warning. Predictions always raise.
        verify: whether files that look unchanged are read again to see that they are.
        feature_dtype: in which features are kept: ``"float32"``, or ``"float16"`` for half the room.
        store: where; None takes the cache folder.

    Attributes:
        classes_: shape (k,): the classes, sorted.
        model_: pictures to scores: one plain functional ``keras.Model``.
        preparation_: how pictures become what ``model_`` takes.
        variant_: name of the network in the catalogue; "" for other models.
        tuned_from_: number of epochs before ``fine_tune`` first trained more than the head; None: it never did.

    Example:
        >>> import numpy
        >>> pictures = numpy.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), numpy.uint8)
        >>> classifier = ImageClassifier("EfficientNetLite0", epochs=1).fit(pictures, ["cat", "dog"] * 4)
        >>> classifier.predict_proba(pictures).shape
        (8, 2)
    """

    model: "str | keras.Model" = "EfficientNetLite0"
    _: KW_ONLY
    weights: str | os.PathLike[str] | None = "imagenet"
    alpha: float | None = None
    image_size: int | Sequence[int] | None = None
    features: str | None = None
    pooling: str = "avg"
    hidden: Sequence[int] = ()
    dropout: float = 0.2
    l1: float = 0.0
    l2: float = 0.0
    loss: str = "categorical_crossentropy"
    scaling: str | float | ScalingSteps | None = None
    interpolation: str | None = None
    optimizer: "str | keras.Optimizer" = "adam"
    learning_rate: float = 5e-4
    epochs: int = 20
    batch_size: int = 20
    class_weight: str | Mapping[Any, float] | None = None
    early_stopping: bool | int | None = None
    augment: str | int | None = None
    augmentation: Augmentation | None = None
    seed: int = 0
    precision: str = "float32"
    on_error: str = "raise"
    verify: bool = False
    feature_dtype: str = "float32"
    store: FeatureStore | None = None

    def fit(self, X: Any, y: Any = None, validation: Any = None) -> Self:
        """Build the network with a new head, and train what is not frozen.

        Args:
            X: a folder with one sub-folder a class; or with ``y``, a list of paths, or an array of shape (N, H, W, 3),
                RGB in [0, 255].
            y: one label a picture, names or whole numbers.
            validation: a folder, (pictures, labels), or the fraction of each class that is held back from ``X``.

        Returns:
            The classifier. After Ctrl-C it is what the epochs until then made of it; after an error, or without a
            whole epoch, what it was before.

        Raises:
            ArgumentError: a parameter, pictures or labels that cannot be used; or training diverged in its first epoch.
            ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
            DownloadError, WeightsError: the trained weights of the network.
        """
        samples, held_back = with_validation(training_samples(X, y), validation, self.seed)
        head, training = head_of(self, len(samples.classes)), training_of(self, samples.classes)
        check_crossing(self)
        base = base_of(self.model, wishes_of(self, samples.pictures))
        with all_or_nothing(self):
            self.model_ = attach(base.network, self.features, head)
            self.history_, self.tuned_from_ = History(), None
            self.classes_, self.preparation_, self.variant_ = samples.classes, base.preparation, base.variant
            self._samples = samples, held_back
            check_all(self, samples, held_back, fitting=True)
            self._learn(samples, held_back, training)
        return self

    def fine_tune(
        self,
        from_layer: str | None = None,
        blocks: int | None = None,
        learning_rate: float = 1e-4,
        epochs: int = 10,
        batchnorm: str = "frozen",
        optimizer: "str | keras.Optimizer" = "sgd",
        *,
        X: Any = None,
        y: Any = None,
        validation: Any = None,
    ) -> Self:
        """Train the last layers of the network together with the head, slowly.

        The weights never end worse than they were: those of the best epoch are kept, and if no epoch improves, those
        from before. After an error, the classifier is what it was before, its flags ``trainable`` included.

        Args:
            from_layer: the first layer that trains, such as ``"block5_conv1"``; frozen is all that it needs. Or the
                first of the network's blocks that trains, such as ``"block5"``.
            blocks: instead, how many of the network's last blocks train. With neither of the two, the flags
                ``trainable`` of ``model_`` count as they are.
            learning_rate: small, for the weights are good already; an optimizer of Keras has its own instead.
            epochs: at most.
            batchnorm: ``"frozen"`` keeps BatchNormalization as it was trained; ``"train"`` does not.
            optimizer: ``"sgd"``, which has a momentum of 0.9; or as in the parameters.
            X: as for ``fit``; None takes the pictures that ``fit`` learned from.
            y: as for ``fit``.
            validation: as for ``fit``; with neither this nor ``X``, that of ``fit``.

        Raises:
            ArgumentError: before ``fit``; or as there, or for a layer or number of blocks that is not there; or the
                weights of before give no finite loss.
        """
        self._check_fitted("fine_tune comes after fit: the large errors of a new head would spoil the layers below it.")
        samples, held_back = tuning_samples(getattr(self, "_samples", None), X, y, validation, self.classes_, self.seed)
        check_all(self, samples, held_back)
        training = tuning_of(self, optimizer, learning_rate, epochs)
        with all_or_nothing(self), restored_flags(self.model_):
            if from_layer is not None or blocks is not None:
                freeze_before(self.model_, from_layer, blocks, self.variant_ or None, batchnorm)
            if self.tuned_from_ is None and trains_below_head(self.model_):
                self.tuned_from_ = len(self.history_.get("loss", ()))
            self._learn(samples, held_back, training)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each picture, shape (N,).

        Args:
            X: a folder, a list of paths, or an array of shape (N, H, W, 3).

        Raises:
            ArgumentError: before ``fit``, or pictures that cannot be used.
            ImageError, MissingFileError: a file is no usable picture.
        """
        best = self.predict_proba(X).argmax(axis=1)  # first: before fit there are no classes_
        return self.classes_[best]  # type: ignore[no-any-return]

    def predict_proba(self, X: Any) -> NDArray[np.float32]:
        """The probability of each class for each picture, shape (N, k), in the order of ``classes_``.

        Args:
            X: a folder, a list of paths, or an array of shape (N, H, W, 3).

        Raises:
            ArgumentError, ImageError, MissingFileError: as for ``predict``.
        """
        self._check_fitted("Call fit before it can predict.")
        pictures = pictures_of(X)
        check_all(self, pictures)
        names = list(map(str, self.classes_))
        self._ready = ready(self.model_, self.precision, self.preparation_, names, getattr(self, "_ready", None))
        return probabilities(self._ready.predictor, pictures, self.preparation_)

    def evaluate(self, X: Any, y: Any = None) -> Report:
        """How good the answers are for pictures whose classes are known; features that are kept are used.

        Args:
            X: a folder with one sub-folder a class; or with ``y``, a list of paths, or an array of shape (N, H, W, 3).
            y: one label a picture, of those in ``classes_``.

        Raises:
            ArgumentError, ImageError, MissingFileError: as for ``fit``.
        """
        self._check_fitted("Call fit before it can be evaluated.")
        samples = samples_of(X, y, self.classes_)
        check_all(self, samples)
        labels, scores, skipped = answers(self.model_, samples, extraction_of(self, self.preparation_))
        return evaluate(labels, scores, list(map(str, self.classes_)), skipped=skipped)

    def score(self, X: Any, y: Any = None) -> float:
        """The part of the pictures whose class is predicted right; arguments as for ``evaluate``."""
        return self.evaluate(X, y).accuracy

    @property
    def history(self) -> dict[str, list[float]]:
        """Losses and accuracies after each epoch of ``fit``, followed by those of ``fine_tune``.

        Where the best weights are kept, ``kept`` tells after each epoch which they are so far; see ``train``.
        """
        self._check_fitted("There is no history before fit.")
        return {name: list(values) for name, values in self.history_.items()}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the classifier into one file, which appears whole or not at all.

        Args:
            path: ends in ``.keras``: to train on, and for plain Keras, which loads ``model_`` from it; or in ``.onnx``:
                network, preparation and classes for ``amalthea.load`` and ``amalthea predict --model``, without Keras.

        Raises:
            ArgumentError: another suffix, or before ``fit``.
            StorageError: the folder cannot be written.
        """
        self._check_fitted("Call fit before it can be saved.")
        parameters = self.get_params() if isinstance(self.model, str) else {**self.get_params(), "model": None}
        record = Record(parameters, self.classes_, self.preparation_, self.variant_, self.history_, self.tuned_from_)
        write_classifier(Path(path), self.model_, record)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Open a ``.keras`` file of ``save``, ready to predict and to ``fine_tune(X=...)``.

        Parameters that are objects, such as an optimizer or a store, are not in the file; where ``model`` was one,
        ``fit`` needs it again.

        Raises:
            MissingFileError: there is no such file.
            ArgumentError, BrokenWeightsError: it is something else, or damaged.
        """
        model, record = read_classifier(Path(path))
        classifier = cls(**record.parameters)
        classifier.model_, classifier.classes_, classifier.preparation_ = model, record.classes, record.preparation
        classifier.variant_, classifier.tuned_from_ = record.variant, record.tuned_from
        classifier.history_ = dict(record.history)
        return classifier

    def _check_fitted(self, message: str) -> None:
        if not hasattr(self, "model_"):
            raise UnfittedError(message)

    def _learn(self, samples: Samples, held_back: Samples | None, training: Training) -> None:
        extraction = extraction_of(self, self.preparation_, learning=True)
        learn(self.model_, samples, held_back, extraction, training, self.history_)
