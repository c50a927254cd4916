"""A classifier whose answers are to be explained."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..._numbers import is_whole
from ...architectures import explained_layer
from ...catalog import ScalingSteps
from ...errors import ArgumentError
from ...images import Picture, Preparation, read_at_size, resize
from .explanation import Explanation

if TYPE_CHECKING:
    import keras

    from ...runtime import Predictor

METHODS = ("grad_cam", "occlusion")

_SCALED_BEFORE = (
    "If the network was trained on pictures that were scaled before, give this one as it was read, with its model of "
    "Keras (model_ of an ImageClassifier), and say how: amalthea.explain(model, picture, scaling=1 / 255, "
    "classes=[...]) for values in [0, 1], scaling='tf' for values in [-1, 1]."
)


class Found(NamedTuple):
    """What a method has found.

    Attributes:
        map: shape (H, W) of the picture, at least 0: how much each place speaks for the class.
        number: of the class.
        probability: of the class, in [0, 1].
        layer: whose feature map was weighted; None where none was.
    """

    map: NDArray[np.float32]
    number: int
    probability: float
    layer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A classifier, and all that is needed to ask it about a picture.

    Attributes:
        name: of the network, for messages.
        classes: their names, in the order of the scores.
        wordnet_ids: those of ImageNet's classes; empty for others.
        preparation: how pictures become what it takes.
        model: pictures to scores; None where there is no model of Keras.
        variant: the catalogue's name of the network in it; empty where it is none of ours.
        predictor: makes what answers quickly, without gradients.
    """

    name: str
    classes: tuple[str, ...]
    wordnet_ids: tuple[str, ...] = ()
    preparation: Preparation
    model: "keras.Model | None" = None
    variant: str = ""
    predictor: "Callable[[], Predictor]"

    def explained(self, picture: Any, target: object, method: str | None, layer: str | None) -> Explanation:
        """Where it sees a class; arguments, results and errors as for ``amalthea.explain``."""
        chosen = self._method(method)
        if layer is not None and chosen != "grad_cam":
            raise ArgumentError(f"layer={layer!r} is for Grad-CAM; {chosen} asks the network as a whole.")
        number = None if target is None else self._number(target)
        shown = _shown(picture, self.preparation)
        if chosen == "grad_cam":
            from .grad_cam import grad_cam

            assert self.model is not None
            found = grad_cam(self.model, shown, self.preparation.scaling, layer or self._layer(self.model), number)
        else:
            from .occlusion import occlusion

            found = occlusion(self.predictor(), len(self.classes), shown, self.preparation, number)
        highest = found.map.max()
        return Explanation(
            picture=shown,
            map=found.map / highest if highest > 0 else np.zeros_like(found.map),
            target=self.classes[found.number],
            probability=found.probability,
            method=chosen,
            layer=found.layer,
        )

    def _layer(self, model: "keras.Model") -> str | None:
        """Whose feature map is taken unless another is wanted; None for the last one."""
        return explained_layer(self.variant, [layer.name for layer in model.layers]) if self.variant else None

    def _method(self, wanted: str | None) -> str:
        """The one that is wanted, or the better one of those that are possible."""
        if wanted not in (None, *METHODS):
            raise ArgumentError(f"method={wanted!r}; allowed are {', '.join(map(repr, METHODS))} and None.")
        if wanted == "occlusion":
            return wanted
        if self.model is None:
            if wanted is None:
                return "occlusion"
            raise ArgumentError(
                f"method={wanted!r} needs gradients, which {self.name} without Keras does not have. Give the model of "
                "Keras or the ImageClassifier that it was made of, such as its .keras file; or take method='occlusion'."
            )
        import keras

        from .gradients import computes_gradients

        if computes_gradients():
            return "grad_cam"
        if wanted is None:
            return "occlusion"
        raise ArgumentError(
            f"method={wanted!r} needs gradients, and Keras computes none on the backend {keras.config.backend()!r}. "
            "Set KERAS_BACKEND to tensorflow, torch or jax, whichever is installed; or take method='occlusion'."
        )

    def _number(self, target: Any) -> int:
        """The place of a class, by itself, or by the class' name or WordNet id."""
        if is_whole(target):
            if not 0 <= target < len(self.classes):
                raise ArgumentError(
                    f"target={target}: a whole number is the place of a class, and {self.name} has {len(self.classes)} "
                    f"classes, from 0 to {len(self.classes) - 1}. Give a name as text, {str(target)!r}."
                )
            return int(target)
        name = str(target)
        if name in self.wordnet_ids:
            return self.wordnet_ids.index(name)
        if name not in self.classes:
            near = get_close_matches(name, self.classes, n=3, cutoff=0.5)
            last = ", ".join(self.classes[:5]) + (", …" if len(self.classes) > 5 else "")
            shown = f"Did you mean {' or '.join(near)}?" if near else f"Its classes are {last}."
            raise ArgumentError(f"target={target!r}: {self.name} has no such class. {shown}")
        if self.classes.count(name) > 1:
            ids = [own for own, other in zip(self.wordnet_ids, self.classes, strict=False) if other == name]
            places = [place for place, other in enumerate(self.classes) if other == name]
            choice = f"WordNet id: {' or '.join(ids)}" if ids else f"place: {' or '.join(map(str, places))}"
            raise ArgumentError(f"target={target!r}: {self.name} has several classes of that name. Give the {choice}.")
        return self.classes.index(name)


def _shown(picture: Any, preparation: Preparation) -> Picture:
    """A picture as a network sees it, before its values are scaled: shape (H, W, 3), RGB in [0, 255].

    Raises:
        ArgumentError: an array of another shape, or with other values.
        ImageError, MissingFileError: a file is no usable picture.
    """
    if not isinstance(picture, np.ndarray):
        return read_at_size(picture, preparation.size, preparation.interpolation)
    if picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape or picture.dtype.kind not in "uif":
        raise ArgumentError(
            f"One picture in memory is an array of shape (H, W, 3), RGB in [0, 255]; given was {picture.shape} of type "
            f"{picture.dtype}. Of several, give one at a time."
        )
    low, high = picture.min(), picture.max()
    scaled = picture.dtype.kind == "f" and 0 < high <= 1
    if scaled or not (low >= 0 and high <= 255):  # NaN is not above 0 either
        advice = _SCALED_BEFORE if preparation.scaling == ScalingSteps() else "The network's own scaling comes on top."
        raise ArgumentError(
            f"The values of the picture lie in [{low:.4g}, {high:.4g}]; wanted is RGB in [0, 255], as it was read. "
            f"{advice}"
        )
    return resize(np.rint(picture).astype(np.uint8), preparation.size, preparation.interpolation)
