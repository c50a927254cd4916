"""ResNet50 of Keras from 2015 to 2019 (until 2.3.1), converted from Caffe: another file under the official name.

Its layers have other names and stand in another order; in stage 2 shapes alone would not notice.
"""

from collections.abc import Iterator, Sequence

from ...catalog import Scaling
from ..stored import StoredLayer
from .checkpoint import Checkpoint, Recipe, translated

BLOCKS = (3, 4, 6, 3)  # of each stage
BRANCHES = {"1": 0, "2a": 1, "2b": 2, "2c": 3}  # the old name of a branch, and its number today; 1 is the shortcut
ARRAYS = {2: ("kernel", "bias"), 4: ("gamma", "beta", "moving_mean", "moving_variance")}
DIFFERENCE = "Their network adds an epsilon of 1e-3 to every variance; it is built like that."


def recognise(stored: Sequence[StoredLayer]) -> Checkpoint | None:
    """The older ResNet50 by the name of its first block's first layer."""
    layers = {layer.name: layer.tensors for layer in stored if layer.tensors}
    if "res2a_branch2a" not in layers:
        return None
    body, top = dict(recipes()), {"predictions": _recipe("fc1000", 2)}
    known = {name.partition("/")[0] for recipe in (*body.values(), *top.values()) for name in recipe.names}
    tensors = {
        f"{layer}/{array}": tensor
        for layer, members in layers.items()
        if layer in known
        for array, tensor in zip(ARRAYS.get(len(members), range(len(members))), members, strict=True)
    }
    network = "the ResNet50 of Keras 2.3 and older"
    official = translated(network, tensors, body, top, saved_by="Save the whole model by `model.save_weights`")
    # Somebody's own classifier.
    others = tuple(StoredLayer(layer, members) for layer, members in layers.items() if layer not in known)
    return Checkpoint(
        maker="Keras 2.3 and older",
        variant="ResNet50",
        scaling=Scaling.CAFFE,
        edition="keras 2015",
        difference=DIFFERENCE,
        layers=(*official, *others),
    )


def recipes() -> Iterator[tuple[str, Recipe]]:
    """Today's names, and the old ones."""
    yield "conv1_conv", _recipe("conv1", 2)
    yield "conv1_bn", _recipe("bn_conv1", 4)
    for stage, count in enumerate(BLOCKS, start=2):
        for number in range(1, count + 1):
            ours, theirs = f"conv{stage}_block{number}", f"{stage}{'abcdef'[number - 1]}_branch"
            for branch, position in BRANCHES.items():
                if position > 0 or number == 1:
                    yield f"{ours}_{position}_conv", _recipe(f"res{theirs}{branch}", 2)
                    yield f"{ours}_{position}_bn", _recipe(f"bn{theirs}{branch}", 4)


def _recipe(layer: str, arrays: int) -> Recipe:
    return Recipe(tuple(f"{layer}/{array}" for array in ARRAYS[arrays]))
