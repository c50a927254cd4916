"""What a run of ``amalthea train`` trains, stage by stage, and what is left of it after Ctrl-C."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import isfinite, log
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import ArgumentError

if TYPE_CHECKING:
    from ...images.paths import Paths
    from ...transfer import ImageClassifier

_HOPELESS = 100  # times the loss of guessing; large features and few epochs alone lead to less


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Epochs that are to come.

    Attributes:
        head: of the head.
        tuning: of fine-tuning, after those.
        layers: what trains in it beside the head: a layer, a block or a number of blocks; None: what the classifier,
            which is not new then, has not frozen.
        rate: learning rate of fine-tuning; or two, of its first block and of the head.
        gradual: whether the layers of fine-tuning begin to train one block after another.
    """

    head: int
    tuning: int
    layers: str | None
    rate: float | tuple[float, float]
    gradual: bool = False

    @property
    def tuned(self) -> dict[str, Any]:
        """What trains beside the head, as ``fine_tune`` takes it."""
        if self.layers and self.layers.isdecimal():
            return {"blocks": int(self.layers)}
        return {"from_layer": self.layers}

    @property
    def tuning_arguments(self) -> dict[str, Any]:
        """All that ``fine_tune`` takes of it."""
        return {**self.tuned, "epochs": self.tuning, "learning_rate": self.rate, "gradual": self.gradual}

    def options(self) -> list[str]:
        """The options of the command line that ask for it; none where nothing is to come."""
        options: list[Any] = ["--epochs", self.head] if self.head else []
        if self.tuning:
            options += ["--fine-tune", self.layers] if self.layers else []
            rate = ":".join(map(str, self.rate)) if isinstance(self.rate, tuple) else self.rate
            options += ["--fine-tune-epochs", self.tuning, "--fine-tune-learning-rate", rate]
            options += ["--gradual"] if self.gradual else []
        return list(map(str, options))


class Photographs(NamedTuple):
    """Paths of pictures, and the class of each, as the classifier has it."""

    paths: "Paths"
    classes: list[Any]


class Course:
    """The training of a classifier as planned.

    Args:
        classifier: new, or of an earlier run.
        plan: of its training.
        resume: whether to go on from where an earlier run of the same training was killed.

    Attributes:
        left: what is not done yet.
    """

    def __init__(self, classifier: "ImageClassifier", plan: Plan, *, resume: bool = False) -> None:
        self.classifier, self.left, self._resume = classifier, plan, resume
        self._new = not hasattr(classifier, "model_")

    def run(self, pictures: Photographs, held_back: Photographs | None, out: Path) -> None:
        """Train.

        Args:
            pictures: to train on.
            held_back: to validate with.
            out: where the classifier is saved before fine-tuning.

        Raises:
            ArgumentError: layers that are not there, or a head that diverged.
        """
        if self.left.head and self.left.layers:
            from ...transfer import check_fine_tuning

            check_fine_tuning(self.classifier, **self.left.tuned)
        given: dict[str, Any] = {}
        if not self._new:
            given = {"X": pictures.paths, "y": pictures.classes, "validation": held_back}
        if self.left.head:
            with self._stage("head"):
                if self._new:
                    self.classifier.fit(*pictures, validation=held_back, resume=self._resume)
                    _refuse_divergence(self.classifier.history, len(self.classifier.classes_))
                else:
                    self._go_on_with_the_head(given)
            if self.left.tuning:
                self.classifier.save(out)  # whatever happens from here on
        if self.left.tuning:
            with self._stage("tuning"):
                self.classifier.fine_tune(
                    **self.left.tuning_arguments,
                    schedule=self.classifier.schedule,
                    resume=self._resume,
                    **given,
                )

    def _go_on_with_the_head(self, given: dict[str, Any]) -> None:
        classifier, epochs = self.classifier, self.left.head
        classifier.set_params(epochs=_epochs(classifier) + epochs)
        classifier.fine_tune(
            epochs=epochs,
            learning_rate=classifier.learning_rate,
            optimizer=classifier.optimizer,
            schedule=classifier.schedule,
            resume=self._resume,
            **given,
        )

    @property
    def begun(self) -> bool:
        """Whether the classifier has learned anything yet."""
        return _epochs(self.classifier) > 0

    def kept(self) -> dict[str, Any]:
        """Whose weights the classifier has.

        Returns:
            ``kept_epoch``, counted from 1 through the whole history, 0 for those of before; and ``fine_tuning_kept``,
            whether that is an epoch of fine-tuning, None if there was none.
        """
        from ...transfer import kept_epoch

        kept, before = kept_epoch(self.classifier.history), self.classifier.tuned_from_
        if before is None or before == _epochs(self.classifier):
            return {"kept_epoch": kept, "fine_tuning_kept": None}
        return {"kept_epoch": kept, "fine_tuning_kept": kept > before}

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        """Notes which epochs of a stage Ctrl-C leaves undone, or none."""
        before, planned = _epochs(self.classifier), getattr(self.left, name)
        done = planned
        try:
            yield
        except BaseException:  # of any type: TensorFlow makes an error of its own of Ctrl-C
            done = _epochs(self.classifier) - before
            raise
        finally:
            self.left = replace(self.left, **{name: planned - done})


def _refuse_divergence(history: dict[str, list[float]], classes: int) -> None:
    """Refuse a new head whose weights are of no use, before it is written."""
    from ...transfer import kept_epoch

    last = kept_epoch(history) - 1
    losses = (values[last] for name, values in history.items() if name.endswith("loss"))
    if not all(map(isfinite, losses)) or history["loss"][last] > _HOPELESS * log(classes):
        raise ArgumentError("The head diverged, and nothing was written: give a lower --learning-rate.")


def _epochs(classifier: "ImageClassifier") -> int:
    return len(getattr(classifier, "history_", {}).get("loss", ()))
