"""Whether a classifier could be fine-tuned as planned, before anything is computed."""

from typing import TYPE_CHECKING

from ... import _keras
from ..base import base_of
from ..cutting import freeze_before
from ..training.head import attach
from .parameters import head_of, wishes_of

if TYPE_CHECKING:
    from .image_classifier import ImageClassifier


def check_fine_tuning(classifier: "ImageClassifier", from_layer: str | None = None, blocks: int | None = None) -> None:
    """Raise what ``fine_tune`` would raise only after ``fit``, which may take hours.

    Builds the model as ``fit`` will, without weights: a fraction of a second, two for the largest networks.

    Args:
        classifier: of a network by name.
        from_layer: as for ``fine_tune``.
        blocks: as there.

    Raises:
        ArgumentError: there is no such layer, there are fewer blocks, or a parameter cannot be used.
        UnknownModelError: the catalogue has no such network.
    """
    with _keras.no_initial_values():
        base = base_of(classifier.model, wishes_of(classifier, [])._replace(weights=None))
        model = attach(base.network, classifier.features, head_of(classifier, classes=2))
    freeze_before(model, from_layer=from_layer, blocks=blocks, variant=base.variant)
