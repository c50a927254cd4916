"""DenseNet of torchvision and timm, which have the same names.

torchvision's published files of 2017 have a dot more, `denselayer1.norm.1`, in names that it has changed since.
"""

import re
from collections.abc import Iterator
from functools import partial

from ...catalog import Scaling
from ...errors import WeightsMismatchError
from .checkpoint import Checkpoint, Recipe, Tensors, translated
from .torch_modules import biased, normalisation, unbiased

# layers of each dense block
NETWORKS = {(6, 12, 24, 16): "DenseNet121", (6, 12, 32, 32): "DenseNet169", (6, 12, 48, 32): "DenseNet201"}

norm = partial(normalisation, epsilon=1.001e-5)


def recognise(tensors: Tensors) -> Checkpoint | None:
    """DenseNet by the names of its dense blocks."""
    tensors = {
        re.sub(r"(denselayer\d+\.(?:norm|conv))\.(\d)\.", r"\1\2.", name): value for name, value in tensors.items()
    }
    places = [re.match(r"features\.denseblock(\d+)\.denselayer(\d+)\.", name) for name in tensors]
    found = {match.groups() for match in places if match}
    if not found:
        return None
    depths = tuple(sum(block == str(number) for block, _ in found) for number in range(1, 5))
    variant = NETWORKS.get(depths)
    if variant is None:
        raise WeightsMismatchError(
            f"holds a DenseNet with blocks of {', '.join(map(str, depths))} layers. Amalthea has "
            f"{', '.join(NETWORKS.values())}. If it should be one of these, the file is truncated."
        )
    top = {"predictions": biased("classifier")}
    layers = translated(f"torchvision's or timm's {variant}", tensors, dict(recipes(depths)), top)
    return Checkpoint(maker="torchvision or timm", variant=variant, scaling=Scaling.TORCH, layers=layers)


def recipes(depths: tuple[int, ...]) -> Iterator[tuple[str, Recipe]]:
    """Keras' names, and of which modules these layers are made."""
    yield "conv1_conv", unbiased("features.conv0")
    yield "conv1_bn", norm("features.norm0")
    for block, depth in enumerate(depths, start=1):
        if block > 1:
            yield f"pool{block}_bn", norm(f"features.transition{block - 1}.norm")
            yield f"pool{block}_conv", unbiased(f"features.transition{block - 1}.conv")
        for number in range(1, depth + 1):
            ours, theirs = f"conv{block + 1}_block{number}", f"features.denseblock{block}.denselayer{number}"
            for position in (1, 2):
                yield f"{ours}_{position - 1}_bn", norm(f"{theirs}.norm{position}")
                yield f"{ours}_{position}_conv", unbiased(f"{theirs}.conv{position}")
    yield "bn", norm("features.norm5")
