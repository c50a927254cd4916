"""What the options of ``amalthea train`` ask for; all that is wrong in them is said before Keras is imported."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..augmentation_options import PARAMETERS
from ..networks import check_model, is_trained_on
from .course import Plan
from .options import BUILDING

if TYPE_CHECKING:
    from ...transfer import ImageClassifier

_OF_ONE_NETWORK = ("model", "alpha", "weights", "features")


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """What is tried before the training that counts.

    Attributes:
        networks: to compare, of which the best is taken; none: the model is given.
        folds: of a cross-validation; None: there is none.
        ensemble: whether the classifiers of the folds together are what is written.
        rate: whether the head's learning rate is looked for.
    """

    networks: tuple[str, ...]
    folds: int | None
    ensemble: bool
    rate: bool


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What happens to a trained classifier's answers.

    Attributes:
        calibrate: whether its probabilities are made as often right as they say.
        threshold: below which it answers none of the classes; "auto" looks for one; None: it always answers.
    """

    calibrate: bool
    threshold: float | str | None

    def options(self) -> list[str]:
        """The options of the command line that ask for it."""
        options = ["--calibrate"] if self.calibrate else []
        return options + ([] if self.threshold is None else ["--threshold", str(self.threshold)])


@dataclass(frozen=True, kw_only=True)
class Request:
    """A run of ``amalthea train``.

    Attributes:
        model: a name of the catalogue, or a file of an earlier run.
        parameters: of the classifier, by their names, all of them.
        augmentation: parameters of its augmentation that are given.
        plan: of the training.
        choosing: comes before it.
        answers: come after it.
    """

    model: str
    parameters: dict[str, Any]
    augmentation: dict[str, Any]
    plan: Plan
    choosing: Choosing
    answers: Answers

    @property
    def training_parameters(self) -> dict[str, Any]:
        """Parameters of a new classifier, but for those that name its network."""
        from ...images import TUTORIAL

        parameters = {name: value for name, value in self.parameters.items() if name not in _OF_ONE_NETWORK}
        if parameters["augment"] is not None and self.augmentation:
            parameters["augmentation"] = replace(TUTORIAL, **self.augmentation)
        return parameters

    @property
    def remaining(self) -> Plan:
        """What is to be trained after the choosing: nothing more where that ends with an ensemble."""
        return replace(self.plan, head=0, tuning=0) if self.choosing.ensemble else self.plan

    def classifier(self, **chosen: Any) -> "ImageClassifier":
        """A new one, or that of an earlier run, which has been trained already and keeps what nobody changes now.

        Args:
            chosen: parameters that take the place of those given.
        """
        from ...transfer import ImageClassifier

        if is_trained_on(self.model):
            given = {name: value for name, value in self.parameters.items() if _given(name) and name != "epochs"}
            classifier = ImageClassifier.load(self.model).set_params(**given)
        else:
            classifier = ImageClassifier(**{"model": self.model, **self.parameters, **chosen})
        return _augmented(classifier, self.augmentation)

    def contender(self, name: str) -> "ImageClassifier":
        """A new classifier of one of the networks to compare."""
        network, _, alpha = name.partition(":")
        return self.classifier(model=network, alpha=_width(alpha, name))


def requested(options: dict[str, Any]) -> Request:
    """What the options of this call say.

    Args:
        options: by the names of their parameters.

    Raises:
        click.UsageError: options that do not go together.
        UnknownModelError, MissingFileError: there is no such network or file.
    """
    from ... import transfer

    options = dict(options)
    validation, split = options.pop("validation"), options.pop("split")
    validated = bool(validation or split)
    model = options.pop("model")
    if _given("resume") and replaces_its_model():
        raise click.UsageError(
            f"--resume: --out replaces {model}, which may hold a later state by now than the training began with. Give "
            "another --out."
        )
    if options["early_stopping"] and not validated:
        raise click.UsageError("--patience needs pictures to validate with: --validation, or --split above 0.")
    choosing = _choosing(options, model)
    if choosing.networks and not validated:
        raise click.UsageError("--compare needs pictures to validate with: --validation, or --split above 0.")
    if not choosing.networks:
        check_model(model, options["alpha"], options["weights"])
    answers = _answers(options, validated)
    if choosing.ensemble and answers.calibrate:
        raise click.UsageError("--calibrate divides the scores of one classifier; --ensemble is the mean of several.")
    transfer.check_distribution(options["distribution"])
    plan = _plan(options, model)
    augmentation = _augmentation(options, model)
    if is_trained_on(model) and (refused := [name for name in BUILDING if _given(name)]):
        raise click.UsageError(
            f"{_flags(refused)}: {model} is built and trained already. It is trained on as --epochs and --fine-tune "
            "say."
        )
    return Request(
        model=model, parameters=options, augmentation=augmentation, plan=plan, choosing=choosing, answers=answers
    )


