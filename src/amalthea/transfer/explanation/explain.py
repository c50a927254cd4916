"""From a classifier of any kind and a picture to what it looked at."""

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ...catalog import ScalingSteps, imagenet_classes
from ...errors import ArgumentError
from ...runtime import Predictor, is_one_file, load, named_variant, predictor
from .explanation import Explanation
from .subject import Subject

if TYPE_CHECKING:
    import keras

    from ..classifier.image_classifier import ImageClassifier

_IMAGENET = 1000  # classes


def explain(
    model: "str | os.PathLike[str] | keras.Model | ImageClassifier | Predictor",
    picture: Any,
    *,
    target: object = None,
    method: str | None = None,
    layer: str | None = None,
    scaling: str | float | ScalingSteps | None = None,
    classes: Sequence[str] | None = None,
) -> Explanation:
    """Where in a picture a network sees a class.

    Two methods answer that. ``"grad_cam"`` (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391) weighs the
    channels of the network's last feature map by how much the class' score, before the softmax, grows with them, and
    adds up what speaks for the class. ``"occlusion"`` (Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901) needs
    no gradients and no Keras: it blurs one part of the picture after another, 144 in all, and looks how much the odds
    of the class fall. That takes as long as 145 predictions.

    Args:
        model: a fitted ``ImageClassifier`` or the path of its ``.keras`` file; a name of the catalogue; a functional or
            ``Sequential`` model of Keras; an ``.onnx`` file of ``amalthea.save``, or its ``Predictor``. To explain many
            pictures, open it once.
        picture: path of a file or its content; or an array of shape (H, W, 3), RGB in [0, 255]. It gets the network's
            size; a model that takes any gets an array as it is.
        target: the class that is looked for: its name, ImageNet's WordNet id, or a whole number, its place among the
            scores from 0 on; labels that are numbers are given as text. None takes the most probable one.
        method: ``"grad_cam"``, ``"occlusion"``, or None: the first where there is a model of Keras on a backend that
            computes gradients (TensorFlow, torch, JAX), else the second.
        layer: for Grad-CAM, the layer whose feature map is taken. None takes the last one, before its pooling (of
            MobileNet, that of the last block but one, whose peaks lie on what was seen more often); of a network with
            several branches, the last one on which all of them depend.
        scaling: of a model of Keras of one's own: what it expects of pixels, as for ``ImageClassifier``.
        classes: of such a model: names of its classes, in the order of the scores; None numbers them from "0".

    Raises:
        ArgumentError: an argument that cannot be used; the message says which, and what is allowed.
        UnknownModelError: the catalogue has no such name.
        UnsupportedLayerError: the model computes in a method of its own.
        ImageError, MissingFileError: the picture, or the file of the model.
        DownloadError, WeightsError, ModelFileError: the trained weights or the file cannot be used.

    Example:
        >>> explanation = explain("EfficientNetLite0", "elephant.jpg")
        >>> explanation.target, explanation.map.shape
        ('African_elephant', (224, 224))
        >>> explanation.save("elephant_map.png")
    """
    opened = explainable(model, method) if isinstance(model, str | os.PathLike) else model
    if isinstance(opened, Predictor):
        _refuse(opened.name, scaling=scaling, classes=classes)
        subject = _of_predictor(opened)
    else:
        from ..classifier.answering import Answering

        if isinstance(opened, Answering):
            _refuse(type(opened).__name__, scaling=scaling, classes=classes)
            return opened.explain(picture, target=target, method=method, layer=layer)
        size = picture.shape[:2] if isinstance(picture, np.ndarray) and picture.ndim == 3 else None
        subject = _of_model(opened, size, scaling, classes)
    return subject.explained(picture, target, method, layer)


def explainable(
    model: str | os.PathLike[str], method: str | None = None, **arguments: Any
) -> "keras.Model | ImageClassifier | Predictor":
    """What ``explain`` takes, opened once for many pictures.

    Args:
        model: a ``.keras`` or ``.onnx`` file, or a name of the catalogue.
        method: that will be wanted; where it needs no gradients, or none can be computed, a name needs no Keras.
        arguments: for a name, those of the network's own function, such as ``alpha=0.25``.

    Raises:
        UnknownModelError, ArgumentError, MissingFileError, DownloadError, WeightsError, ModelFileError: as ``explain``.

    Example:
        >>> explainable("EfficientNetLite0", "occlusion")
        <Predictor EfficientNetLite0: (None, 224, 224, 3) -> (None, 1000)>
    """
    name = os.fspath(model)
    is_trained_on = name.lower().endswith(".keras")
    if arguments and (is_trained_on or is_one_file(model)):
        raise ArgumentError(
            f"{', '.join(arguments)}: only a network of the catalogue takes arguments; {name} is whole."
        )
    if is_trained_on:
        from ..classifier.image_classifier import ImageClassifier

        return ImageClassifier.load(model)
    if is_one_file(model):
        return load(model)
    if method == "occlusion":
        return predictor(model, **arguments)
    from .gradients import computes_gradients

    if not computes_gradients():
        return predictor(model, **arguments)
    from ...architectures import get_model

    return get_model(named_variant(model).name, **arguments)


def _of_predictor(opened: Predictor) -> Subject:
    if opened.preparation is None or not opened.classes:
        raise ArgumentError(
            f"{opened.name} does not say which classes it knows and which pixels it expects: its answers cannot be "
            "explained. Save the model with amalthea.save(model, path, classes=..., scaling=...)."
        )
    return Subject(
        name=opened.name,
        classes=opened.classes,
        wordnet_ids=opened.wordnet_ids,
        preparation=opened.preparation,
        predictor=lambda: opened,
    )


def _of_model(
    model: "keras.Model",
    size: tuple[int, int] | None,
    scaling: str | float | ScalingSteps | None,
    classes: Sequence[str] | None,
) -> Subject:
    """A model of Keras; ``size`` is that of a picture in memory, which decides where the model takes any."""
    from ..base import Wishes, base_of

    base = base_of(model, Wishes(size=size if _takes_any_size(model) else None, scaling=scaling))
    shapes = [tuple(tensor.shape) for tensor in model.outputs]
    if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][1] is None:
        raise ArgumentError(
            f"{model.name} returns {', '.join(map(str, shapes))}; explained are the scores of classes, shape "
            "(N, classes). Build a network with its top, or put a classifier on it."
        )
    count = max(shapes[0][1], 2)  # one sigmoid tells of two classes
    known = imagenet_classes() if classes is None and base.variant and count == _IMAGENET else ()
    names = [found.name for found in known] or (map(str, range(count)) if classes is None else map(str, classes))
    subject = Subject(
        name=model.name,
        classes=tuple(names),
        wordnet_ids=tuple(found.wordnet_id for found in known),
        preparation=base.preparation,
        model=model,
        variant=base.variant or "",
        predictor=partial(predictor, model, fallback="keras"),
    )
    if len(subject.classes) != count:
        raise ArgumentError(f"classes: {len(subject.classes)} names, but {model.name} has {count} classes.")
    return subject


def _takes_any_size(model: object) -> bool:
    shapes = [tuple(tensor.shape) for tensor in getattr(model, "inputs", None) or ()]
    return len(shapes) == 1 and shapes[0].count(None) > 1  # the first counts pictures


def _refuse(owner: str, **given: object) -> None:
    """Refuse what a classifier knows itself."""
    for name, value in given.items():
        if value is not None:
            raise ArgumentError(f"{name}={value!r}: {owner} knows it; only a model of Keras of one's own takes it.")
