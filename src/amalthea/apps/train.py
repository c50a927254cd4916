"""``amalthea train``: from a folder of pictures to a finished classifier."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .augmentation_options import PARAMETERS
from .course import Course, Photographs, Plan
from .interruption import interruptible
from .messages import messages_shown
from .networks import check_model, is_trained_on
from .outputs import OutFile
from .pictures import all_broken_named, check_class_folder, tell_skipped
from .training_options import BUILDING, with_options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..images import LabelledPictures
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
@click.option(
    "--curves", type=OutFile(".png", any_case=True), help="Draw loss and accuracy of all epochs into this file."
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print classes, history, the epoch that was kept and the validation's report as JSON; after Ctrl-C, too.",
)
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
    plan, changes = _plan(options), _augmentation(options)
    if options["early_stopping"] and not (validation or split):
        raise click.UsageError("--patience needs pictures to validate with: --validation, or --split above 0.")
    # All that needs no Keras comes before what imports it, which takes seconds.
    check_model(options["model"], options["alpha"], options["weights"])
    found, other = _found(folder, validation)
    tell_skipped([str(path) for path in (folder, validation) if path])
    if curves:
        from ..transfer import check_matplotlib

        check_matplotlib()
    classifier = _augmented(_classifier(**options), changes)
    pictures, held_back = _divided(found, other, split, classifier)
    course = Course(classifier, plan)
    try:
        report = _trained(course, pictures, held_back, out)
        if curves:
            _draw(course, f"{options['model']}, {folder}", curves)
    except KeyboardInterrupt:
        divided = ("--validation", validation) if validation else ("--split", split, "--seed", classifier.seed)
        _keep(course, out, [folder, *divided])
        if as_json and course.begun:
            _print_json(course, None, out)
        raise
    if as_json:
        _print_json(course, report, out)
    else:
        _print(course, report, out)


def _given(name: str) -> bool:
    """Whether an option stands on the command line."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def _plan(options: dict[str, Any]) -> Plan:
    """What is to be trained; takes out of the options what says nothing else."""
    layers, tuning, rate = (options.pop(f"fine_tune{name}") for name in ("", "_epochs", "_learning_rate"))
    # A file of an earlier run has a head that is trained, and is fine-tuned unless more of that is asked for.
    head = options["epochs"] if not is_trained_on(options["model"]) or _given("epochs") else 0
    tunes = bool(layers) or not head
    if not tunes and (_given("fine_tune_epochs") or _given("fine_tune_learning_rate")):
        raise click.UsageError("--fine-tune-epochs and --fine-tune-learning-rate belong to --fine-tune: give it, too.")
    return Plan(head=head, tuning=tuning if tunes else 0, layers=layers, rate=rate)


def _augmentation(options: dict[str, Any]) -> dict[str, Any]:
    """How pictures are augmented, as far as it is given; takes all that says so out of the options."""
    values = {name: options.pop(name) for name in PARAMETERS}
    given = {name: value for name, value in values.items() if _given(name)}
    if given and options["augment"] is None:
        flags = ", ".join(_flags()[name] for name in given)
        raise click.UsageError(f"{flags}: belongs to --augment live or --augment K: give it, too.")
    if not is_trained_on(options["model"]):  # a file of an earlier run says the rest, without which nothing is wrong
        from ..images import TUTORIAL

        replace(TUTORIAL, **given)  # refuses what cannot be
    return given


def _augmented(classifier: "ImageClassifier", changes: dict[str, Any]) -> "ImageClassifier":
    """The classifier, with these changes in how it augments its pictures."""
    from ..images import TUTORIAL

    if classifier.augment is None:  # one of an earlier run may still have what says how
        classifier.augmentation = None
    elif changes:
        if changes.get("fill_mode", "constant") != "constant":
            changes = {"fill_value": 0.0, **changes}  # that of an earlier run is of no use any more
        classifier.augmentation = replace(classifier.augmentation or TUTORIAL, **changes)
    return classifier


def _found(folder: Path, validation: Path | None) -> "tuple[LabelledPictures, LabelledPictures | None]":
    """The pictures of the two folders."""
    from ..images import labelled_folder

    for path in filter(None, (folder, validation)):
        check_class_folder(path)
    found = labelled_folder(folder)
    return found, labelled_folder(validation, found.classes) if validation else None


