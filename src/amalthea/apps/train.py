"""``amalthea train``: from a folder of pictures to a finished classifier."""

import json
import shlex
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .interruption import interruptible
from .messages import messages_shown
from .networks import network_arguments
from .outputs import OutFile
from .pictures import tell_skipped
from .training_options import BUILDING, with_options

if TYPE_CHECKING:
    from ..transfer import ImageClassifier, Report

_FOLDER = click.Path(path_type=Path)


@click.command(short_help="Learn the classes of a folder of pictures.")
@click.argument("folder", type=_FOLDER)
@click.option("--out", type=OutFile(".onnx", ".keras"), required=True, help="The file to write; see above.")
@click.option(
    "--validation", type=_FOLDER, metavar="FOLDER", help="Pictures to validate with, in the same sub-folders."
)
@click.option(
    "--split",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    help="Without --validation: the part of each class that is held back to validate with.",
)
@with_options
@click.option("--curves", type=OutFile(".png"), help="Draw loss and accuracy of all epochs into this file.")
@click.option("--json", "as_json", is_flag=True, help="Print classes, history and the validation's report as JSON.")
def train(
    folder: Path, out: Path, validation: Path | None, split: float, curves: Path | None, as_json: bool, **options: Any
) -> None:
    """Learn the classes of the pictures in FOLDER, which has one sub-folder for each class.

    A pretrained network computes each picture's features once; they are kept in the cache folder, so that a second run
    begins at once. A small head learns from them. --out pets.onnx writes network, preparation and classes into one file
    for `amalthea predict --model pets.onnx` and `amalthea evaluate`; --out pets.keras one to train on, here, in Python
    or in Keras. A file that is there already is replaced.

    Ctrl-C writes what has been learned until then, and says how to go on.
    """
    tuning = {name: options.pop(name) for name in ("fine_tune", "fine_tune_epochs", "fine_tune_learning_rate")}
    if options["early_stopping"] and not (validation or split):
        raise click.UsageError("--patience needs pictures to validate with: --validation, or --split above 0.")
    if curves:
        from ..transfer.curves import check_matplotlib

        check_matplotlib()
    classifier = _classifier(**options)
    pictures, held_back = _divided(folder, validation, split, classifier.seed)
    tell_skipped([str(path) for path in (folder, validation) if path])
    try:
        with interruptible(), messages_shown():
            head_epochs = _learn(classifier, pictures, held_back, out, tuning)
    except KeyboardInterrupt:
        divided = ("--validation", validation) if validation else ("--split", split, "--seed", classifier.seed)
        _keep(classifier, out, [folder, *divided])
        raise
    classifier.save(out)
    if curves:
        from ..transfer import draw_curves

        title = f"{options['model']}, {folder}"
        draw_curves(classifier.history, curves, title=title, fine_tuning_from=head_epochs)
    _print(classifier, classifier.evaluate(*held_back) if held_back else None, out, as_json)


def _classifier(model: str, **options: Any) -> "ImageClassifier":
    """A new one, or that of an earlier run, which has been trained already and keeps what nobody changes now."""
    if Path(model).suffix != ".keras":
        network_arguments(model, options["alpha"], options["weights"])
        from ..transfer import ImageClassifier

        return ImageClassifier(model, **options)
    context = click.get_current_context()
    given = {
        name: value
        for name, value in options.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    if refused := [name for name in BUILDING if name in given]:
        flags = ", ".join("--" + name.replace("_", "-") for name in refused)
        raise click.UsageError(f"{flags}: {model} is built and trained already. It is trained on as --fine-tune says.")
    from ..transfer import ImageClassifier

    return ImageClassifier.load(model).set_params(**given)  # type: ignore[no-any-return]


def _divided(folder: Path, validation: Path | None, fraction: float, seed: int) -> tuple[Any, Any]:
    """Pictures with their classes, to train on and to validate with; None where there are none of the latter."""
    from ..images import labelled_folder, split

    found = labelled_folder(folder)
    named = [(path, found.classes[label]) for path, label in zip(found.paths, found.labels, strict=True)]
    held_back = []
    if validation:
        other = labelled_folder(validation, found.classes)
        held_back = [(path, other.classes[label]) for path, label in zip(other.paths, other.labels, strict=True)]
    elif fraction:
        kept, taken = split([name for _, name in named], fraction, seed)
        named, held_back = [named[index] for index in kept], [named[index] for index in taken]
    return tuple(zip(*named, strict=True)), tuple(zip(*held_back, strict=True)) or None


def _learn(
    classifier: "ImageClassifier", pictures: Any, held_back: Any, out: Path, tuning: dict[str, Any]
) -> int | None:
    """Train; returns the number of epochs before fine-tuning, None if there is none."""
    new = not hasattr(classifier, "model_")
    paths, classes = pictures
    if new:
        if tuning["fine_tune"]:
            from ..transfer.classifier.planning import check_fine_tuning

            check_fine_tuning(classifier, **_trained(tuning["fine_tune"]))
        classifier.fit(paths, classes, validation=held_back)
        if not tuning["fine_tune"]:
            return None
        classifier.save(out)  # whatever happens from here on
    epochs = len(classifier.history["loss"])
    given = {} if new else {"X": paths, "y": classes, "validation": held_back}
    rate = tuning["fine_tune_learning_rate"]
    classifier.fine_tune(
        **_trained(tuning["fine_tune"]), epochs=tuning["fine_tune_epochs"], learning_rate=rate, **given
    )
    return epochs


def _trained(fine_tune: str | None) -> dict[str, Any]:
    """What is trained beside the head, as ``fine_tune`` takes it."""
    return {"blocks": int(fine_tune)} if fine_tune and fine_tune.isdecimal() else {"from_layer": fine_tune}


def _keep(classifier: "ImageClassifier", out: Path, pictures: Sequence[object]) -> None:
    """Write what is there after Ctrl-C, and say how to go on with the same pictures."""
    if not getattr(classifier, "history_", None):
        click.echo("Stopped before an epoch ended. The same command goes on with the features that are kept.", err=True)
        return
    classifier.save(out)
    if out.suffix == ".keras":
        command = ["amalthea", "train", *pictures, "--model", out, "--out", out]
        way = f"To train it on: {shlex.join(map(str, command))}"
    else:
        way = "The same command begins anew with the features that are kept; an --out in .keras could be trained on."
    click.echo(f"Stopped. {out} holds what the {len(classifier.history['loss'])} epochs taught it. {way}", err=True)


def _print(classifier: "ImageClassifier", report: "Report | None", out: Path, as_json: bool) -> None:
    if as_json:
        history = {
            name: [None if isnan(value) else value for value in values]  # JSON has no NaN
            for name, values in classifier.history.items()
        }
        facts = {"out": str(out), "classes": classifier.classes_.tolist(), "history": history}
        click.echo(json.dumps(facts | {"validation": json.loads(report.to_json()) if report else None}, indent=2))
        return
    if report:
        click.echo(f"{report}\n")
    click.echo(f"Written: {out}")
