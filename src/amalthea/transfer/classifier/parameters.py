"""The flat parameters of a classifier, sorted by what reads them, and as plain values for a file."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..._numbers import is_whole
from ...catalog import ScalingSteps
from ...errors import ArgumentError
from ...images import TUTORIAL, Augmentation, Preparation
from ..base import Wishes, side_lengths
from ..features.augmenting import Augmenting
from ..features.store import FeatureStore
from ..settings import require, require_number, require_one_of
from ..training.head import Head
from ..training.settings import Training
from .crossing import Extraction
from .estimator import Estimator
from .labelled import Pictures

if TYPE_CHECKING:
    import keras

_PATIENCE = 5  # epochs, where early_stopping=True


@dataclass(eq=False, repr=False)
class Parameters(Estimator):
    """What a classifier is made with; ``ImageClassifier`` describes each."""

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
    schedule: "str | keras.optimizers.schedules.LearningRateSchedule | None" = None
    epochs: int = 20
    batch_size: int = 20
    class_weight: str | Mapping[Any, float] | None = None
    label_smoothing: float = 0.0
    mixup: float = 0.0
    early_stopping: bool | int | None = None
    augment: str | int | None = None
    augmentation: Augmentation | None = None
    seed: int = 0
    precision: str = "float32"
    training_precision: str = "float32"
    distribution: str | None = None
    threshold: float | None = None
    on_error: str = "raise"
    verify: bool = False
    feature_dtype: str = "float32"
    store: FeatureStore | None = None


# What Python's own errors call it, such as that about an argument that is spelt wrong.
Parameters.__init__.__qualname__ = "ImageClassifier.__init__"


def wishes_of(classifier: Parameters, pictures: Pictures) -> Wishes:
    """What is asked of the network; arrays decide the size where nothing else does.

    Raises:
        ArgumentError: ``features`` or ``image_size`` cannot be used.
    """
    layer = classifier.features
    require(layer is None or isinstance(layer, str), "features", layer, "the name of a layer, or None for the last one")
    shape = pictures.shape[1:3] if isinstance(pictures, np.ndarray) else None
    return Wishes(
        weights=classifier.weights,
        alpha=classifier.alpha,
        features=layer,
        size=side_lengths(classifier.image_size) or shape,
        scaling=classifier.scaling,
        interpolation=classifier.interpolation,
    )


def head_of(classifier: Parameters, classes: int) -> Head:
    """The head for a number of classes.

    Raises:
        ArgumentError: a parameter of it cannot be used.
    """
    widths = classifier.hidden
    require(isinstance(widths, Iterable), "hidden", widths, "positive widths, such as (256,), or none: ()")
    return Head(
        pooling=classifier.pooling,
        hidden=tuple(widths),
        dropout=classifier.dropout,
        l1=classifier.l1,
        l2=classifier.l2,
        classes=classes,
        loss=classifier.loss,
        seed=classifier.seed,
    )


def training_of(classifier: Parameters, classes: NDArray[Any], callbacks: Sequence[Any] = ()) -> Training:
    """How the head is trained.

    Raises:
        ArgumentError: ``class_weight`` or ``early_stopping`` cannot be used.
    """
    weight, patience = classifier.class_weight, classifier.early_stopping
    if isinstance(weight, Mapping):
        known = {name: label for label, name in enumerate(classes.tolist())}
        if set(weight) != known.keys():
            raise ArgumentError(f"class_weight={weight!r}; it needs a weight for each of the classes {list(known)}.")
        for name, value in weight.items():
            require_number(f"class_weight of {name!r}", value, least=0)
        weight = {known[name]: float(value) for name, value in weight.items()}
    if not (patience is None or isinstance(patience, bool) or is_whole(patience)):
        raise ArgumentError(f"early_stopping={patience!r}; allowed are True, False, None and a number of epochs.")
    return Training(
        loss=classifier.loss,
        optimizer=classifier.optimizer,
        learning_rate=classifier.learning_rate,
        schedule=classifier.schedule,
        epochs=classifier.epochs,
        batch_size=classifier.batch_size,
        class_weight=weight,
        label_smoothing=classifier.label_smoothing,
        mixup=classifier.mixup,
        precision=classifier.training_precision,
        distribution=classifier.distribution,
        patience=_PATIENCE if patience is True else patience or None,
        seed=classifier.seed,
        callbacks=callbacks,
    )


def tuning_of(classifier: Parameters, classes: NDArray[Any], variant: str, **settings: Any) -> Training:
    """How the last layers are trained together with the head.

    Args:
        classifier: says the rest.
        classes: as for ``training_of``.
        variant: name of the network in the catalogue; "" for other models.
        settings: of a ``Training``, in place of those of ``fit``.

    Raises:
        ArgumentError: one of them cannot be used, or as for ``training_of``.
    """
    # Together, for the optimizer of fit may not go with the schedule of fine_tune.
    return replace(training_of(classifier, classes), variant=variant or None, never_worse=True, **settings)


def check_crossing(classifier: Parameters) -> None:
    """Refuse what ``extraction_of`` would refuse, before there is a network.

    Raises:
        ArgumentError: ``on_error``, ``feature_dtype``, ``store``, ``precision``, ``threshold``, ``augment`` or
            ``augmentation`` cannot be used.
        MissingDependencyError: pictures are to be augmented, and OpenCV is not installed.
    """
    from ...runtime import check_precision
    from ...runtime.recognition import check_threshold

    require_one_of(("float32", "float16"), "feature_dtype", classifier.feature_dtype)
    store = classifier.store
    kept = store is None or hasattr(store, "feature_set")
    require(kept, "store", store, "None for the cache folder, or amalthea.transfer.FileFeatureStore(folder)")
    if classifier.on_error not in ("raise", "skip"):
        raise ArgumentError(f"on_error={classifier.on_error!r}; allowed are 'raise' and 'skip'.")
    check_precision(classifier.precision)
    check_threshold(classifier.threshold)
    _augmenting_of(classifier)


def extraction_of(classifier: Parameters, preparation: Preparation, *, learning: bool = False) -> Extraction:
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


def _augmenting_of(classifier: Parameters) -> Augmenting | None:
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
    if not (live or is_whole(augment, 1)):
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
