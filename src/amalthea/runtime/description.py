"""What a file says of the network in it: JSON in the metadata of its graph, under "amalthea"."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..catalog import ScalingSteps
from ..errors import ModelFileError
from ..images import Preparation
from .graph import StoredLayers
from .prediction import Structure
from .recognition import check_threshold
from .self_test import PRECISIONS, SelfTest

FORMAT = 3
"""Raised whenever an older version of this library could not read what a newer one writes."""

_WITHOUT_THRESHOLD = 2  # an older version would not heed one, and name a class for every picture

FILE_PRECISIONS = ("float32", "int8")
"""Of the numbers in a file."""

KEY = "amalthea"
"""Under which an ONNX file describes its network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """All that is known of a network beside its graph.

    Attributes:
        inputs: their names, by which a dictionary may give them; empty in files of format 1, which name them as the
            graph does.
        outputs: how they are nested, each as its number; see ``Predictor``.
        classes: their names, in the order of the scores; empty where it returns something else.
        wordnet_ids: those of ImageNet's classes; empty for others.
        output: "softmax" for a score a class, "sigmoid" for one that says how probable the second of two classes is;
            None without classes.
        preparation: how pictures become what the graph takes: it is uint8 RGB, of this size, and scaled in the graph;
            None where the graph takes what the model took.
        provenance: where the network comes from: the catalogue's ``variant``, SHA-256 of the model's ``weights``, the
            ``precision`` of the file, ``versions``, the ``date`` in UTC, and what int8 costs.
        self_test: None in files of format 1.
        layers: where the graph holds what they return; empty in older files.
        threshold: how probable the best class of a picture must be to be its answer; None: it is in any case.
    """

    inputs: tuple[str, ...] = ()
    outputs: Structure = 0
    classes: tuple[str, ...] = ()
    wordnet_ids: tuple[str, ...] = ()
    output: str | None = None
    preparation: Preparation | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    self_test: SelfTest | None = None
    layers: StoredLayers = field(default_factory=dict)
    threshold: float | None = None

    @property
    def precision(self) -> str:
        """Of the numbers in the file: "float32" or "int8"."""
        return str(self.provenance.get("precision", "float32"))

    def to_json(self) -> str:
        """The text that ``description_in`` reads."""
        facts = {"format": FORMAT, **asdict(self)}
        if self.threshold is None:
            facts["format"] = _WITHOUT_THRESHOLD
            del facts["threshold"]
        return json.dumps(facts, default=int)  # sizes may be integers of NumPy


def description_in(text: str, file: Path) -> Description:
    """The description in the metadata of a file.

    Args:
        text: JSON.
        file: for messages.

    Raises:
        ModelFileError: it was written by a later version, or makes no sense.
    """
    try:
        fields = json.loads(text)
        written = int(fields["format"])
        described = _READERS[written](fields) if written in _READERS else None
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as problem:
        raise ModelFileError(f"{file} describes its network in a way that makes no sense. Save it again.") from problem
    if described is None:
        raise ModelFileError(
            f"{file} has format {written}; amalthea {__version__} reads formats up to {FORMAT}. Update it: "
            "pip install --upgrade amalthea"
        )
    return described


def _of_format_1(fields: dict[str, Any]) -> Description:
    """Written before the first release: classifiers only, without a self-test."""
    return Description(
        classes=tuple(map(str, fields["classes"])),
        output=str(fields["output"]),
        preparation=_preparation(fields),
        provenance={"variant": fields["variant"], "versions": fields["versions"]},
    )


def _of_format_2(fields: dict[str, Any]) -> Description:
    prepared, tested = fields["preparation"], fields["self_test"]
    described = Description(
        inputs=_names(fields["inputs"]),
        outputs=fields["outputs"],
        classes=_names(fields["classes"]),
        wordnet_ids=_names(fields["wordnet_ids"]),
        output=fields["output"],
        preparation=None if prepared is None else _preparation(prepared),
        provenance=dict(fields["provenance"]),
        self_test=SelfTest(
            seed=int(tested["seed"]),
            shapes=tuple(tuple(map(int, shape)) for shape in tested["shapes"]),
            answers=tuple(tuple(map(float, answer)) for answer in tested["answers"]),
            tolerance={name: float(tested["tolerance"][name]) for name in PRECISIONS},
        ),
        layers={
            str(layer): (str(tensor), tuple(map(int, axes)))
            for layer, (tensor, axes) in fields.get("layers", {}).items()  # which format 2 did not always have
        },
    )
    _check(described)
    return described


def _of_format_3(fields: dict[str, Any]) -> Description:
    threshold = fields["threshold"]
    check_threshold(threshold)  # raises a ValueError, too
    return replace(_of_format_2(fields), threshold=None if threshold is None else float(threshold))


def _check(described: Description) -> None:
    """Refuse what would fail only later, whoever wrote it.

    Raises:
        TypeError, ValueError: it makes no sense.
    """
    if len(described.wordnet_ids) not in (0, len(described.classes)):
        raise ValueError("a class has no WordNet id")
    if described.precision not in FILE_PRECISIONS:
        raise ValueError("no such precision")
    if any(number < 0 for number in numbers_in(described.outputs)):
        raise ValueError("outputs are counted from 0")


def numbers_in(outputs: Any) -> Iterator[int]:
    """The numbers of the outputs in a structure.

    Raises:
        TypeError: it is none.
    """
    if isinstance(outputs, dict | list | tuple):
        for part in outputs.values() if isinstance(outputs, dict) else outputs:
            yield from numbers_in(part)
    elif isinstance(outputs, int) and not isinstance(outputs, bool):
        yield outputs
    else:
        raise TypeError(f"{outputs!r} is no number of an output")


def _names(found: Any) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise TypeError(f"{found!r} is no list of names")
    return tuple(map(str, found))


def _preparation(fields: dict[str, Any]) -> Preparation:
    """JSON has lists, not tuples."""
    rows, columns = fields["size"]
    return Preparation(
        size=(rows, columns), scaling=_steps(**fields["scaling"]), interpolation=str(fields["interpolation"])
    )


def _steps(mean: Any, deviation: Any, **others: Any) -> ScalingSteps:
    return ScalingSteps(mean=tuple(mean), deviation=tuple(deviation), **others)


_READERS = {1: _of_format_1, 2: _of_format_2, FORMAT: _of_format_3}
