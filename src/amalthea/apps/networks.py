"""The options that name a network: ``--model``, ``--alpha`` and ``--weights``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..catalog import list_models, variant
from ..errors import MissingFileError
from ..runtime import is_one_file, named_variant

if TYPE_CHECKING:
    from ..runtime import Predictor
    from ..transfer import Wishes

ALPHA = click.option(
    "--alpha", type=float, help="Width of the network, such as 0.25 for a quarter of MobileNet's channels."
)
WEIGHTS = click.option(
    "--weights", default="imagenet", show_default=True, help="'imagenet', or the path of a weight file."
)
PRECISION = click.option(
    "--precision",
    type=click.Choice(["float32", "bfloat16"]),
    default="float32",
    show_default=True,
    help="Of what is computed with; bfloat16 is up to twice as fast, where the processor has it.",
)


def is_trained_on(model: str) -> bool:
    """Whether it is a file of an earlier ``amalthea train`` that keeps what training needs."""
    return Path(model).suffix.lower() == ".keras"


def check_model(model: str, alpha: float | None, weights: str) -> None:
    """Refuse what has no layers to train or to ask, before Keras is imported, which takes seconds."""
    if is_one_file(model):
        raise click.ClickException(
            f"--model: {model} is for prediction alone: `amalthea predict --model {model}`. Here, name a network from "
            f"`amalthea models`, or a file that `amalthea train` wrote with --out {Path(model).with_suffix('.keras')}."
        )
    if is_trained_on(model):
        check_file(Path(model))
    else:
        network_arguments(model, alpha, weights)


def check_file(model: Path) -> None:
    """Refuse a file of ``amalthea train`` that is not there.

    Raises:
        MissingFileError: it is not.
    """
    if not model.is_file():
        raise MissingFileError(f"There is no file {model} (looked for at {model.absolute()}). Check the path.")


def check_whole(model: str, alpha: float | None, weights: str) -> None:
    """Refuse for a file what is said of networks of the catalogue."""
    if alpha is not None or weights != "imagenet":
        raise click.UsageError(f"--alpha and --weights choose among networks of the catalogue; {model} is whole.")


def opened(model: str, alpha: float | None, weights: str, precision: str = "float32") -> "Predictor":
    """The network that the options name, ready to answer."""
    from .. import runtime

    arguments = check_answering(model, alpha, weights)
    # OpenVINO's converter of other frameworks' models is a third of its import, and OpenVINO does without it.
    sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]
    open_it = runtime.load if is_one_file(model) else runtime.predictor
    return open_it(model, precision=precision, **arguments)


def check_answering(model: str, alpha: float | None, weights: str) -> dict[str, Any]:
    """Refuse what cannot answer; for a network of the catalogue, what its function takes beside the name."""
    from .. import runtime

    if is_trained_on(model):
        file = Path(model)
        check_file(file)
        if runtime.is_classifier(file):
            answers = file.with_suffix(".onnx")
            raise click.ClickException(
                f"--model: {model} is a classifier to train on. `amalthea export {model} {answers}` makes it one that "
                "answers."
            )
        raise click.ClickException(f"--model: {model} {runtime.what_opens(file)}")
    if not is_one_file(model):
        return network_arguments(model, alpha, weights)
    check_whole(model, alpha, weights)
    return {}


def network_arguments(model: str, alpha: float | None, weights: str) -> dict[str, Any]:
    """What the network's function takes beside the name; refused here is what needs the words of a command line.

    Raises:
        UnknownModelError: the catalogue has no such network.
    """
    row = named_variant(model)
    if alpha is not None and not _has_widths(model):
        wide = " and ".join(name for name in list_models() if _has_widths(name))
        raise click.ClickException(f"--alpha: {row.name} has one width. {wide} have more: see --model.")
    if weights != "imagenet" and not Path(weights).is_file():
        raise click.ClickException(
            f"--weights: there is no file {weights}. Give the path of a weight file, or leave it out for those of "
            "ImageNet."
        )
    return {"weights": weights} | ({} if alpha is None else {"alpha": alpha})


def _has_widths(model: str) -> bool:
    return len({file.alpha for file in variant(model).files}) > 1


def asked_layer(model: str, layer: str | None, usual: "Wishes") -> dict[str, Any]:
    """What ``layer_features`` takes to ask a layer of the network that the options name.

    Args:
        model: a name of the catalogue, or a file of ``amalthea train``, which knows its own pictures.
        layer: None for the last one before the scores.
        usual: wishes for a network of the catalogue.
    """
    if not is_trained_on(model):
        return {"model": model, "layer": layer, "wishes": usual}
    from ..transfer import ImageClassifier, Wishes

    classifier = ImageClassifier.load(model)
    prepared = classifier.preparation_
    return {
        "model": classifier.model_,
        "layer": layer or classifier.model_.layers[-2].name,
        "wishes": Wishes(size=prepared.size, scaling=prepared.scaling, interpolation=prepared.interpolation),
    }
