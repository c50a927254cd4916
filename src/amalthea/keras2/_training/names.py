"""What losses, metrics and the keys of a history are called."""

from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import Any

ABBREVIATED = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
}
"""Losses and metrics whose abbreviations are names of their own."""

_TWINS = (("acc", "accuracy"), ("lr", "learning_rate"), *((name, short) for short, name in ABBREVIATED.items()))
"""Keys as Keras 1 and 2 had them up to 2.2, and as others have them."""


class Answers(dict[str, Any]):
    """Values by the keys of then; who asks for ``"val_accuracy"`` gets ``"val_acc"``, and the other way round.

    Example:
        >>> Answers(acc=1.0)["accuracy"]
        1.0
        >>> "val_accuracy" in Answers(acc=1.0)
        False
    """

    def __missing__(self, key: str) -> Any:
        for twin in twins(key):
            if twin in self.keys():
                return self[twin]
        raise KeyError(key)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as a plain dictionary, which opens where there is no Amalthea."""
        return dict, (dict(self),)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or any(super(Answers, self).__contains__(twin) for twin in twins(str(key)))

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or a default."""
        try:
            return self[key]
        except KeyError:
            return default


def distinct(names: Iterable[str]) -> list[str]:
    """Names of outputs, of which a layer or model with several has the same for all.

    Example:
        >>> distinct(["model_1", "model_1", "dense_1"])
        ['model_1', 'model_1_1', 'dense_1']
    """
    found: list[str] = []
    for name in names:
        others = (f"{name}_{number}" for number in count(1))
        found.append(next(one for one in chain([name], others) if one not in found))
    return found


def twins(key: str) -> Iterator[str]:
    """What else a key may be called.

    Example:
        >>> list(twins("val_accuracy"))
        ['val_acc']
    """
    for pair in _TWINS:
        for one, other in (pair, pair[::-1]):
            if key == one or key.endswith(f"_{one}"):
                yield key.removesuffix(one) + other
