"""Whether a classifier could be fine-tuned as planned, before anything is computed."""

from typing import TYPE_CHECKING

import keras

from ... import _keras
from ...images.paths import Paths
from ..base import base_of
from ..cutting import freeze_before
from ..training.head import attach
from .parameters import head_of, wishes_of

if TYPE_CHECKING:
    from .answering import Answering


def check_fine_tuning(classifier: "Answering", from_layer: str | None = None, blocks: int | None = None) -> None:
    """Raise what ``fine_tune`` would raise only after the head was trained, which may take hours.

    Builds the model as ``fit`` will, or again, without weights: a fraction of a second, two for the largest networks.

    Args:
        classifier: of a network by name, or one that is trained.
        from_layer: as for ``fine_tune``.
        blocks: as there.

    Raises:
        ArgumentError: there is no such layer, there are fewer blocks, or a parameter cannot be used.
        UnknownModelError: the catalogue has no such network.
    """
    with _keras.no_initial_values():
        if hasattr(classifier, "model_"):
            model, variant = keras.models.clone_model(classifier.model_), classifier.variant_ or None
        else:
            base = base_of(classifier.model, wishes_of(classifier, Paths())._replace(weights=None))
            model, variant = attach(base.network, classifier.features, head_of(classifier, classes=2)), base.variant
    freeze_before(model, from_layer=from_layer, blocks=blocks, variant=variant)


def trains_below_head(model: keras.Model) -> bool:
    """Whether layers of the network train, and not its head alone."""
    return any(layer.trainable_weights for layer in model.layers if not layer.name.startswith("head"))
