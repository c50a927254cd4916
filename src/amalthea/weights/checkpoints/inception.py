"""Inception v3 of torchvision and timm, which have the same names; layers of Keras' are numbered as they are made."""

from collections.abc import Iterator

from ...catalog import Scaling
from .checkpoint import Checkpoint, Recipe, Tensors, translated
from .torch_modules import biased, scaled_by_norm, unscaled

STEM = ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")

# units, and the convolutions of their branches in the order in which Keras numbers them
UNITS = (
    (
        ("Mixed_5b", "Mixed_5c", "Mixed_5d"),
        ("1x1", "5x5_1", "5x5_2", "3x3dbl_1", "3x3dbl_2", "3x3dbl_3", "_pool"),
    ),
    (("Mixed_6a",), ("3x3", "3x3dbl_1", "3x3dbl_2", "3x3dbl_3")),
    (
        ("Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"),
        ("1x1", "7x7_1", "7x7_2", "7x7_3", "7x7dbl_1", "7x7dbl_2", "7x7dbl_3", "7x7dbl_4", "7x7dbl_5", "_pool"),
    ),
    (("Mixed_7a",), ("3x3_1", "3x3_2", "7x7x3_1", "7x7x3_2", "7x7x3_3", "7x7x3_4")),
    (
        ("Mixed_7b", "Mixed_7c"),
        ("1x1", "3x3_1", "3x3_2a", "3x3_2b", "3x3dbl_1", "3x3dbl_2", "3x3dbl_3a", "3x3dbl_3b", "_pool"),
    ),
)
NETWORK = "InceptionV3"
DIFFERENCE = "Their network counts the padding when it averages at the borders; it is built like that."


def recognise(tensors: Tensors) -> Checkpoint | None:
    """Inception v3 by the names of its first and last unit; Inception-ResNet and v4 have others."""
    if not {"Conv2d_1a_3x3.conv.weight", "Mixed_7c.branch1x1.conv.weight"} <= tensors.keys():
        return None
    top = {"predictions": biased("fc")}
    layers = translated(f"torchvision's or timm's {NETWORK}", tensors, dict(recipes()), top, left_out="AuxLogits.")
    return Checkpoint(
        maker="torchvision or timm",
        variant=NETWORK,
        scaling=Scaling.TF,
        edition="torchvision",
        difference=DIFFERENCE,
        layers=layers,
    )


def recipes() -> Iterator[tuple[str, Recipe]]:
    """Keras' names, and of which modules these layers are made."""
    branches = [f"{unit}.branch{branch}" for units, branches in UNITS for unit in units for branch in branches]
    for number, module in enumerate([*STEM, *branches]):
        suffix = f"_{number}" if number else ""
        yield f"conv2d{suffix}", scaled_by_norm(f"{module}.conv", f"{module}.bn")
        yield f"batch_normalization{suffix}", unscaled(f"{module}.bn")
