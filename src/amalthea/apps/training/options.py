"""The options of ``amalthea train``."""

from pathlib import Path

import click

from ..augmentation_options import with_augmentation
from ..networks import ALPHA, PRECISION, WEIGHTS
from ..outputs import OutFile
from .option_types import (
    POSITIVE,
    learning_rate,
    learning_rates,
    named_after_folder,
    names,
    none_or_word,
    threshold,
    versions,
)

_PART = click.FloatRange(0, 1, max_open=True)
_FOLDER = click.Path(path_type=Path)

BUILDING = (
    "alpha",
    "weights",
    "image_size",
    "features",
    "pooling",
    "hidden",
    "dropout",
    "l1",
    "l2",
    "optimizer",
    "learning_rate",
)
"""Parameters that say how a new network is built and its head trained; there is nothing to build upon a .keras file."""


# Of those that ImageClassifier, its augmentation or its fine_tune have, too, names and defaults are theirs.
PICTURES = (
    click.option(
        "--validation", type=_FOLDER, metavar="FOLDER", help="Pictures to validate with, in the same sub-folders."
    ),
    click.option(
        "--split",
        type=_PART,
        default=0.2,
        show_default=True,
        help="Without --validation: the part of each class that is held back to validate with.",
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

NETWORK = (
    click.option(
        "--model",
        default="EfficientNetLite0",
        show_default=True,
        help="A name from `amalthea models`; or an earlier --out pets.keras, which is trained on, see --fine-tune.",
    ),
    ALPHA,
    WEIGHTS,
    click.option("--image-size", type=POSITIVE, help="Side of the pictures in pixels; without it the network's own."),
    click.option(
        "--layer",
        "--features",
        "features",
        metavar="LAYER",
        help="The layer whose output the head takes; without it the last. --features is the same.",
    ),
    PRECISION,
)

HEAD = (
    click.option(
        "--pooling",
        type=click.Choice(["avg", "max", "flatten"]),
        default="avg",
        show_default=True,
        help="How feature maps become numbers.",
    ),
    click.option(
        "--hidden", type=POSITIVE, multiple=True, metavar="W", help="A hidden layer of this width; repeatable."
    ),
    click.option(
        "--dropout", type=_PART, default=0.2, show_default=True, help="Part of the features that is left out at random."
    ),
    click.option(
        "--l1",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="Weight of the kernels' absolute values.",
    ),
    click.option(
        "--l2", type=click.FloatRange(min=0), default=0.0, show_default=True, help="Weight of the kernels' squares."
    ),
)

TRAINING = (
    click.option(
        "--epochs",
        type=POSITIVE,
        default=20,
        show_default=True,
        help="Of the head. For an earlier --out pets.keras: so many more, of what is not frozen in it.",
    ),
    click.option("--batch-size", type=POSITIVE, default=20, show_default=True, help="Pictures in a training step."),
    click.option(
        "--optimizer",
        type=click.Choice(["adam", "sgd", "rmsprop"]),
        default="adam",
        show_default=True,
        help="Of the head.",
    ),
    click.option(
        "--learning-rate",
        type=click.UNPROCESSED,
        callback=learning_rate,
        default=5e-4,
        show_default=True,
        metavar="RATE|auto",
        help="Of the head; auto raises it from step to step in a short trial, and takes one at which the loss still "
        "falls well.",
    ),
    click.option(
        "--schedule",
        type=click.Choice(["cosine", "one_cycle"]),
        help="How the rate changes from step to step; without it, it stays. Of the head and of fine-tuning.",
    ),
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
        type=POSITIVE,
        metavar="EPOCHS",
        help="End after so many epochs without a better validation, and keep the best.",
    ),
    click.option(
        "--label-smoothing",
        type=_PART,
        default=0.0,
        show_default=True,
        help="Part of each label that is shared among all classes.",
    ),
    click.option(
        "--mixup",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        metavar="ALPHA",
        help="Learn from mixtures of two pictures each; 0.2 is usual, 0 does not.",
    ),
    click.option(
        "--training-precision",
        type=click.Choice(["float32", "bfloat16"]),
        default="float32",
        show_default=True,
        help="bfloat16 computes in half precision what trains, where the processor has it.",
    ),
    click.option(
        "--distribution",
        type=click.Choice(["none", "data"]),
        callback=none_or_word,
        help="data divides each step among all devices; with Keras on JAX.",
    ),
    click.option(
        "--seed",
        type=int,
        default=0,
        show_default=True,
        help="Of the split, the head, the order of pictures and their augmentation.",
    ),
    click.option(
        "--resume",
        is_flag=True,
        help="Go on from the last epoch of the same command, if that was killed; with the same result.",
    ),
)

AUGMENTATION = (
    click.option(
        "--augment",
        callback=versions,
        metavar="live|K|none",
        help="Learn from pictures that are changed at random, as the following options say: anew in each epoch (live), "
        "or from K versions of each that are kept, one an epoch in turn; none ends it for a .keras file.",
    ),
    with_augmentation(rotation=0, shift=0),
)

TUNING = (
    click.option(
        "--fine-tune",
        metavar="LAYER|BLOCK|N",
        help="Then train the network from this layer or block on, or its last N blocks, too.",
    ),
    click.option("--fine-tune-epochs", type=POSITIVE, default=10, show_default=True, help="The best of them is kept."),
    click.option(
        "--fine-tune-learning-rate",
        type=click.UNPROCESSED,
        callback=learning_rates,
        default=1e-4,
        show_default=True,
        metavar="RATE|LOW:HIGH",
        help="Of SGD with momentum. Two rates: from LOW in the first block that trains up to HIGH in the head.",
    ),
    click.option("--gradual", is_flag=True, help="Begin with the last block, and add the others one after another."),
)

CHOICE = (
    click.option(
        "--compare",
        callback=names,
        metavar="NAME,NAME,…",
        help="Train a head on each of these networks, print what they reach at which speed, and take the best. "
        "MobileNet:0.25 is one of another width.",
    ),
    click.option(
        "--kfold",
        type=click.IntRange(min=2),
        metavar="K",
        help="First train K times, each time judged by another part of the pictures: mean and deviation.",
    ),
    click.option("--ensemble", is_flag=True, help="With --kfold: write the mean of those K, instead of one more."),
)

ANSWERS = (
    click.option(
        "--calibrate",
        is_flag=True,
        help="Let probabilities be as often right as they say, by the pictures to validate with.",
    ),
    click.option(
        "--threshold",
        type=click.UNPROCESSED,
        callback=threshold,
        metavar="P|auto",
        help="Below this probability the answer is none of the classes; auto: 99 of 100 answers above it are right.",
    ),
)

RESULTS = (
    click.option(
        "--out",
        type=OutFile(".onnx", ".keras"),
        callback=named_after_folder,
        help="The file to write, see above; without it, one of FOLDER's name with .onnx, in the current folder.",
    ),
    click.option(
        "--report",
        type=OutFile(".html", any_case=True),
        help="A page with all that is known of the classifier; its plots and the same as JSON beside it.",
    ),
    click.option(
        "--curves", type=OutFile(".png", any_case=True), help="Draw loss and accuracy of all epochs into this file."
    ),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print classes, history, the epoch that was kept and the validation's report as JSON; after Ctrl-C, too.",
    ),
)
