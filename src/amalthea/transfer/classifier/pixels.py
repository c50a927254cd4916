"""Whether pictures in memory are what a network's preparation starts from."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError
from ...images import Augmentation
from .labelled import Pictures, Samples

if TYPE_CHECKING:
    from .answering import Answering

_FIRST = 32  # pictures whose values are looked at
_SCALED = {"[0, 1]": (0, 1, "x * 255"), "[-1, 1]": (-1, 1, "(x + 1) * 127.5")}


def check_all(classifier: "Answering", *parts: Samples | Pictures | None, fitting: bool = False) -> None:
    """As ``check_pictures``, for the network of a classifier; nothing for what is None."""
    network = classifier.variant_ or classifier.model_.name
    size, any_values = classifier.preparation_.size, classifier.scaling is not None
    for part in parts:
        if part is not None:
            pictures = part.pictures if isinstance(part, Samples) else part
            check_pictures(pictures, size, network, any_values=any_values, fitting=fitting)


def check_pictures(
    pictures: Pictures, size: tuple[int, int], network: str, *, any_values: bool, fitting: bool = True
) -> None:
    """Refuse arrays of another size, and those that were scaled already: the network's scaling would come on top.

    Args:
        pictures: paths, which are as they should be, or an array of shape (N, H, W, 3).
        size: rows and columns that the network takes.
        network: its name, for the message.
        any_values: whether values need not be RGB in [0, 255].
        fitting: whether the classifier is being built, so that another scaling could still be chosen.

    Raises:
        ArgumentError: the size differs, or the values of the first pictures do not look like RGB in [0, 255].
    """
    if not isinstance(pictures, np.ndarray):
        return
    if pictures.shape[1:3] != size:
        raise ArgumentError(
            f"The pictures have {' × '.join(map(str, pictures.shape[1:3]))} pixels; {network} takes "
            f"{' × '.join(map(str, size))}. amalthea.images.resize gives them this size."
        )
    # Bytes were not scaled; those of a few dark pictures to predict may be as small as what was.
    if not any_values and (fitting or pictures.dtype != np.uint8):
        _check_values(pictures, network, fitting)


def check_brightness(pictures: Pictures, augmentation: Augmentation) -> None:
    """Refuse to brighten what does not lie in [0, 255], to which brightened pictures are clipped.

    Raises:
        ArgumentError: some values lie outside.
    """
    if augmentation.brightness is None or not isinstance(pictures, np.ndarray) or pictures.dtype == np.uint8:
        return
    low, high = float(pictures.min()), float(pictures.max())
    if low < 0 or high > 255:
        raise ArgumentError(
            f"brightness={augmentation.brightness} clips values to [0, 255], but those of the pictures lie in "
            f"[{low:.4g}, {high:.4g}]. Give the pictures in [0, 255], with the scaling= that they need; or leave the "
            "brightness as it is."
        )


def _check_values(pictures: NDArray[Any], network: str, fitting: bool) -> None:
    first = pictures[:_FIRST]
    low, high = float(first.min()), float(first.max())
    if low >= 0 and (high > 1 or high == low == 0) and high <= 255:
        return
    scaled = next((found for found, (a, b, _) in _SCALED.items() if a <= low and high <= b), None)
    choice = ", or say with scaling= what is to be done to them: scaling=1 takes them as they are"
    undone = f": {_SCALED[scaled][2]}" if scaled else ""
    raise ArgumentError(
        f"The values of the pictures lie in {scaled or f'[{low:.4g}, {high:.4g}]'}; {network} wants [0, 255] RGB and "
        f"scales them itself. Give the pictures as they were read{choice if fitting else undone}."
    )
