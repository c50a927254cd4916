"""The report as files: one page that opens anywhere, the same facts as JSON, and its plots."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ArgumentError
from ...storage import atomic_file
from ..curves import check_matplotlib, draw_curves
from ..evaluation import Report, check_scikit_learn
from .charts import draw_confusion, draw_reliability
from .facts import Facts
from .gathering import gathered
from .judging import Classifier, check_classifier, choosing_pictures, labelled, learned_pictures, preparation_of
from .page import check_jinja, page_of
from .portions import places_among

if TYPE_CHECKING:
    from ..selection.comparison import Comparison
    from ..selection.outcome import CrossValidation

_CHOSEN = ("temperature", "threshold", "epoch")


def write_report(
    classifier: Classifier,
    X: Any,
    y: Any = None,
    path: str | os.PathLike[str] = "report.html",
    *,
    training: Any = None,
    file: str | os.PathLike[str] | None = None,
    comparison: "Comparison | None" = None,
    folds: "CrossValidation | None" = None,
    chosen: Sequence[str] = (),
    views: int = 1,
    on_error: str | None = None,
) -> Report:
    """Judge a classifier by pictures, and write all that is known of it on one page.

    The page is one HTML file without scripts, which asks for nothing beyond itself: accuracy and its interval,
    precision, recall and confidence of each class, what was taken for what, calibration, the worst mistakes with maps
    of where the network saw what it answered, the curves of its training, pictures that look the same among those that
    it learned from and those that judge it, settings, versions, times, and how to use it. Beside it stand the facts as
    ``report-facts.json``, and the plots as ``report-confusion.png``, ``report-calibration.png`` and so on.

    Maps are made by Grad-CAM where Keras computes gradients, see ``explain``; else by occlusion, of four mistakes; of
    arrays that were scaled, none. All pictures are decoded once to see how large they are and whether they look the
    same; the latter needs ImageHash.

    Args:
        classifier: fitted; or what ``amalthea.load`` opens.
        X: pictures to judge by, best those that it did not learn from: a folder with one sub-folder a class; or with
            ``y``, a list of paths, or for an ``ImageClassifier`` an array of shape (N, H, W, 3).
        y: one label a picture, of the classes that it knows.
        path: ends in ``.html``; each of the files appears whole or not at all.
        training: pictures that it learned from: a folder or (pictures, labels); None takes those of ``fit`` and
            ``fine_tune``, as far as it was trained in this process.
        file: its own, for the commands by which it is used.
        comparison: of ``amalthea.compare``, by which its network was chosen.
        folds: of ``amalthea.cross_validate``, by which it was judged, too.
        chosen: what was chosen with the pictures of ``X``, of ``"temperature"``, ``"threshold"`` and ``"epoch"``: the
            page then says that the figures flatter. ``"epoch"`` is added where the best one was kept in this process,
            and some of ``X`` were among the pictures to validate with.
        views: of each picture, whose answers are averaged, see ``ImageClassifier.predict_proba``.
        on_error: ``"raise"``, or ``"skip"`` to leave out those of ``X`` that are no usable pictures; None takes what
            the classifier does. Of those that it learned from, they are always left out.

    Returns:
        How good it is.

    Raises:
        ArgumentError: no fitted classifier, pictures, labels or names that cannot be used, or another suffix.
        ImageError, MissingFileError: a file is no usable picture.
        StorageError: the folder cannot be written.
        MissingDependencyError: jinja2, Matplotlib or scikit-learn is not installed.

    Example:
        >>> import numpy
        >>> from amalthea import ImageClassifier
        >>> pictures = numpy.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), numpy.uint8)
        >>> classifier = ImageClassifier("EfficientNetLite0", epochs=1).fit(pictures, ["cat", "dog"] * 4)
        >>> write_report(classifier, pictures, ["cat", "dog"] * 4, "cats.html").support
        (4, 4)
    """
    path = Path(path)
    if path.suffix.lower() != ".html":
        raise ArgumentError(f"A report is written into an HTML file; {path} does not end in .html.")
    check_report()
    check_classifier(classifier)
    if on_error not in (None, "raise", "skip"):
        raise ArgumentError(f"on_error={on_error!r}; allowed are 'raise', 'skip' and None.")
    if strangers := sorted(set(chosen).difference(_CHOSEN)):
        raise ArgumentError(f"chosen={strangers}; allowed are {', '.join(map(repr, _CHOSEN))}.")
    skip = (on_error or getattr(classifier, "on_error", "raise")) == "skip"
    samples, learned = labelled(classifier, X, y), learned_pictures(classifier, training)
    if places_among(samples, choosing_pictures(classifier)):
        chosen = (*chosen, "epoch")
    found, shown = gathered(classifier, samples, learned, views=views, skip=skip)
    facts = replace(
        found,
        file=None if file is None else os.fspath(file),
        chosen=tuple(name for name in _CHOSEN if name in chosen),
        seconds={**_of_trials(comparison, folds), **found.seconds},
        comparison=None if comparison is None else comparison.to_dict(),
        folds=None if folds is None else folds.to_dict(),
    )
    page = page_of(facts, shown, _plots(facts, path, comparison), preparation_of(classifier))
    # Not report.json: that may be the user's own, such as what --json prints.
    for file_of, text in ((path.with_name(f"{path.stem}-facts.json"), facts.to_json()), (path, page)):
        with atomic_file(file_of, setting=None) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return facts.report


def check_report() -> None:
    """Raise what ``write_report`` would raise only after all answers are there.

    Raises:
        MissingDependencyError: jinja2, Matplotlib or scikit-learn is not installed.
    """
    check_scikit_learn()
    check_matplotlib("Reports need")
    check_jinja()


def _of_trials(comparison: "Comparison | None", folds: "CrossValidation | None") -> dict[str, float]:
    """Seconds that went into what came before the training."""
    seconds = {}
    if comparison is not None:
        seconds["comparison"] = sum((row.features or 0) + (row.training or 0) for row in comparison.contenders)
    if folds is not None:
        seconds["cross-validation"] = sum(folds.seconds.values())
    return seconds


def _plots(facts: Facts, path: Path, comparison: "Comparison | None") -> Mapping[str, bytes]:
    """Draw the plots beside the page; the contents of their files, by what they show."""
    ways: dict[str, Callable[[Path], None]] = {
        "confusion": partial(draw_confusion, facts.report.confusion, facts.report.classes),
        "calibration": partial(draw_reliability, facts.reliability),
    }
    if facts.history.get("loss"):
        ways["curves"] = partial(draw_curves, facts.history, fine_tuning_from=facts.tuned_from)
    if comparison is not None:
        ways["comparison"] = comparison.draw
    files = {name: path.with_name(f"{path.stem}-{name}.png") for name in ways}
    for name, draw in ways.items():
        draw(files[name])
    return {name: file.read_bytes() for name, file in files.items()}