def replaces_its_model() -> bool:
    """Whether the file to write is the one that is trained on."""
    given = click.get_current_context().params
    return is_trained_on(given["model"]) and Path(given["model"]).resolve() == given["out"].resolve()


def _choosing(options: dict[str, Any], model: str) -> Choosing:
    """What is tried before; takes out of the options what says nothing else."""
    networks, folds, ensemble = (options.pop(name) for name in ("compare", "kfold", "ensemble"))
    rate = options["learning_rate"] == "auto"
    if rate:
        del options["learning_rate"]
    if ensemble and _given("curves"):
        raise click.UsageError("--curves: the mean of several classifiers, which --ensemble writes, has no history.")
    if networks and (refused := [name for name in _OF_ONE_NETWORK if _given(name)]):
        raise click.UsageError(f"{_flags(refused)}: with --compare, the networks are those that it names.")
    if folds and is_trained_on(model):
        raise click.UsageError(f"--kfold trains new heads, each judged by pictures it never saw; {model} has its head.")
    if ensemble and not folds:
        raise click.UsageError("--ensemble is the mean of the classifiers of --kfold: give it, too.")
    for name in networks:
        network, _, alpha = name.partition(":")
        check_model(network, _width(alpha, name), "imagenet")
    return Choosing(networks=networks, folds=folds, ensemble=ensemble, rate=rate)


def _width(alpha: str, name: str) -> float | None:
    try:
        return float(alpha) if alpha else None
    except ValueError:
        raise click.UsageError(f"--compare: {name!r} is no name and width, such as MobileNet:0.25.") from None


def _answers(options: dict[str, Any], validated: bool) -> Answers:
    """What happens to the answers; takes out of the options what says so."""
    found = Answers(calibrate=options.pop("calibrate"), threshold=options.pop("threshold"))
    if (found.calibrate or found.threshold == "auto") and not validated:
        flag = "--calibrate" if found.calibrate else "--threshold auto"
        raise click.UsageError(f"{flag} needs pictures to validate with: --validation, or --split above 0.")
    return found


def _plan(options: dict[str, Any], model: str) -> Plan:
    """What is to be trained; takes out of the options what says nothing else."""
    layers, tuning, rate = (options.pop(f"fine_tune{name}") for name in ("", "_epochs", "_learning_rate"))
    gradual = options.pop("gradual")
    # A file of an earlier run has a head that is trained, and is fine-tuned unless more of that is asked for.
    head = options["epochs"] if not is_trained_on(model) or _given("epochs") else 0
    tunes = bool(layers) or not head
    belonging = ("fine_tune_epochs", "fine_tune_learning_rate", "gradual")
    if not tunes and (given := [name for name in belonging if _given(name)]):
        raise click.UsageError(f"{_flags(given)}: belongs to --fine-tune: give it, too.")
    if gradual and not layers:
        raise click.UsageError("--gradual: --fine-tune says up to which block.")
    return Plan(head=head, tuning=tuning if tunes else 0, layers=layers, rate=rate, gradual=gradual)


def _augmentation(options: dict[str, Any], model: str) -> dict[str, Any]:
    """How pictures are augmented, as far as it is given; takes all that says so out of the options."""
    values = {name: options.pop(name) for name in PARAMETERS}
    given = {name: value for name, value in values.items() if _given(name)}
    if given and options["augment"] is None:
        raise click.UsageError(f"{_flags(given)}: belongs to --augment live or --augment K: give it, too.")
    if not is_trained_on(model):  # a file of an earlier run says the rest, without which nothing is wrong
        from ...images import TUTORIAL

        replace(TUTORIAL, **given)  # refuses what cannot be
    return given


def _augmented(classifier: "ImageClassifier", changes: dict[str, Any]) -> "ImageClassifier":
    """The classifier, with these changes in how it augments its pictures."""
    from ...images import TUTORIAL

    if classifier.augment is None:  # one of an earlier run may still have what says how
        classifier.augmentation = None
    elif changes:
        if changes.get("fill_mode", "constant") != "constant":
            changes = {"fill_value": 0.0, **changes}  # that of an earlier run is of no use any more
        classifier.augmentation = replace(classifier.augmentation or TUTORIAL, **changes)
    return classifier


def _given(name: str) -> bool:
    """Whether an option stands on the command line."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def _flags(names: Any) -> str:
    """How options are spelled."""
    spelled = {param.name: param.opts[0] for param in click.get_current_context().command.params}
    return ", ".join(spelled[name] for name in names)
