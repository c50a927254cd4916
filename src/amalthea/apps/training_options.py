"""The options of ``amalthea train``."""

import click

from .augmentation_options import with_all, with_augmentation
from .networks import ALPHA, WEIGHTS

_POSITIVE = click.IntRange(min=1)
_RATE = click.FloatRange(min=0, min_open=True)

BUILDING = (
    "alpha",
    "weights",
    "image_size",
    "features",
    "pooling",
    "hidden",
    "dropout",
    "optimizer",
    "learning_rate",
)
"""Parameters that say how a new network is built and its head trained; there is nothing to build upon a .keras file."""


def _versions(context: click.Context, option: click.Parameter, value: str | None) -> str | int | None:
    if value is None or value == "live":
        return value
    if value == "none":
        return None
    if not value.isdecimal() or int(value) < 1:
        raise click.BadParameter(f"{value!r} is neither 'live' nor 'none' nor a number of versions from 1 on.")
    return int(value)


# Each is the parameter of ImageClassifier that bears its name, or of its augmentation, with the same default.
_PARAMETERS = (
    click.option(
        "--model",
        default="EfficientNetLite0",
        show_default=True,
        help="A name from `amalthea models`; or an earlier --out pets.keras, which is trained on, see --fine-tune.",
    ),
    ALPHA,
    WEIGHTS,
    click.option("--image-size", type=_POSITIVE, help="Side of the pictures in pixels; without it the network's own."),
    click.option(
        "--layer",
        "--features",
        "features",
        metavar="LAYER",
        help="The layer whose output the head takes; without it the last. --features is the same.",
    ),
    click.option(
        "--pooling",
        type=click.Choice(["avg", "max", "flatten"]),
        default="avg",
        show_default=True,
        help="How feature maps become numbers.",
    ),
    click.option(
        "--hidden", type=_POSITIVE, multiple=True, metavar="W", help="A hidden layer of this width; repeatable."
    ),
    click.option("--dropout", type=click.FloatRange(0, 1, max_open=True), default=0.2, show_default=True),
    click.option(
        "--optimizer",
        type=click.Choice(["adam", "sgd", "rmsprop"]),
        default="adam",
        show_default=True,
        help="Of the head.",
    ),
    click.option("--learning-rate", type=_RATE, default=5e-4, show_default=True, help="Of the head."),
    click.option(
        "--epochs",
        type=_POSITIVE,
        default=20,
        show_default=True,
        help="Of the head. For an earlier --out pets.keras: so many more, of what is not frozen in it.",
    ),
    click.option("--batch-size", type=_POSITIVE, default=20, show_default=True, help="Pictures in a training step."),
    click.option(
        "--balanced",
        "class_weight",
        flag_value="balanced",
        default=None,
        help="Give classes of every size the same weight.",
    ),
    click.option(
        "--patience",
        "early_stopping",
        type=_POSITIVE,
        metavar="EPOCHS",
        help="End after so many epochs without a better validation, and keep the best.",
    ),
    click.option(
        "--augment",
        callback=_versions,
        metavar="live|K|none",
        help="Learn from pictures that are changed at random, as --rotation to --fill-value say: anew in each epoch "
        "(live), or from K versions of each that are kept, one an epoch in turn; none ends it for a .keras file.",
    ),
    with_augmentation(rotation=0, shift=0),
    click.option(
        "--seed",
        type=int,
        default=0,
        show_default=True,
        help="Of the split, the head, the order of pictures and their augmentation.",
    ),
    click.option(
        "--verify", is_flag=True, help="Read every picture, even if its features are kept since an earlier run."
    ),
    click.option(
        "--on-error",
        type=click.Choice(["raise", "skip"]),
        default="raise",
        show_default=True,
        help="What a file that is no usable picture does: end the run, or be left out.",
    ),
)

_TUNING = (
    click.option(
        "--fine-tune",
        metavar="LAYER|BLOCK|N",
        help="Then train the network from this layer or block on, or its last N blocks, too.",
    ),
    click.option("--fine-tune-epochs", type=_POSITIVE, default=10, show_default=True, help="The best of them is kept."),
    click.option(
        "--fine-tune-learning-rate", type=_RATE, default=1e-4, show_default=True, help="Of SGD with momentum."
    ),
)


with_options = with_all(_PARAMETERS + _TUNING)
"""Gives a command all of them."""
