"""Which pictures are for training, and which for validation."""

from typing import TYPE_CHECKING

from ...errors import ArgumentError

if TYPE_CHECKING:
    from .generator import ImageDataGenerator


def share(subset: str | None, image_data_generator: "ImageDataGenerator | None") -> tuple[float, float] | None:
    """First and last fraction of the pictures that a subset has; None means all.

    Raises:
        ArgumentError: another name, or no generator that says how many are for validation.
    """
    if subset is None:
        return None
    if subset not in ("training", "validation"):
        raise ArgumentError(f"subset={subset!r} is unknown; choose 'training' or 'validation'.")
    if image_data_generator is None:
        raise ArgumentError(f"subset={subset!r} needs image_data_generator, whose validation_split says how many.")
    validation = image_data_generator._validation_split
    return (0, validation) if subset == "validation" else (validation, 1)


def part(split: tuple[float, float] | None, count: int) -> slice:
    """Which of ``count`` pictures belong to a part."""
    return slice(None) if split is None else slice(int(split[0] * count), int(split[1] * count))
