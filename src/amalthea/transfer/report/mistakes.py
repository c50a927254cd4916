"""The worst mistakes of a classifier, and where it looked when it made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import AmaltheaError
from ...images import Picture, Preparation, read_at_size, resize, save_image
from ..classifier.labelled import Pictures, Samples
from ..explanation.explain import explain
from .judging import Classifier, preparation_of

_SHOWN = 12
_BY_OCCLUSION = 4  # maps, each of which takes as long as 145 predictions
_SIDE, _QUALITY = 224, 85  # of thumbnails: pixels, and of JPEG


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A picture that was taken for something else.

    Attributes:
        picture: its path; of pictures in memory, its number, counted from 1.
        shown: name of the class that is on it.
        taken_for: name of the class that was answered.
        probability: of that answer, in [0, 1].
        of_shown: probability of the right class.
    """

    picture: str
    shown: str
    taken_for: str
    probability: float
    of_shown: float


class Pictured(NamedTuple):
    """A mistake to be looked at.

    Attributes:
        mistake: what it is.
        thumbnail: the content of a JPEG file: the picture as the network sees it.
        map: another: where it sees the class that it answered; None where there is no map.
    """

    mistake: Mistake
    thumbnail: bytes
    map: bytes | None


class Gallery(NamedTuple):
    """The worst mistakes, those first of which the classifier was most sure.

    Attributes:
        pictured: some of them.
        total: how many there are.
        method: by which the maps were made: ``"grad_cam"``, ``"occlusion"``, or None.
        problem: why some have no map; "" where all have one.
    """

    pictured: tuple[Pictured, ...]
    total: int
    method: str | None = None
    problem: str = ""


def gallery(classifier: Classifier, samples: Samples, probabilities: NDArray[np.float32]) -> Gallery:
    """Show the worst mistakes.

    Args:
        classifier: that made them.
        samples: N pictures.
        probabilities: shape (N, k): its answers.
    """
    answers = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(answers != samples.labels)
    worst = wrong[np.argsort(-probabilities[wrong, answers[wrong]], kind="stable")][:_SHOWN]
    names, preparation = list(map(str, samples.classes)), preparation_of(classifier)
    pictured: list[Pictured] = []
    method, problem = None, ""
    for place in worst.tolist():
        mistake = Mistake(
            picture=_named(samples.pictures, place),
            shown=names[samples.labels[place]],
            taken_for=names[answers[place]],
            probability=float(probabilities[place, answers[place]]),
            of_shown=float(probabilities[place, samples.labels[place]]),
        )
        picture, drawn = _as_seen(samples.pictures[place], preparation), None
        if not problem:
            drawn, method, problem = _map(classifier, picture, mistake.taken_for, method, len(pictured))
        pictured.append(Pictured(mistake, thumbnail(picture), thumbnail(drawn) if drawn is not None else None))
    return Gallery(tuple(pictured), len(wrong), method, problem)


def thumbnail(picture: Picture) -> bytes:
    """A picture as the content of a JPEG file, made small."""
    image, content = Image.fromarray(picture), BytesIO()
    image.thumbnail((_SIDE, _SIDE))
    save_image(content, image, "jpeg", quality=_QUALITY)
    return content.getvalue()


def thumbnail_of(path: str, preparation: Preparation) -> bytes:
    """The same of a file, as the network sees it."""
    return thumbnail(_as_seen(Path(path), preparation))


def _map(
    classifier: Classifier, picture: Picture, target: str, method: str | None, drawn: int
) -> tuple[Picture | None, str | None, str]:
    """The map over a picture, how it was made, and why there are no further ones.

    Args:
        classifier: that is asked.
        picture: as it sees it.
        target: name of the class that is looked for.
        method: of the maps before; None for the first.
        drawn: how many there are before.
    """
    if method == "occlusion" and drawn >= _BY_OCCLUSION:
        return None, method, f"Maps by occlusion take long: the first {_BY_OCCLUSION} mistakes have one."
    problem: Any = None
    for tried in [method] if method else [None, "occlusion"]:
        try:
            found = explain(classifier, picture, target=target, method=tried)
            return found.overlay(), found.method, ""
        except AmaltheaError as error:  # a report without maps is better than none
            problem = error
    return None, method, f"There are no maps: {problem}" if not drawn else f"There are no further maps: {problem}"


def _as_seen(picture: Path | NDArray[Any], preparation: Preparation) -> Picture:
    """A picture as a network sees it, before its values are scaled: shape (H, W, 3), RGB in [0, 255]."""
    if isinstance(picture, Path):
        return read_at_size(picture, preparation.size, preparation.interpolation)
    low, high = float(picture.min()), float(picture.max())
    if picture.dtype != np.uint8 and (low < 0 or high > 255 or high <= 1):  # with a scaling of the user's own
        picture = (picture - low) * (255 / ((high - low) or 1))
    return resize(np.rint(picture).astype(np.uint8), preparation.size, preparation.interpolation)


def _named(pictures: Pictures, place: int) -> str:
    return f"picture {place + 1}" if isinstance(pictures, np.ndarray) else str(pictures[place])


def confusions(confusion: Sequence[Sequence[int]], names: Sequence[str]) -> list[tuple[str, str, int]]:
    """Which class was taken for which other, and how often, the most frequent first.

    Example:
        >>> confusions([[5, 1], [2, 4]], ["cat", "dog"])
        [('dog', 'cat', 2), ('cat', 'dog', 1)]
    """
    pairs = [
        (names[shown], names[taken], count)
        for shown, counts in enumerate(confusion)
        for taken, count in enumerate(counts)
        if count and shown != taken
    ]
    return sorted(pairs, key=lambda pair: -pair[2])
