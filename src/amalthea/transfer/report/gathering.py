"""Everything that is known of a classifier, from all that it can be asked."""

import time
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from ...errors import ArgumentError
from ..calibration import reliability
from ..classifier.labelled import Samples
from ..evaluation import evaluate
from ..training.watching import kept_epoch
from .facts import Facts
from .judging import Classifier, answers_of, name_of, names_of
from .mistakes import Gallery, gallery
from .origins import changed_settings, interval, machine, settings_of, versions
from .portions import looked_at


def gathered(
    classifier: Classifier, samples: Samples, learned: Sequence[Samples], *, views: int, skip: bool
) -> tuple[Facts, Gallery]:
    """Judge a classifier, and look at all pictures.

    Args:
        classifier: fitted, or opened from a file.
        samples: to judge it by.
        learned: those that it learned from, in one training after another; none where they are not known.
        views: of each picture, whose answers are averaged.
        skip: whether those to judge by that are no usable pictures are left out.

    Raises:
        ArgumentError: none of them is usable, or they do not fit.
        ImageError, MissingFileError: one is not, and is not to be left out.
    """
    start = time.perf_counter()
    portions = looked_at(samples, learned, skip=skip)
    usable = portions.usable
    if not len(usable.labels):
        raise ArgumentError("None of the pictures to judge by can be read.")
    answers, skipped = answers_of(classifier, usable, views), len(samples.labels) - len(usable.labels)
    threshold = classifier.threshold or None
    shown, history = gallery(classifier, usable, answers), getattr(classifier, "history_", {})
    facts = Facts(
        network=name_of(classifier),
        written=datetime.now().astimezone(),
        report=evaluate(usable.labels, answers, names_of(classifier), skipped=skipped, threshold=threshold),
        interval=interval(int(np.sum(answers.argmax(axis=1) == usable.labels)), len(usable.labels)),
        reliability=reliability(usable.labels, answers),
        temperature=getattr(classifier, "temperature_", 1.0),
        views=views,
        mistakes=tuple(pictured.mistake for pictured in shown.pictured),
        judging=portions.judging,
        learning=portions.learning,
        common=portions.common,
        twins=portions.twins,
        by_looks=portions.by_looks,
        history=history,
        tuned_from=getattr(classifier, "tuned_from_", None),
        kept=kept_epoch(history) if history.get("loss") else None,
        seconds={**getattr(classifier, "times_", {}), "this report": time.perf_counter() - start},
        settings=settings_of(classifier),
        changed=changed_settings(classifier),
        versions=versions(),
        machine=machine(classifier),
    )
    return facts, shown
