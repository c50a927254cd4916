"""The 1000 classes of ILSVRC 2012 in the order of Keras' weights."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class ImageNetClass(NamedTuple):
    """A WordNet id such as ``"n02504458"`` and the first name of its synset, ``"African_elephant"``."""

    wordnet_id: str
    name: str


@cache
def imagenet_classes() -> tuple[ImageNetClass, ...]:
    """All 1000 classes; the position is the number of the class."""
    text = files(__package__).joinpath("imagenet_classes.txt").read_text(encoding="ascii")
    return tuple(ImageNetClass(*line.split(" ")) for line in text.splitlines())


class ScoredClass(NamedTuple):
    """A class and how sure a network is of it, as a probability in [0, 1]."""

    wordnet_id: str
    name: str
    probability: float


def best_classes(scores: "ArrayLike", top: int = 5) -> tuple[ScoredClass, ...]:
    """The best of 1000 scores, best first, equal ones in Keras' order.

    Args:
        scores: one probability a class in ImageNet's order, shape (1000,).
        top: how many to return; all of them where it exceeds 1000.
    """
    import numpy as np  # here, because listing models must not wait for it

    scores = np.asarray(scores)
    best = scores.argsort()[-top:][::-1]
    return tuple(ScoredClass(*imagenet_classes()[int(number)], float(scores[number])) for number in best)
