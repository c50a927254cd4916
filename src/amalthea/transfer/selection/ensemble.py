"""Several classifiers of the same kind as one, which answers with their average."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from ... import _keras
from ...errors import ArgumentError
from ..classifier.grouped import copied, quicken
from ..classifier.image_classifier import ImageClassifier
from ..cutting.flat import Tensor, called, flattened, own_calls


def ensemble_of(classifiers: Sequence[ImageClassifier]) -> ImageClassifier:
    """One classifier whose probabilities are the mean of those of several.

    Args:
        classifiers: fitted, of the same network and parameters, with the same classes.

    Returns:
        A classifier with the parameters of the first, without a history. Its ``model_`` is ``averaged`` of theirs.

    Raises:
        ArgumentError: there is none, or their classes or layers differ.
    """
    from sklearn.base import clone

    if not classifiers:
        raise ArgumentError("There is no classifier to take the average of.")
    first = classifiers[0]
    if any(other.classes_.tolist() != first.classes_.tolist() for other in classifiers):
        raise ArgumentError("The classifiers know different classes; an average needs the same ones.")
    whole: ImageClassifier = clone(first)
    whole.model_ = averaged([classifier.model_ for classifier in classifiers])
    whole.classes_, whole.preparation_, whole.variant_ = first.classes_, first.preparation_, first.variant_
    whole.history_ = {}
    return whole


def set_apart(classifiers: Sequence[ImageClassifier]) -> None:
    """Give each classifier that shares layers with one before it a copy of its model: so it can be trained alone."""
    seen: set[int] = set()
    for classifier in classifiers:
        model = classifier.model_
        if seen & {id(layer) for layer in model.layers if layer.weights}:
            classifier.model_ = copied(model)
        seen |= {id(layer) for layer in model.layers}


def averaged(models: Sequence[keras.Model]) -> keras.Model:
    """One plain functional model that returns the mean of what several return.

    Layers that compute the same in several models, because their weights and all that they are given are equal, are in
    it once. So a frozen network is computed once, and the models are apart from the first layer on that was trained.

    Args:
        models: functional or ``Sequential``, with one input and one output, of the same layers with weights of their
            own. They stay as they are.

    Returns:
        A model with copies of their layers, so that training it changes none of them. Of a layer that occurs several
        times, the further ones have the number of their model at the end: ``head_scores``, ``head_scores_fold_2``, …

    Raises:
        ArgumentError: the models are not of the same layers, or a layer returns several tensors.
        UnsupportedLayerError: a model computes in a method of its own.
    """
    networks = [flattened(model) for model in models]
    walks = [own_calls(network) for network in networks]
    if len({tuple(_keras.kind_of(call.operation) for call in walk) for walk in walks}) > 1:
        raise ArgumentError("The models have different layers; an average needs those of one kind.")
    shown = networks[0].inputs[0]
    picture = keras.Input(batch_shape=shown.shape, dtype=shown.dtype, name=shown.name)
    made: dict[tuple[object, ...], _Made] = {}
    taken = {shown.name, *(call.operation.name for call in walks[0] if not isinstance(call.operation, keras.Layer))}
    with _keras.no_initial_values():
        answers = [
            _grown(number, walk, walks[0], {id(network.inputs[0]): picture}, made, taken)[id(network.outputs[0])]
            for number, (network, walk) in enumerate(zip(networks, walks, strict=True), start=1)
        ]
        mean = keras.layers.Average(name=_unused("average", len(models), taken))(answers)
        whole = keras.Model(picture, mean, name=f"{networks[0].name}_ensemble")
    for part in _keras.parts(whole):  # TensorFlow never trains what was frozen when it got its first value
        part.trainable = True
    pairs = [(made_one.original, made_one.copy) for made_one in made.values()]
    for original, copy in pairs:
        for variable, value in zip(_weights(copy), _weights(original), strict=True):
            _keras.give_value(variable, keras.ops.convert_to_numpy(value))
    _keras.initialize(whole)
    for original, copy in pairs:
        _pass_flags_on(original, copy)
    quicken(whole)
    return whole


class _Made(NamedTuple):
    """A layer or operation, its copy, and what that returned."""

    original: Any
    copy: Any
    tensors: list[Tensor]


def _grown(
    number: int,
    walk: list[_keras.Call],
    first: list[_keras.Call],
    tensors: dict[int, Tensor],
    made: dict[tuple[object, ...], _Made],
    taken: set[str],
) -> dict[int, Tensor]:
    """Add what a model computes, but for what is there already.

    Args:
        number: of the model, from 1.
        walk: its calls.
        first: those of the first model, after which layers are named.
        tensors: for the ``id`` of its input, that of the new model.
        made: what has been added by now, by the place in the walk, the tensors it got and its weights; is added to.
        taken: names of layers; is added to.

    Returns:
        For the ``id`` of each of its tensors, that of the new model.
    """
    copies: dict[int, Any] = {}
    for place, call in enumerate(walk):
        given = [tensors[id(tensor)] for tensor in call.inputs]
        key = (place, *map(id, given), _digest(call.operation))
        if key not in made:
            pattern = first[place].operation
            if id(call.operation) not in copies:
                copies[id(call.operation)] = _copy(call.operation, pattern, number, taken)
            copy = copies[id(call.operation)]
            made[key] = _Made(call.operation, copy, called(call._replace(operation=copy), given))
        copies.setdefault(
            id(call.operation), made[key].copy
        )  # of a layer that is used twice, and differs at the second
        tensors.update(zip(map(id, call.outputs), made[key].tensors, strict=True))
    return tensors


def _copy(operation: Any, pattern: Any, number: int, taken: set[str]) -> Any:
    """A new layer of the same kind, without values yet; operations, which have no weights, serve all models alike."""
    if not isinstance(operation, keras.Layer):
        return pattern
    config = operation.get_config() | {"name": _unused(pattern.name, number, taken)}
    return type(operation).from_config(config)


def _unused(name: str, number: int, taken: set[str]) -> str:
    names = (name, f"{name}_fold_{number}", *(f"{name}_fold_{number}_{more}" for more in range(2, len(taken) + 3)))
    free = next(each for each in names if each not in taken)
    taken.add(free)
    return free


def _pass_flags_on(original: Any, copy: Any) -> None:
    """Freeze what is frozen in a layer, and in the layers inside it, in its copy."""
    if isinstance(original, keras.Layer):
        for theirs, ours in zip(_keras.parts(original), _keras.parts(copy), strict=True):
            ours.trainable = theirs.trainable


def _weights(operation: Any) -> list[Any]:
    return list(operation.weights) if isinstance(operation, keras.Layer) else []


def _digest(operation: Any) -> bytes:
    """Of all weights: two are equal only if these are."""
    whole = hashlib.sha256()
    for weight in _weights(operation):
        whole.update(np.ascontiguousarray(keras.ops.convert_to_numpy(weight)).data)
    return whole.digest()
