"""How a weight file and a network fit together."""

from collections.abc import Sequence
from dataclasses import dataclass

# What a message shows of a list of names, and of each.
_MAX_NAMES, _MAX_LENGTH = 6, 60


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of each layer that has weights.

    Attributes:
        loaded: layers of the model that were filled.
        skipped: layers of the file that the model has no use for, such as the classifier.
        missing: layers of the model that the file has nothing for.
        mismatched: layers of the model for which the file has other shapes.

    Example:
        >>> print(LoadReport(loaded=("conv1", "conv2"), skipped=("predictions",)))
        2 layers loaded; 1 skipped: predictions
    """

    loaded: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    mismatched: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{len(self.loaded)} layers loaded"]
        for what in ("skipped", "missing", "mismatched"):
            if names := getattr(self, what):
                parts.append(f"{len(names)} {what}: {listed(names)}")
        return "; ".join(parts)


def listed(names: Sequence[str]) -> str:
    """The first names of many, each cut to a length that a message can show."""
    more = len(names) - _MAX_NAMES
    return ", ".join(name[:_MAX_LENGTH] for name in names[:_MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
