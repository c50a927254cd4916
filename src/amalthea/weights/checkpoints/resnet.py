"""ResNet and ResNeXt of torchvision and timm, which have the same names; the widths of a block tell them apart."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from ...catalog import Scaling
from ...errors import WeightsMismatchError
from .checkpoint import Checkpoint, Recipe, Tensors, translated
from .torch_modules import biased, normalisation, unbiased, zero_biased

# blocks of each stage; kernel of the first 3 x 3 convolution as (out, in / groups)
NETWORKS: dict[tuple[tuple[int, ...], tuple[int, ...]], str] = {
    ((3, 4, 6, 3), (64, 64)): "ResNet50",
    ((3, 4, 23, 3), (64, 64)): "ResNet101",
    ((3, 8, 36, 3), (64, 64)): "ResNet152",
    ((3, 4, 6, 3), (128, 4)): "ResNeXt50",
    ((3, 4, 23, 3), (128, 4)): "ResNeXt101",
}
DIFFERENCE = (
    "Their network strides in the 3×3 convolution of a block (“version 1.5”), not in its first 1×1, and has an epsilon "
    "of 1e-5; it is built like that."
)
# Networks of timm with other poolings, whose tensors have the same names and shapes.
LOOKALIKES = {"ResNet50": " timm's resnetaa50 and resnetblur50 cannot be told from it, and would answer wrongly."}


def recognise(tensors: Tensors) -> Checkpoint | None:
    """ResNet by the names of its first block."""
    if not {"conv1.weight", "layer1.0.conv1.weight", "layer1.0.conv2.weight"} <= tensors.keys():
        return None
    places = [re.match(r"layer(\d+)\.(\d+)\.", name) for name in tensors]
    blocks = {match.groups() for match in places if match}
    stages = tuple(sum(stage == str(number) for stage, _ in blocks) for number in range(1, 5))
    width = tensors["layer1.0.conv2.weight"].shape[:2]
    variant = NETWORKS.get((stages, width))
    if variant is None or "layer1.0.conv3.weight" not in tensors:
        raise WeightsMismatchError(_unknown(stages, width, "layer1.0.conv3.weight" in tensors))
    grouped = variant.startswith("ResNeXt")
    convolution, norm = (
        (unbiased, partial(normalisation, epsilon=1.001e-5)) if grouped else (zero_biased, normalisation)
    )
    body = dict(recipes(stages, convolution, norm))
    top = {"probs" if grouped else "predictions": biased("fc")}
    layers = translated(f"torchvision's or timm's {variant}", tensors, body, top)
    edition = {} if grouped else {"edition": "torchvision", "difference": DIFFERENCE + LOOKALIKES.get(variant, "")}
    return Checkpoint(maker="torchvision or timm", variant=variant, scaling=Scaling.TORCH, layers=layers, **edition)


def recipes(
    stages: tuple[int, ...], convolution: Callable[[str], Recipe], norm: Callable[[str], Recipe]
) -> Iterator[tuple[str, Recipe]]:
    """Keras' names, and of which modules these layers are made."""
    yield "conv1_conv", convolution("conv1")
    yield "conv1_bn", norm("bn1")
    for stage, count in enumerate(stages, start=1):
        for number in range(count):
            ours, theirs = f"conv{stage + 1}_block{number + 1}", f"layer{stage}.{number}"
            if number == 0:
                yield f"{ours}_0_conv", convolution(f"{theirs}.downsample.0")
                yield f"{ours}_0_bn", norm(f"{theirs}.downsample.1")
            for position in (1, 2, 3):
                yield f"{ours}_{position}_conv", convolution(f"{theirs}.conv{position}")
                yield f"{ours}_{position}_bn", norm(f"{theirs}.bn{position}")


def _unknown(stages: tuple[int, ...], width: tuple[int, ...], bottlenecks: bool) -> str:
    what = f"holds a ResNet with stages of {', '.join(map(str, stages))} blocks"
    if not bottlenecks:
        return f"{what} of two convolutions (ResNet18 and 34 are such networks), which Amalthea does not have."
    return (
        f"{what} whose first 3×3 kernel is {' × '.join(map(str, width))} wide. Amalthea has "
        f"{', '.join(NETWORKS.values())}. If it should be one of these, the file is truncated; wide ResNets and other "
        "widths are not in the collection."
    )
