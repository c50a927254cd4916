"""What ``amalthea train`` prints and writes, finished or stopped."""

import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .course import Course, Photographs
from .request import Answers, replaces_its_model
from .trials import Trials

if TYPE_CHECKING:
    from ...transfer import Report


_RESUMED = "The same command with --resume goes on as if it had never been stopped. "


@dataclass
class Results:
    """What becomes of a training.

    Attributes:
        out: the classifier.
        curves: a picture of its history.
        page: its report.
        as_json: whether JSON is printed, not tables.
        model: what was asked for, a name or a file.
        folder: of the pictures.
        answers: what was asked of the answers.
        trials: what came before it.
    """

    out: Path
    curves: Path | None
    page: Path | None
    as_json: bool
    model: str
    folder: Path
    answers: Answers
    trials: Trials = field(default_factory=Trials)

    def finish(self, course: Course, pictures: Photographs, held_back: Photographs | None) -> None:
        """Write and print all but the classifier, which is written already."""
        judged = course.classifier.evaluate(*held_back) if held_back else None
        if self.curves and course.begun:
            self._draw(course)
        if self.page:
            self._write_page(course, pictures, held_back)
        if self.as_json:
            self.print_json(course, judged)
        else:
            self._print(course, judged)

    def print_json(self, course: Course, judged: "Report | None") -> None:
        """Print one object."""
        from ...transfer import finite

        classifier, trials = course.classifier, self.trials
        facts = {
            "out": str(self.out),
            "model": classifier.variant_ or None,
            "classes": classifier.classes_.tolist(),
            "history": classifier.history,
            **course.kept(),
            "finished": not course.left.options(),
            "learning_rate": trials.rates.suggestion if trials.rates else None,
            "comparison": _plain(trials.comparison),
            "folds": _plain(trials.folds),
            "temperature": classifier.temperature_,
            "threshold": classifier.threshold,
            "report": str(self.page) if self.page else None,
            "validation": _plain(judged),
        }
        click.echo(json.dumps(finite(facts), indent=2))

    def again(self) -> list[Any]:
        """The options that say how results are shown."""
        options = ["--curves", self.curves] if self.curves else []
        options += ["--report", self.page] if self.page else []
        return options + (["--json"] if self.as_json else [])

    def _draw(self, course: Course) -> None:
        from ...transfer import draw_curves

        assert self.curves
        classifier = course.classifier
        title = f"{classifier.variant_ or self.model}, {self.folder}"  # of several networks, the one that was taken
        draw_curves(classifier.history, self.curves, title=title, fine_tuning_from=classifier.tuned_from_)

    def _write_page(self, course: Course, pictures: Photographs, held_back: Photographs | None) -> None:
        from ...transfer import write_report

        assert self.page
        judged, training = (held_back, pictures) if held_back else (pictures, None)
        write_report(
            course.classifier,
            *judged,
            path=self.page,
            training=training,
            file=self.out,
            comparison=self.trials.comparison,
            folds=self.trials.folds,
            chosen=self._chosen(course) if held_back else (),
        )

    def _chosen(self, course: Course) -> list[str]:
        """What was chosen by the pictures that are judged."""
        chosen = {
            "temperature": self.answers.calibrate,
            "threshold": self.answers.threshold == "auto",
            "epoch": "kept" in course.classifier.history,
        }
        return [name for name, is_so in chosen.items() if is_so]

    def _print(self, course: Course, judged: "Report | None") -> None:
        if judged:
            click.echo(f"{judged}\n")
        if course.begun:
            kept, epochs = course.kept(), len(course.classifier.history["loss"])
            if kept["fine_tuning_kept"] is False:
                click.echo("Fine-tuning was discarded: none of its epochs was better than what was learned before.")
            elif kept["kept_epoch"] != epochs:
                click.echo(f"Kept: epoch {kept['kept_epoch']} of {epochs}, the best one.")
        if course.classifier.threshold is not None:
            click.echo(f"Answers of a probability below {course.classifier.threshold:.3f} are none of the classes.")
        for path in filter(None, (self.out, self.page)):
            click.echo(f"Written: {path}")


def keep(course: Course | None, results: Results, pictures: list[Any]) -> None:
    """Write what is there after Ctrl-C, and say how to go on with the same pictures.

    Args:
        course: the training; None: it was stopped in what comes before.
        results: where all goes.
        pictures: the words of the command line that name them.
    """
    out = results.out
    resumable = not replaces_its_model()  # else it is another training from here on
    if course is None:
        again = "The same command with --resume" if resumable else "The same command"
        click.echo(f"Stopped before the training for {out} began. {again} goes on with what is kept.", err=True)
        return
    left = course.left.options()
    if left and not course.begun:
        click.echo("Stopped before an epoch ended. The same command goes on with the features that are kept.", err=True)
        return
    course.classifier.save(out)
    resumed = _RESUMED if resumable else ""
    if not left:
        way = "Nothing was left to train."
    elif out.suffix == ".keras":
        rest = [*left, *results.answers.options(), *results.again()]
        command = ["amalthea", "train", *pictures, "--model", out, *rest, "--out", out]
        way = f"{resumed}To train it on as it is: {shlex.join(map(str, command))}"
    else:
        way = resumed.rstrip()
    click.echo(f"Stopped. {out} holds what {_teachers(course)} taught it. {way}", err=True)
    if results.as_json:
        results.print_json(course, None)


def _teachers(course: Course) -> str:
    """What a classifier has been taught by: epochs, or for an ensemble, which has none of its own, its folds."""
    if not course.begun:
        return "the folds"
    epochs = len(course.classifier.history["loss"])
    return "the first epoch" if epochs == 1 else f"the {epochs} epochs"


def _plain(found: Any) -> Any:
    """What knows itself as plain values; None for None."""
    return None if found is None else found.to_dict()
