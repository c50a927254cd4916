"""Which network to take for one's pictures and one's processor: several side by side."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from logging import getLogger
from typing import Any

import numpy as np

from ...errors import ArgumentError, ImageError, MissingDependencyError, MissingFileError
from ...runtime import processor_name
from ..classifier.image_classifier import ImageClassifier
from ..classifier.labelled import Samples, training_samples, with_validation
from ..tables import aligned
from .charts import draw_contenders
from .contenders import Contender, contenders_of
from .folds import check_folds
from .reasons import told
from .trials import fitted_to_all, trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Networks that learned the same pictures, the most accurate first. As text it is a table.

    Attributes:
        contenders: sorted by accuracy; of equal ones, the faster first. Those that failed come last.
        best: a fitted classifier of the first. Where accuracies are of folds, it was fitted to all pictures afterwards.
        processor: of the machine.
    """

    contenders: tuple[Contender, ...]
    best: ImageClassifier
    processor: str

    def __str__(self) -> str:
        titles = ("model", "accuracy", "ms for one", "pictures/s", "MB", "weights", "s for features", "s to train")
        table = aligned([titles, *map(_cells, self.contenders)])
        failed = [_failure(each) for each in self.contenders if each.error]
        return "\n".join([*table, *(["", *failed] if failed else [])])

    def to_json(self) -> str:
        """As ``to_dict``, a JSON object in ASCII."""
        return json.dumps(self.to_dict(), indent=2)

    def to_dict(self) -> dict[str, Any]:
        """All but the classifier as plain values; None for what is not known."""
        return {
            "processor": self.processor,
            "cores": os.cpu_count(),
            "best": self.contenders[0].name,
            "models": [asdict(each) for each in self.contenders],
        }

    def draw(self, path: str | os.PathLike[str]) -> None:
        """Draw accuracy against the time for one picture into a PNG file, with circles as large as the networks.

        Args:
            path: ends in ``.png``; the file appears whole or not at all.

        Raises:
            ArgumentError: another suffix.
            StorageError: the file cannot be written.
            MissingDependencyError: Matplotlib is not installed.
        """
        draw_contenders([each for each in self.contenders if not each.error], path, title=self.processor)


def compare(
    models: Iterable[Any],
    X: Any,
    y: Any = None,
    *,
    validation: Any = 0.2,
    k: int | None = None,
    resume: bool = False,
    **parameters: Any,
) -> Comparison:
    """Train several networks on the same pictures, and measure how accurate, how fast and how large each is.

    Each picture crosses each network once. All get the same pictures to learn from and the same to be judged by. What
    goes wrong with one network is told in its row, and the others go on.

    Args:
        models: names of the catalogue, with a width after a colon where that is wanted (``"MobileNet:0.25"``); models
            of Keras; dictionaries of parameters of ``ImageClassifier``; or classifiers, which stay as they are.
        X: as for ``ImageClassifier.fit``.
        y: as there.
        validation: as there: a folder, (pictures, labels), or a fraction of each class.
        k: number of folds of a cross-validation to judge by instead; None makes none.
        resume: go on where the same comparison was killed or interrupted: each training as in ``ImageClassifier.fit``.
            Of those that ended, the results are taken; only speeds are measured again, and times are of this process.
        parameters: of ``ImageClassifier``, for all but classifiers, such as ``epochs=10``. What a dictionary says
            counts more.

    Raises:
        ArgumentError: models, parameters, pictures or ``k`` that cannot be used; or every network failed.
        UnknownModelError: the catalogue has no such name.
        TypeError: ``ImageClassifier`` has no such parameter.
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
        MissingDependencyError: Keras runs on OpenVINO, which cannot train.

    Example:
        >>> import numpy
        >>> pictures = numpy.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), numpy.uint8)
        >>> found = compare(["EfficientNetLite0"], pictures, ["cat", "dog"] * 4, validation=0.5, epochs=1)
        >>> found.contenders[0].name, found.best.predict(pictures).shape
        ('EfficientNetLite0', (8,))
    """
    contenders = contenders_of(models, parameters)
    samples = training_samples(X, y)
    parts = _parts(samples, validation, k, parameters.get("seed", 0))
    if all(classifier.on_error == "raise" for classifier in contenders.values()):
        _check_files(*parts)
    rows: list[Contender] = []
    best: tuple[Contender, ImageClassifier] | None = None
    for number, (name, classifier) in enumerate(contenders.items(), start=1):
        getLogger(__package__).info("%s, %d of %d.", name, number, len(contenders))
        try:
            row, fitted = trial(name, classifier, parts, k, resume=resume)
        except (ImageError, MissingDependencyError):
            raise  # it would be the same with all
        except Exception as problem:  # of any type: hours may have gone into the others
            row = Contender(name=name, error=told(problem))
        rows.append(row)
        if not row.error and (best is None or _order(row) < _order(best[0])):
            best = row, fitted
    if best is None:
        raise ArgumentError(f"None of the networks could be trained. {' '.join(map(_failure, rows))}")
    classifier = best[1] if k is None else fitted_to_all(contenders[best[0].name], samples, validation, resume=resume)
    return Comparison(contenders=tuple(sorted(rows, key=_order)), best=classifier, processor=processor_name())


def _parts(samples: Samples, validation: Any, k: int | None, seed: int) -> tuple[Samples, ...]:
    """Pictures to learn from and to judge by, the same for all networks; for folds, all of them."""
    if k is not None:
        check_folds(samples, k, stratified=True, groups=None)
        return (samples,)
    training, held_back = with_validation(samples, validation, seed)
    if held_back is None:
        raise ArgumentError("validation=None: without pictures to judge by, no network is better than another.")
    return training, held_back


def _check_files(*parts: Samples) -> None:
    """Refuse files that are not there at once, not in the row of each network."""
    for samples in parts:
        for path in () if isinstance(samples.pictures, np.ndarray) else samples.pictures:
            if not path.exists():
                raise MissingFileError(f"There is no file {path} (looked for at {path.absolute()}). Check the path.")


def _order(contender: Contender) -> tuple[bool, float, float]:
    return contender.error is not None, -(contender.accuracy or 0), contender.latency or 0


def _cells(contender: Contender) -> tuple[str, ...]:
    if contender.error:
        return (contender.name, *[""] * 7)
    deviation = "" if contender.deviation is None else f" ± {contender.deviation:.3f}"
    latency = 1000 * (contender.latency or 0)
    return (
        contender.name,
        f"{contender.accuracy:.3f}{deviation}",
        f"{latency:.1f}",
        f"{contender.throughput:.0f}",
        f"{contender.megabytes:.1f}",
        f"{contender.parameters:,}",
        f"{contender.features:.1f}",
        f"{contender.training:.1f}",
    )


def _failure(contender: Contender) -> str:
    return f"{contender.name}: {contender.error}"
