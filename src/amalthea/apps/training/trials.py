"""What ``amalthea train`` tries before the training that counts: networks, learning rates, folds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from .course import Photographs
from .request import Request

if TYPE_CHECKING:
    from ...transfer import Comparison, CrossValidation, ImageClassifier, LearningRates


@dataclass(kw_only=True)
class Trials:
    """What was tried; None is what was not."""

    comparison: "Comparison | None" = None
    rates: "LearningRates | None" = None
    folds: "CrossValidation | None" = None

    def failed(self) -> list[str]:
        """What became of each network to compare that could not be trained: its name and why."""
        rows = self.comparison.contenders if self.comparison else ()
        return [f"{row.name}: {row.error}" for row in rows if row.error]


def tried(
    request: Request,
    earlier: "ImageClassifier | None",
    pictures: Photographs,
    held_back: Photographs | None,
    *,
    resume: bool,
    quiet: bool,
) -> "tuple[ImageClassifier, Trials]":
    """The classifier that the trials lead to: not trained yet, unless it is the ensemble of the folds.

    Args:
        request: says what to try.
        earlier: the classifier of an earlier run, if one is trained on.
        pictures: to train on.
        held_back: to validate with.
        resume: whether networks and folds go on from where an earlier run of the same command was killed.
        quiet: whether the tables are printed later, as JSON.

    Raises:
        ArgumentError: one of the networks to compare has no layers to fine-tune as planned.
    """
    from ... import transfer

    trials, choosing, plan, chosen = Trials(), request.choosing, request.plan, {}
    tell = _unsaid if quiet else click.echo
    if choosing.networks:
        for name in choosing.networks if plan.layers else ():  # any of them may be the best
            transfer.check_fine_tuning(request.contender(name), **plan.tuned)
        trials.comparison = transfer.compare(
            choosing.networks, *pictures, validation=held_back, resume=resume, **request.training_parameters
        )
        tell(f"{trials.comparison}\n")
        best = trials.comparison.best
        chosen = {"model": best.model, "alpha": best.alpha}
    classifier = earlier or request.classifier(**chosen)
    if choosing.rate:
        trials.rates = classifier.lr_find(*pictures)
        classifier.set_params(learning_rate=trials.rates.suggestion)
        tell(f"Learning rate: {trials.rates.suggestion:.2g}\n")
    if choosing.folds:
        tuned = {**plan.tuning_arguments, "schedule": classifier.schedule} if plan.tuning else None
        trials.folds = transfer.cross_validate(classifier, *pictures, k=choosing.folds, fine_tune=tuned, resume=resume)
        tell(f"{trials.folds}\n")
    if trials.folds and choosing.ensemble:
        classifier = trials.folds.ensemble()
    return classifier, trials


def _unsaid(*_: Any) -> None:
    """Say nothing."""
