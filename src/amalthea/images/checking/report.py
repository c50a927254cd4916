"""What was found in a folder of pictures, to read and for programs."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from .findings import Duplicates, Finding, Kind
from .text import as_text


@dataclass(frozen=True, kw_only=True)
class ImagesReport:
    """What was found in a folder of pictures. As text it is a table of the classes, and lists.

    Attributes:
        pictures: how many there are to train on and to validate with: those that can be read, and where there are
            classes, stand in one.
        classes: names, those of both folders, sorted; none where pictures stand in no sub-folders.
        training: number of these pictures of each class.
        validation: the same of the folder to validate with; None if there is none.
        findings: about single pictures.
        duplicates: pictures whose files are equal byte for byte.
        near_duplicates: pictures that look the same though their files differ; None if they were not searched for.
    """

    pictures: int
    classes: tuple[str, ...]
    training: tuple[int, ...]
    validation: tuple[int, ...] | None
    findings: tuple[Finding, ...]
    duplicates: tuple[Duplicates, ...]
    near_duplicates: tuple[Duplicates, ...] | None

    @property
    def sound(self) -> bool:
        """Whether training can go through, and its result be believed.

        It is not sound that a picture cannot be read, that the same file is in both folders or in two classes, that a
        folder has no picture of a class, or that there is a single class. Pictures that only look the same are no
        proof, and do not count.
        """
        return not (
            self.empty
            or len(self.classes) == 1
            or any(finding.kind == Kind.UNREADABLE for finding in self.findings)
            or any(group.leaking or len(group.classes) > 1 for group in self.duplicates)
        )

    @property
    def empty(self) -> tuple[str, ...]:
        """Classes of which there is no picture to train on, or, where there is such a folder, to validate with."""
        least = map(min, self.training, self.validation or self.training)
        return tuple(name for name, count in zip(self.classes, least, strict=True) if not count)

    @property
    def imbalance(self) -> float:
        """How many times as many pictures to train on the largest class has as the smallest; empty ones left out."""
        counts = [count for count in self.training if count]
        return max(counts) / min(counts) if counts else 1.0

    def __str__(self) -> str:
        return as_text(self)

    def to_json(self) -> str:
        """All of it as a JSON object."""
        rows = zip(self.classes, self.training, self.validation or [None] * len(self.classes), strict=True)
        facts = {
            "sound": self.sound,
            "pictures": self.pictures,
            "classes": [dict(zip(("class", "training", "validation"), row, strict=True)) for row in rows],
            "imbalance": self.imbalance,
            "findings": [{"kind": kind, "path": str(path), "note": note} for kind, path, note in self.findings],
            "duplicates": _objects(self.duplicates),
            "near_duplicates": None if self.near_duplicates is None else _objects(self.near_duplicates),
        }
        return json.dumps(facts, indent=2)


def _objects(groups: Iterable[Duplicates]) -> list[dict[str, object]]:
    return [
        {"paths": [str(path) for path in group.paths], "classes": group.classes, "leaking": group.leaking}
        for group in groups
    ]
