"""The flat parameters of a classifier, sorted by what reads them, and as plain values for a file."""

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...catalog import ScalingSteps
from ...errors import ArgumentError
from ...images import TUTORIAL, Augmentation, Preparation
from ..base import Wishes, side_lengths
from ..features.augmenting import Augmenting
from ..settings import is_whole, require_one_of
from ..training.head import Head
from ..training.loop import Training
from .crossing import Extraction
from .labelled import Pictures

if TYPE_CHECKING:
    import keras

    from .image_classifier import ImageClassifier

_PATIENCE = 5  # epochs, where early_stopping=True


def wishes_of(classifier: "ImageClassifier", pictures: Pictures) -> Wishes:
    """What is asked of the network; arrays decide the size where nothing else does."""
    shape = pictures.shape[1:3] if isinstance(pictures, np.ndarray) else None
    return Wishes(
        weights=classifier.weights,
        alpha=classifier.alpha,
        features=classifier.features,
        size=side_lengths(classifier.image_size) or shape,
        scaling=classifier.scaling,
        interpolation=classifier.interpolation,
    )


def head_of(classifier: "ImageClassifier", classes: int) -> Head:
    """The head for a number of classes."""
    return Head(
        pooling=classifier.pooling,
        hidden=tuple(classifier.hidden),
        dropout=classifier.dropout,
        l1=classifier.l1,
        l2=classifier.l2,
        classes=classes,
        loss=classifier.loss,
        seed=classifier.seed,
    )


def training_of(classifier: "ImageClassifier", classes: NDArray[Any]) -> Training:
    """How the head is trained.

    Raises:
        ArgumentError: ``class_weight`` or ``early_stopping`` cannot be used.
    """
    weight, patience = classifier.class_weight, classifier.early_stopping
    if isinstance(weight, Mapping):
        known = {name: label for label, name in enumerate(classes.tolist())}
        if set(weight) != known.keys():
            raise ArgumentError(f"class_weight={weight!r}; it needs a weight for each of the classes {list(known)}.")
        weight = {known[name]: float(value) for name, value in weight.items()}
    if not (patience is None or isinstance(patience, bool) or is_whole(patience)):
        raise ArgumentError(f"early_stopping={patience!r}; allowed are True, False, None and a number of epochs.")
    return Training(
        loss=classifier.loss,
        optimizer=classifier.optimizer,
        learning_rate=classifier.learning_rate,
        epochs=classifier.epochs,
        batch_size=classifier.batch_size,
        class_weight=weight,
        patience=_PATIENCE if patience is True else patience or None,
        seed=classifier.seed,
    )


def tuning_of(
    classifier: "ImageClassifier", optimizer: "str | keras.Optimizer", learning_rate: float, epochs: int
) -> Training:
    """How the last layers are trained together with the head; arguments as for ``fine_tune``.

    Raises:
        ArgumentError: one of them cannot be used, or as for ``training_of``.
    """
    training = training_of(classifier, classifier.classes_)
    return replace(training, optimizer=optimizer, learning_rate=learning_rate, epochs=epochs, never_worse=True)


def check_crossing(classifier: "ImageClassifier") -> None:
    """Refuse what ``extraction_of`` would refuse, before there is a network.

    Raises:
        ArgumentError: ``on_error``, ``feature_dtype``, ``precision``, ``augment`` or ``augmentation`` cannot be used.
        MissingDependencyError: pictures are to be augmented, and OpenCV is not installed.
    """
    from ...runtime.runners.openvino import check_precision

    require_one_of(("float32", "float16"), "feature_dtype", classifier.feature_dtype)
    if classifier.on_error not in ("raise", "skip"):
        raise ArgumentError(f"on_error={classifier.on_error!r}; allowed are 'raise' and 'skip'.")
    check_precision(classifier.precision)
    _augmenting_of(classifier)


def extraction_of(classifier: "ImageClassifier", preparation: Preparation, *, learning: bool = False) -> Extraction:
    """How pictures cross the frozen layers, augmented only where they are learned from.

    Raises:
        ArgumentError, MissingDependencyError: as for ``check_crossing``.
    """
    check_crossing(classifier)
    return Extraction(
        preparation=preparation,
        precision=classifier.precision,
        dtype=classifier.feature_dtype,
        on_error=classifier.on_error,
        verify=bool(classifier.verify),
        store=classifier.store,
        augmenting=_augmenting_of(classifier) if learning else None,
    )


def _augmenting_of(classifier: "ImageClassifier") -> Augmenting | None:
    """How the pictures to learn from are augmented; further epochs go on with other versions than those before."""
    augment, augmentation = classifier.augment, classifier.augmentation
    if not (augmentation is None or isinstance(augmentation, Augmentation)):
        raise ArgumentError(f"augmentation={augmentation!r}; allowed are an amalthea.Augmentation and None.")
    if augment is None:
        if augmentation is not None:
            raise ArgumentError(
                "augmentation= says how, but augment=None not to augment at all. Say augment='live', or how many "
                "versions of each picture there shall be."
            )
        return None
    live = isinstance(augment, str) and augment == "live"
    if not (live or (is_whole(augment) and int(augment) >= 1)):
        raise ArgumentError(
            f"augment={augment!r}; allowed are None, 'live', and how many versions of each picture are kept, from 1 on."
        )
    return Augmenting(
        augmentation=augmentation or TUTORIAL,
        seed=classifier.seed,
        versions=None if live else int(augment),
        begun=len(getattr(classifier, "history_", {}).get("loss", ())),
    )


def to_plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as JSON can hold them; without those that are objects, such as a network or an optimizer."""
    plain = {name: _plain(value) for name, value in parameters.items()}
    return {name: value for name, value in plain.items() if value is not _OBJECT}


def from_plain(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of ``to_plain``."""
    return {name: _restored(value) for name, value in plain.items()}


_OBJECT = object()


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, ScalingSteps):
        return {"steps": asdict(value)}
    if isinstance(value, Augmentation):
        return {"augmentation": asdict(value)}
    if isinstance(value, Mapping):  # of JSON, keys are always texts
        return {"items": [[_plain(name), _plain(item)] for name, item in value.items()]}
    return _OBJECT


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_restored, value))
    if isinstance(value, dict):
        [(kind, content)] = value.items()
        if kind == "augmentation":
            return Augmentation(**{name: _restored(setting) for name, setting in content.items()})
        return steps_of(content) if kind == "steps" else dict(content)
    return value


def steps_of(values: Mapping[str, Any]) -> ScalingSteps:
    """Scaling steps that were written as JSON."""
    steps: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return ScalingSteps(**steps)