def _classifier(model: str, **options: Any) -> "ImageClassifier":
    """A new one, or that of an earlier run, which has been trained already and keeps what nobody changes now."""
    if not is_trained_on(model):
        from ..transfer import ImageClassifier

        return ImageClassifier(model, **options)
    given = {name: value for name, value in options.items() if _given(name) and name != "epochs"}
    if refused := [name for name in BUILDING if name in given]:
        flags = ", ".join(_flags()[name] for name in refused)
        raise click.UsageError(
            f"{flags}: {model} is built and trained already. It is trained on as --epochs and --fine-tune say."
        )
    from ..transfer import ImageClassifier

    return ImageClassifier.load(model).set_params(**given)  # type: ignore[no-any-return]


def _flags() -> dict[str, str]:
    """How each option is spelled."""
    return {param.name: param.opts[0] for param in click.get_current_context().command.params if param.name}


def _divided(
    found: "LabelledPictures", other: "LabelledPictures | None", fraction: float, classifier: "ImageClassifier"
) -> tuple[Photographs, Photographs | None]:
    """Pictures to train on and to validate with; None where there are none of the latter."""
    from ..images import split

    if other is None and fraction:
        kept, taken = split(found.named_labels, fraction, classifier.seed)
        found, other = found.take(kept), found.take(taken)
    known = getattr(classifier, "classes_", None)
    return _photographs(found, known), other and _photographs(other, known)


def _photographs(found: "LabelledPictures", known: "NDArray[Any] | None") -> Photographs:
    """With the classes as a trained classifier knows them, which may be numbers; with their names for a new one."""
    classes = found.classes if known is None else known.tolist()
    named = {str(each): each for each in classes}
    if strangers := [name for name in found.classes if name not in named]:
        raise click.ClickException(
            f"--model: it knows the classes {', '.join(named)}; not among them: {', '.join(strangers)}. Name each "
            "sub-folder after one of them."
        )
    return Photographs(found.paths, [named[name] for name in found.named_labels])


def _trained(course: Course, pictures: Photographs, held_back: Photographs | None, out: Path) -> "Report | None":
    """What the pictures that were held back say of the trained classifier, which is written by then."""
    used = [*pictures.paths, *(held_back.paths if held_back else ())]
    with interruptible(), messages_shown(), all_broken_named(used):
        course.run(pictures, held_back, out)
    course.classifier.save(out)
    return course.classifier.evaluate(*held_back) if held_back else None


def _draw(course: Course, title: str, curves: Path) -> None:
    from ..transfer import draw_curves

    draw_curves(course.classifier.history, curves, title=title, fine_tuning_from=course.classifier.tuned_from_)


def _keep(course: Course, out: Path, pictures: list[Any]) -> None:
    """Write what is there after Ctrl-C, and say how to go on with the same pictures."""
    if not course.begun:
        click.echo("Stopped before an epoch ended. The same command goes on with the features that are kept.", err=True)
        return
    course.classifier.save(out)
    left = course.left.options()
    if not left:
        way = "Nothing was left to train."
    elif out.suffix == ".keras":
        command = ["amalthea", "train", *pictures, "--model", out, *left, *_shown(), "--out", out]
        way = f"To train it on: {shlex.join(map(str, command))}"
    else:
        way = "The same command begins anew with the features that are kept; an --out in .keras could be trained on."
    epochs = len(course.classifier.history["loss"])
    taught = "the first epoch" if epochs == 1 else f"the {epochs} epochs"
    click.echo(f"Stopped. {out} holds what {taught} taught it. {way}", err=True)


def _shown() -> list[Any]:
    """The options that say how results are shown, as they were given."""
    given = click.get_current_context().params
    return (["--curves", given["curves"]] if given["curves"] else []) + (["--json"] if given["as_json"] else [])


def _print(course: Course, report: "Report | None", out: Path) -> None:
    if report:
        click.echo(f"{report}\n")
    kept, epochs = course.kept(), len(course.classifier.history["loss"])
    if kept["fine_tuning_kept"] is False:
        click.echo("Fine-tuning was discarded: none of its epochs was better than what was learned before.")
    elif kept["kept_epoch"] != epochs:
        click.echo(f"Kept: epoch {kept['kept_epoch']} of {epochs}, the best one.")
    click.echo(f"Written: {out}")


def _print_json(course: Course, report: "Report | None", out: Path) -> None:
    from ..transfer import finite

    classifier = course.classifier
    facts = {"out": str(out), "classes": classifier.classes_.tolist(), "history": classifier.history, **course.kept()}
    judged = json.loads(report.to_json()) if report else None
    click.echo(json.dumps(finite({**facts, "finished": not course.left.options(), "validation": judged}), indent=2))
