"""Pictures cross the frozen layers of a classifier once, before any of its trainings."""

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError
from ..base import base_of
from ..classifier.crossing import Parts, crossed
from ..classifier.image_classifier import ImageClassifier
from ..classifier.labelled import Samples
from ..classifier.parameters import check_crossing, extraction_of, head_of, training_of, wishes_of
from ..classifier.pixels import check_pictures
from ..cutting.division import divide
from ..training.head import attach
from ..training.loop import check_possible

if TYPE_CHECKING:
    import keras


class Crossing(NamedTuple):
    """What is known once pictures have crossed the frozen layers.

    Attributes:
        usable: which pictures can be used, ascending.
        seconds: that their features took, once the network was there.
        network: without a head.
    """

    usable: NDArray[np.int64]
    seconds: float
    network: "keras.Model"


def cross_once(classifier: ImageClassifier, samples: Samples) -> Crossing:
    """Compute and keep the features of pictures, which trainings of copies of the classifier then find.

    A warning tells of those that cannot be used, here and no more later.

    Args:
        classifier: says with which network and how; it stays as it is, as does a model that it was given.
        samples: the pictures.

    Raises:
        ArgumentError: a parameter or pictures that cannot be used, or no picture can be read.
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
        MissingDependencyError: Keras runs on OpenVINO, which cannot train.
        DownloadError, WeightsError: the trained weights of the network.
    """
    check_possible(training_of(classifier, samples.classes), validated=True)
    check_crossing(classifier)
    base = base_of(classifier.model, wishes_of(classifier, samples.pictures))
    model = attach(base.network, classifier.features, head_of(classifier, len(samples.classes)))
    name, any_values = base.variant or model.name, classifier.scaling is not None
    check_pictures(samples.pictures, base.preparation.size, name, any_values=any_values)
    start = time.perf_counter()
    divided, extraction = Parts(*divide(model)), extraction_of(classifier, base.preparation)
    usable = crossed(divided, samples.numbered(), extraction).labels
    if not len(usable):
        raise ArgumentError("None of the pictures can be read.")
    return Crossing(usable, time.perf_counter() - start, base.network)


def fitted(
    classifier: ImageClassifier,
    network: "keras.Model | None",
    learned: Samples,
    held: Samples,
    *,
    resume: bool = False,
) -> ImageClassifier:
    """A copy of a classifier that has learned.

    Args:
        classifier: stays as it is.
        network: what ``cross_once`` built, which the copy then shares where the classifier has it by name; None: every
            copy gets a network of its own.
        learned: pictures to learn from.
        held: pictures to validate with.
        resume: as for ``fit``.

    Raises:
        ArgumentError, ImageError, MissingFileError, DownloadError, WeightsError: as for ``fit``.
    """
    from sklearn.base import clone

    one: ImageClassifier
    if network is None or not isinstance(classifier.model, str):
        one = clone(classifier)
        return one.fit(*as_given(learned), validation=as_given(held), resume=resume)
    one = type(classifier)(**{**classifier.get_params(deep=False), "model": network, "alpha": None})
    one.fit(*as_given(learned), validation=as_given(held), resume=resume)
    return one.set_params(model=classifier.model, alpha=classifier.alpha)  # type: ignore[no-any-return]


def as_given(samples: Samples) -> tuple[object, NDArray[np.generic]]:
    """Pictures and labels as ``fit`` takes them."""
    return samples.pictures, samples.classes[samples.labels]
