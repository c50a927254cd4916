"""``amalthea evaluate``: how good is a classifier on pictures whose classes are known?"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .answer_options import THRESHOLD, VIEWS
from .networks import check_file, is_trained_on
from .outputs import OutFile
from .pictures import all_broken_named, check_class_folder, tell_skipped

if TYPE_CHECKING:
    from ..transfer import Report


@click.command(short_help="Judge a classifier by pictures.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--on-error",
    type=click.Choice(["raise", "skip"]),
    default="raise",
    show_default=True,
    help="What a file that is no usable picture does: end the run, or be left out and counted.",
)
@VIEWS
@THRESHOLD
@click.option(
    "--report",
    "page",
    type=OutFile(".html", any_case=True),
    help="Write a page with all that is known of the classifier, its plots and the same as JSON beside it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(model: Path, folder: Path, on_error: str, page: Path | None, as_json: bool, **answering: Any) -> None:
    """Judge MODEL by the pictures in FOLDER: an .onnx or .keras file from `amalthea train`, or another .onnx file.

    FOLDER has a sub-folder for each class that MODEL knows, or for some of them, with its name. Printed are the part of
    right answers, precision and recall of each class, and which classes were taken for which; with a threshold also for
    how many pictures a class is named, and how many of those rightly.
    """
    check_class_folder(folder, f"What is on a picture, `amalthea predict --model {model}` says.")
    if model.suffix.lower() not in (".onnx", ".keras"):
        raise click.ClickException(
            f"{model}: judged are .onnx and .keras files of `amalthea train`, and .onnx files of `amalthea export` "
            "and amalthea.save that name their classes."
        )
    check_file(model)
    if page:
        from ..transfer import check_report

        check_report()
        report = _on_a_page(model, folder, on_error, page, **answering)
    else:
        from ..transfer import check_scikit_learn  # by itself: a report is made where Keras is

        check_scikit_learn()
        judge = _of_keras if is_trained_on(str(model)) else _of_onnx
        report = judge(model, folder, on_error, **answering)
    click.echo(report.to_json() if as_json else report)
    if page and not as_json:
        click.echo(f"\nWritten: {click.format_filename(page)}")
    tell_skipped([str(folder)])


def _on_a_page(model: Path, folder: Path, on_error: str, page: Path, views: int, threshold: float | None) -> "Report":
    from ..images import find_pictures
    from ..runtime import load
    from ..transfer import ImageClassifier, write_report

    classifier: Any
    if is_trained_on(str(model)):
        classifier = ImageClassifier.load(model)
        if threshold is not None:
            classifier.set_params(threshold=threshold)
    else:
        opened = load(model)
        classifier = opened if threshold is None else replace(opened, threshold=threshold)
    with all_broken_named(find_pictures([folder])):
        return write_report(classifier, folder, path=page, file=model, views=views, on_error=on_error)


def _of_keras(model: Path, folder: Path, on_error: str, views: int, threshold: float | None) -> "Report":
    from ..images import labelled_folder
    from ..transfer import ImageClassifier

    classifier: ImageClassifier = ImageClassifier.load(model).set_params(on_error=on_error)
    pictures = labelled_folder(folder, list(map(str, classifier.classes_)), some=True)
    with all_broken_named(pictures.paths):
        return classifier.evaluate(pictures.paths, classifier.classes_[pictures.labels], views, threshold)


def _of_onnx(model: Path, folder: Path, on_error: str, views: int, threshold: float | None) -> "Report":
    from .. import transfer
    from ..images import labelled_folder
    from ..runtime import Views, load

    predictor = load(model)
    pictures = labelled_folder(folder, predictor.classes, some=True)
    with all_broken_named(pictures.paths):
        truth, scores, skipped = transfer.judged(predictor, pictures.paths, pictures.labels, Views(views), on_error)
    least = predictor.threshold if threshold is None else threshold
    return transfer.evaluate(truth, scores, predictor.classes, skipped=skipped, threshold=least or None)
