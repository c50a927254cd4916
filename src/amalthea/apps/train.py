"""``amalthea train``: from a folder of pictures to a finished classifier."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..errors import ArgumentError, StorageError
from .interruption import interruptible
from .messages import messages_shown
from .networks import is_trained_on
from .pictures import all_broken_named, tell_skipped
from .training.course import Course, Photographs
from .training.pictures import divided, found_pictures
from .training.request import Answers, replaces_its_model, requested
from .training.results import Results, keep
from .training.sections import Sectioned, with_options
from .training.trials import tried

if TYPE_CHECKING:
    from ..transfer import ImageClassifier


@click.command(cls=Sectioned, short_help="Learn the classes of a folder of pictures.")
@click.argument("folder", type=click.Path(path_type=Path))
@with_options
def train(
    folder: Path, out: Path, report: Path | None, curves: Path | None, as_json: bool, resume: bool, **options: Any
) -> None:
    """Learn the classes of the pictures in FOLDER, which has one sub-folder for each class.

    A pretrained network computes each picture's features once; they are kept in the cache folder, so that a second run
    begins at once. A small head learns from them. `amalthea train pets` is enough: it writes network, preparation and
    classes into one file, pets.onnx, for `amalthea predict --model pets.onnx` and `amalthea evaluate`. With --out
    pets.keras, it writes one to train on, here, in Python or in Keras. A file named by --out that is there already is
    replaced.

    Ctrl-C writes what has been learned until then, and says how to go on.
    """
    if not resume:
        _check_not_there(out)
    request = requested(options)
    validation, split = options["validation"], options["split"]
    found, other = found_pictures(folder, validation)
    tell_skipped([str(path) for path in (folder, validation) if path])
    _check_installed(curves, report)
    earlier = request.classifier() if is_trained_on(request.model) else None
    seed = earlier.seed if earlier else request.parameters["seed"]
    pictures, held_back = divided(found, other, split, seed, earlier)
    if request.answers.calibrate and held_back:
        _check_calibration(len(held_back.paths))
    used = pictures.paths + (held_back.paths if held_back else ())
    results = Results(out, curves, report, as_json, request.model, folder, request.answers)
    course = None
    try:
        with interruptible(), messages_shown(), all_broken_named(used):
            classifier, results.trials = tried(request, earlier, pictures, held_back, resume=resume, quiet=as_json)
            course = Course(classifier, request.remaining, resume=resume)
            with _going_on_told():
                course.run(pictures, held_back, out)
                classifier.save(out)  # whatever happens from here on
                disobeyed = _settle_answers(classifier, request.answers, held_back)
                if request.answers.options():
                    classifier.save(out)
        results.finish(course, pictures, held_back)
    except KeyboardInterrupt:
        divided_by = ("--validation", validation) if validation else ("--split", split, "--seed", seed)
        keep(course, results, [folder, *divided_by])
        raise
    disobeyed += _left_out(results.trials.failed())
    if disobeyed:
        raise SystemExit(1)


def _check_not_there(out: Path) -> None:
    """Refuse to replace an earlier classifier by a file that nobody named."""
    if click.get_current_context().get_parameter_source("out") is ParameterSource.DEFAULT and out.exists():
        raise click.UsageError(
            f"{out} is there already. Name another file by --out, or the same one, to replace it: --out {out}. An "
            "interrupted training goes on with --resume."
        )


def _check_installed(curves: Path | None, report: Path | None) -> None:
    """Raise what drawing and writing would raise only after a training."""
    from .. import transfer

    if curves:
        transfer.check_matplotlib()
    if report:
        transfer.check_report()


def _check_calibration(pictures: int) -> None:
    """Refuse too few, which training would not make more."""
    from .. import transfer

    try:
        transfer.check_calibration(pictures)
    except ArgumentError as problem:
        raise click.UsageError(f"--calibrate: {problem} Name them by --validation, or give a larger --split.") from None


def _settle_answers(classifier: "ImageClassifier", answers: Answers, held_back: Photographs | None) -> list[str]:
    """Calibrate, and choose from when on it is sure enough, as is asked for.

    Returns:
        The options that could not be obeyed, which is said; the others are.
    """
    disobeyed: list[str] = []
    if answers.calibrate and held_back:
        with _told(disobeyed, "--calibrate", "The classifier is written as it was trained."):
            classifier.calibrate(*held_back)
    if answers.threshold == "auto" and held_back:
        with _told(disobeyed, "--threshold auto", "The classifier is written without a new threshold."):
            classifier.set_params(threshold=classifier.find_threshold(*held_back))
    elif answers.threshold is not None:
        classifier.set_params(threshold=answers.threshold)
    return disobeyed


def _left_out(networks: list[str]) -> list[str]:
    """Tell which networks were not compared, after all else is done with those that were; returns their option."""
    for network in networks:
        click.echo(f"Warning: --compare: left out is {network}", err=True)
    return ["--compare"] if networks else []


@contextmanager
def _going_on_told() -> Iterator[None]:
    """Where a classifier cannot be written, say that what was learned is kept beside it."""
    try:
        yield
    except StorageError as problem:
        resumed = "" if replaces_its_model() else " The same command with --resume goes on with what is kept."
        raise StorageError(f"{problem}{resumed}") from problem


@contextmanager
def _told(disobeyed: list[str], option: str, consequence: str) -> Iterator[None]:
    """Tell why this block could not do what an option asks for, instead of ending all: it comes after a training."""
    try:
        yield
    except ArgumentError as problem:
        click.echo(f"Warning: {option}: {problem} {consequence}", err=True)
        disobeyed.append(option)
