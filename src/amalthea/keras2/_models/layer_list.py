"""What ``model.layers`` was in Keras 1 and 2: a list that scripts cut and take from, often wrongly."""

from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex, overload

from .._spelling import advise

Suggestion = Callable[[str], str]


class LayerList(list[Any]):
    """The layers of a model, from its inputs to its outputs."""

    def __init__(self, layers: Iterable[Any], suggested: Suggestion, hide: Callable[[Any], None]) -> None:
        """A list of layers.

        Args:
            layers: of the model.
            suggested: says what somebody may have meant who counts more layers than there are, by the likely purpose.
            hide: is given each layer that is taken out.
        """
        super().__init__(layers)
        self._suggested, self._hide = suggested, hide

    @overload
    def __getitem__(self, place: SupportsIndex, /) -> Any: ...

    @overload
    def __getitem__(self, place: slice, /) -> list[Any]: ...

    def __getitem__(self, place: SupportsIndex | slice, /) -> Any:
        if isinstance(place, slice):
            self._check(place)
        return super().__getitem__(place)

    def pop(self, place: SupportsIndex = -1, /) -> Any:
        """Take a layer out of the list; the network still computes it, as then."""
        layer = super().pop(place)
        self._take_out(layer)
        return layer

    def __delitem__(self, place: SupportsIndex | slice, /) -> None:
        layers = super().__getitem__(place)
        super().__delitem__(place)
        for layer in layers if isinstance(place, slice) else [layers]:
            self._take_out(layer)

    def _take_out(self, layer: Any) -> None:
        self._hide(layer)
        advise(
            f"model.layers loses {layer.name!r}, but the network still computes it, as in Keras 2. To end before it: "
            "Model(model.input, model.layers[-1].output)."
        )

    def _check(self, place: slice) -> None:
        count = len(self)
        if place.step not in (None, 1):
            return
        if place.start in (None, 0) and isinstance(place.stop, int) and place.stop > count > 0:
            asked, meaning, purpose = f"[:{place.stop}]", "all", "freeze all but the last block"
        elif place.stop is None and isinstance(place.start, int) and place.start >= count > 0:
            asked, meaning, purpose = f"[{place.start}:]", "none", "train the last block"
        else:
            return
        advise(f"model.layers{asked} is {meaning} of its {count} layers{self._suggested(purpose)}")
