"""Networks that take part in a comparison: as a user names them, and what is found of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...catalog import variant
from ...errors import ArgumentError
from ..classifier.image_classifier import ImageClassifier

_TOLD_APART = ("model", "alpha", "weights")  # parameters that are in a title anyway, or too long for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A network that took part in a comparison, on the machine where that was.

    Attributes:
        name: of the network, with its width, and parameters that not all have.
        accuracy: on the pictures that were held back, in [0, 1]; of several folds, the mean. None, as all that follows,
            where something went wrong.
        deviation: standard deviation of the folds' accuracies (divided by their number less one); None without folds.
        latency: seconds for one picture, network and head; decoding and resizing are left out.
        throughput: pictures a second in batches, likewise.
        megabytes: of the weights in float32, nearly all of a file: 4 bytes each, a megabyte being 1,000,000.
        parameters: how many weights there are.
        features: seconds in which all pictures crossed the frozen network.
        training: seconds of all that followed until it was trained, of several folds altogether.
        error: what went wrong.
    """

    name: str
    accuracy: float | None = None
    deviation: float | None = None
    latency: float | None = None
    throughput: float | None = None
    megabytes: float | None = None
    parameters: int | None = None
    features: float | None = None
    training: float | None = None
    error: str | None = None


def contenders_of(models: Iterable[Any], parameters: Mapping[str, Any]) -> dict[str, ImageClassifier]:
    """A classifier for each of them, by its title: the network and what differs from the others' parameters.

    Args:
        models: names of the catalogue, with a width after a colon where that is wanted (``"MobileNet:0.25"``); models
            of Keras; dictionaries of parameters; classifiers.
        parameters: of all but classifiers. What a dictionary says counts more.

    Raises:
        ArgumentError: none, what is no contender, or a width that is no number.
        UnknownModelError: the catalogue has no such name.
        TypeError: a classifier has no such parameter.
    """
    if isinstance(models, str | Mapping):
        raise ArgumentError(f"models={models!r}; allowed is a list of them, such as ['MobileNet:0.25', 'ResNet50'].")
    named: dict[str, ImageClassifier] = {}
    usual = ImageClassifier(**{**parameters, "model": "EfficientNetLite0"}).get_params()
    for model in models:
        classifier = _classifier(model, parameters)
        title = _title(classifier, usual)
        again = sum(other == title or other.startswith(f"{title} (") for other in named)
        named[f"{title} ({again + 1})" if again else title] = classifier
    if not named:
        raise ArgumentError("models is empty; give at least one network to compare.")
    return named


def _classifier(model: Any, parameters: Mapping[str, Any]) -> ImageClassifier:
    if isinstance(model, ImageClassifier):
        return model
    if isinstance(model, Mapping):
        return ImageClassifier(**{**parameters, **model})
    if not isinstance(model, str):
        return ImageClassifier(**{**parameters, "model": model})
    name, colon, width = model.partition(":")
    try:
        own = {"alpha": float(width)} if colon else {}
    except ValueError:
        raise ArgumentError(f"{model!r}: after the colon stands a width of the network, such as {name}:0.25.") from None
    return ImageClassifier(**{**parameters, **own, "model": name})


def _title(classifier: ImageClassifier, usual: Mapping[str, Any]) -> str:
    model = classifier.model
    name = variant(model).name if isinstance(model, str) else getattr(model, "name", repr(model))
    width = "" if classifier.alpha is None else f":{classifier.alpha:g}"
    differing = {
        key: value
        for key, value in classifier.get_params(deep=False).items()
        if key not in _TOLD_APART and value is not usual[key] and value != usual[key]
    }
    return ", ".join([f"{name}{width}", *(f"{key}={value!r}" for key, value in differing.items())])
