"""``amalthea evaluate``: how good is a classifier on pictures whose classes are known?"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .networks import check_file
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(model: Path, folder: Path, on_error: str, as_json: bool) -> None:
    """Judge MODEL, an .onnx or .keras file from `amalthea train`, by the pictures in FOLDER.

    FOLDER has one sub-folder for each class that MODEL knows, with its name. Printed are the part of right answers,
    precision and recall of each class, and which classes were taken for which.
    """
    check_class_folder(folder, f"What is on a picture, `amalthea predict --model {model}` says.")
    check_file(model)
    from ..transfer import check_scikit_learn

    check_scikit_learn()
    judge = _of_keras if model.suffix == ".keras" else _of_onnx
    report = judge(model, folder, on_error)
    click.echo(report.to_json() if as_json else report)
    tell_skipped([str(folder)])


def _of_keras(model: Path, folder: Path, on_error: str) -> "Report":
    from ..images import labelled_folder
    from ..transfer import ImageClassifier

    classifier: ImageClassifier = ImageClassifier.load(model).set_params(on_error=on_error)
    pictures = labelled_folder(folder, list(map(str, classifier.classes_)))
    with all_broken_named(pictures.paths):
        return classifier.evaluate(pictures.paths, classifier.classes_[pictures.labels])


def _of_onnx(model: Path, folder: Path, on_error: str) -> "Report":
    import numpy as np

    from .. import transfer
    from ..images import labelled_folder
    from ..runtime import load

    predictor = load(model)
    pictures = labelled_folder(folder, predictor.classes)
    with all_broken_named(pictures.paths):
        found = list(predictor.probabilities(pictures.paths, on_error="return" if on_error == "skip" else "raise"))
    answers = [scores for scores in found if isinstance(scores, np.ndarray)]
    truth = pictures.labels[[isinstance(scores, np.ndarray) for scores in found]]
    return transfer.evaluate(truth, answers, predictor.classes, skipped=len(found) - len(answers))
