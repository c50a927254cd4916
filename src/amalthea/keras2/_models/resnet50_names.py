"""What the layers of ResNet50 were called until Keras 2.3, and what they are called today."""

from collections.abc import Iterator

from ...weights.checkpoints.keras_resnet50 import BLOCKS, recipes


def todays_names() -> dict[str, str]:
    """Old name → today's; the layer returns the same, but for ``avg_pool``, which was (1, 1, 2048) until Keras 2.2.

    Example:
        >>> names = todays_names()
        >>> names["activation_49"], names["res5c_branch2c"], names["fc1000"]
        ('conv5_block3_out', 'conv5_block3_3_conv', 'predictions')
    """
    return {
        **{recipe.names[0].partition("/")[0]: today for today, recipe in recipes()},
        **dict(_without_weights()),
        "fc1000": "predictions",
    }


def _without_weights() -> Iterator[tuple[str, str]]:
    """Layers that had automatic names, numbered through the whole network."""
    yield "zero_padding2d_1", "conv1_pad"
    yield "activation_1", "conv1_relu"
    yield "max_pooling2d_1", "pool1_pool"
    yield "flatten_1", "avg_pool"
    blocks = [f"conv{stage}_block{number + 1}" for stage, count in enumerate(BLOCKS, 2) for number in range(count)]
    for place, block in enumerate(blocks):
        for number, ending in enumerate(("1_relu", "2_relu", "out")):
            yield f"activation_{2 + 3 * place + number}", f"{block}_{ending}"
        for merging in ("add", "merge"):  # of Keras 2 and 1
            yield f"{merging}_{place + 1}", f"{block}_add"
