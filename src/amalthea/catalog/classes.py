"""The 1000 classes of ILSVRC 2012 in the order of Keras' weights."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from operator import index
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ArgumentError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class ImageNetClass(NamedTuple):
    """A WordNet id such as ``"n02504458"`` and the first name of its synset, ``"African_elephant"``."""

    wordnet_id: str
    name: str


@cache
def imagenet_classes() -> tuple[ImageNetClass, ...]:
    """All 1000 classes; the position is the number of the class.

    Example:
        >>> imagenet_classes()[285]
        ImageNetClass(wordnet_id='n02124075', name='Egyptian_cat')
    """
    text = files(__package__).joinpath("imagenet_classes.txt").read_text(encoding="ascii")
    return tuple(ImageNetClass(*line.split(" ")) for line in text.splitlines())


class ScoredClass(NamedTuple):
    """A class and how sure a network is of it, as a probability in [0, 1]; a class of one's own has no WordNet id."""

    wordnet_id: str
    name: str
    probability: float


def best_classes(
    scores: "ArrayLike", top: int = 5, classes: Sequence[tuple[str, str]] | None = None
) -> tuple[ScoredClass, ...]:
    """The best of some scores, best first, equal ones in Keras' order.

    Args:
        scores: one probability a class, shape (k,).
        top: how many to return; all of them where it exceeds k.
        classes: WordNet id and name of each class, in the order of the scores; None takes the 1000 of ImageNet.

    Raises:
        ArgumentError: ``top`` is no whole number above 0.

    Example:
        >>> best_classes([0.9, 0.1] + [0.0] * 998, top=2)[1].name
        'goldfish'
    """
    check_top(top)
    import numpy as np  # here, because listing models must not wait for it

    scores = np.asarray(scores)
    best = scores.argsort()[-top:][::-1]
    names = imagenet_classes() if classes is None else classes
    return tuple(ScoredClass(*names[int(number)], float(scores[number])) for number in best)


def check_top(top: int) -> None:
    """Refuse what is not a number of classes, before a network runs in vain.

    Raises:
        ArgumentError: ``top`` is no whole number above 0.
    """
    try:
        number = index(top)
    except TypeError:
        number = 0
    if number < 1:
        raise ArgumentError(f"top={top!r} is not how many classes to return; give a whole number from 1 to 1000.")
