"""All facts of a report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ..calibration import Reliability
from ..classifier.saving import finite
from ..evaluation import Report
from .mistakes import Mistake
from .portions import Portion, Twins


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a classifier.

    Attributes:
        network: its name.
        written: when.
        report: how good it is.
        interval: between which its accuracy on very many such pictures lies, with a probability of 0.95.
        reliability: whether its probabilities can be believed.
        temperature: by which its scores were divided for that.
        views: of each picture, whose answers were averaged.
        mistakes: the worst ones.
        judging: the pictures that it was judged by.
        learning: those that it learned from; None where they are not known.
        common: how many pictures are both.
        twins: pictures of the two that look the same; None where they were not searched for.
        by_looks: whether that means that they look so; else that their files are equal.
        history: losses and accuracies after each epoch; empty where it is not known.
        tuned_from: number of epochs before more than the head was trained; None: it never was.
        kept: number of the epoch whose weights it has, counted from 1; None where there is no history.
        seconds: spent on each stage.
        settings: of the classifier, as Python writes them.
        changed: names of those that are not what they are by default.
        versions: of what computed.
        machine: on which.
        file: in which the classifier is; None where that is not told.
        chosen: what was chosen with the pictures that judge, such as ``"threshold"``.
        comparison: what ``Comparison.to_dict`` tells; None where there was none.
        folds: what ``CrossValidation.to_dict`` tells; likewise.
    """

    network: str
    written: datetime
    report: Report
    interval: tuple[float, float]
    reliability: Reliability
    temperature: float
    views: int
    mistakes: tuple[Mistake, ...]
    judging: Portion
    learning: Portion | None
    common: int
    twins: tuple[Twins, ...] | None
    by_looks: bool
    history: Mapping[str, Sequence[float]]
    tuned_from: int | None
    kept: int | None
    seconds: Mapping[str, float]
    settings: Mapping[str, str]
    changed: Sequence[str]
    versions: Mapping[str, str]
    machine: Mapping[str, Any]
    file: str | None = None
    chosen: tuple[str, ...] = ()
    comparison: Mapping[str, Any] | None = None
    folds: Mapping[str, Any] | None = None

    def to_json(self) -> str:
        """All of it as a JSON object, in ASCII, which holds names that no encoding knows."""
        content = asdict(self) | {
            "written": self.written.isoformat(timespec="seconds"),
            "report": self.report.to_dict(),
        }
        return json.dumps(finite(content), indent=2)
