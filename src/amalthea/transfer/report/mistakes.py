"""The worst mistakes of a classifier, and where it looked when it made them."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...images import Picture, Preparation, read_at_size, resize, save_image
from ..classifier.labelled import Pictures, Samples
from ..explanation.explain import explain
from ..selection.reasons import told
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
    scaled = _came_scaled(samples.pictures)
    method, problem = None, "The pictures came scaled: there are no maps." if scaled else ""
    for place in worst.tolist():
        mistake = Mistake(
            picture=_named(samples.pictures, place),
            shown=names[samples.labels[place]],
            taken_for=names[answers[place]],
            probability=float(probabilities[place, answers[place]]),
            of_shown=float(probabilities[place, samples.labels[place]]),
        )
        picture, drawn = _as_seen(samples.pictures[place], preparation, stretched=scaled), None
        if not problem:
            drawn, method, problem = _map(classifier, picture, int(answers[place]), method, len(pictured))
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
    classifier: Classifier, picture: Picture, target: int, method: str | None, drawn: int
) -> tuple[Picture | None, str | None, str]:
    """The map over a picture, how it was made, and why there are no further ones.

    Args:
        classifier: that is asked.
        picture: as it sees it.
        target: place of the class that is looked for: several may have one name.
        method: of the maps before; None for the first.
        drawn: how many there are before.
    """
    if method == "occlusion" and drawn >= _BY_OCCLUSION:
        return None, method, f"Maps by occlusion take long: the first {_BY_OCCLUSION} mistakes have one."
    problem = ""
    for tried in [method] if method else [None, "occlusion"]:
        try:
            found = explain(classifier, picture, target=target, method=tried)
            return found.overlay(), found.method, ""
        except Exception as error:  # of any type: a report without maps is better than none
            problem = told(error)
    return None, method, f"There are no maps: {problem}" if not drawn else f"There are no further maps: {problem}"


def _came_scaled(pictures: Pictures) -> bool:
    """Whether pictures in memory are no RGB in [0, 255] any more, of which maps would be asked for."""
    if not isinstance(pictures, np.ndarray) or pictures.dtype == np.uint8:
        return False
    low, high = float(pictures.min()), float(pictures.max())
    return low < 0 or 0 < high <= 1 or high > 255


def _as_seen(picture: Path | NDArray[Any], preparation: Preparation, *, stretched: bool = False) -> Picture:
    """A picture as a network sees it, before its values are scaled: shape (H, W, 3), RGB in [0, 255].

    Args:
        picture: its file; or in memory.
        preparation: of the network.
        stretched: whether its values are to fill [0, 255], which they were scaled from.
    """
    if isinstance(picture, Path):
        return read_at_size(picture, preparation.size, preparation.interpolation)
    if stretched:
        low, high = float(picture.min()), float(picture.max())
        picture = (picture - low) * (255 / ((high - low) or 1))
    return resize(np.rint(picture).astype(np.uint8), preparation.size, preparation.interpolation)


def _named(pictures: Pictures, place: int) -> str:
    return f"picture {place + 1}" if isinstance(pictures, np.ndarray) else str(pictures[place])
