"""What a network looked at in a picture, to be shown."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...images import Picture, save_image
from ...storage import atomic_file
from ..png_files import png_path
from .drawing import overlaid, side_by_side

_TITLES = {"grad_cam": "Grad-CAM", "occlusion": "Occlusion"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Explanation:
    """Where in a picture a network sees a class; ``amalthea.explain`` makes it.

    Attributes:
        picture: shape (H, W, 3), RGB in [0, 255], as it was shown to the network.
        map: shape (H, W), numbers in [0, 1]: how much each place speaks for the class, compared with the place that
            does so most. All 0 where nothing speaks for it.
        target: name of the class.
        probability: in [0, 1], of this class.
        method: ``"grad_cam"`` or ``"occlusion"``.
        layer: whose feature map Grad-CAM weighted; None for the other method.
    """

    picture: Picture
    map: NDArray[np.float32]
    target: str
    probability: float
    method: str
    layer: str | None = None

    def __repr__(self) -> str:
        return f"<Explanation of {self.target!r}, {self.probability:.3f}, by {self.method}>"

    @property
    def peak(self) -> tuple[float, float] | None:
        """The place that speaks most for the class: row and column, as fractions of the height and width in [0, 1].

        None where nothing speaks for it.
        """
        if not self.map.any():
            return None
        row, column = np.unravel_index(self.map.argmax(), self.map.shape)
        return (float(row) + 0.5) / self.map.shape[0], (float(column) + 0.5) / self.map.shape[1]

    def to_dict(self) -> dict[str, Any]:
        """What is known of it beside picture and map, as plain values; the peak as ``{"row", "column"}`` or None."""
        place = self.peak and {"row": round(self.peak[0], 4), "column": round(self.peak[1], 4)}
        return {
            "class": self.target,
            "probability": self.probability,
            "method": self.method,
            "layer": self.layer,
            "peak": place,
        }

    def overlay(self) -> Picture:
        """The map in colours over the picture in grey, shape (H, W, 3), RGB in [0, 255]."""
        return overlaid(self.picture, self.map)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Draw the picture and the map over it, side by side, with the class, its probability and the method below.

        Args:
            path: ends in ``.png``; the file appears whole or not at all.

        Raises:
            ArgumentError: another suffix.
            StorageError: the file cannot be written.
        """
        path = png_path(path, "An explanation is")
        method = _TITLES[self.method]
        if not self.map.any():
            found = f"{method}: nothing speaks for this class"
        else:
            found = f"{method}: {self.layer}" if self.layer else method
        caption = (f"{self.target}  {self.probability:.3f}", found)
        with atomic_file(path, setting=None) as temporary:
            save_image(temporary, side_by_side(self.picture, self.overlay(), caption))
