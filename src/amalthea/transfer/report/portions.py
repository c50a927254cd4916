"""The pictures that a classifier learned from and is judged by: how many, how large, and which look the same."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...images import Survey, survey
from ..classifier.labelled import Samples


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Some of the pictures.

    Attributes:
        counts: of the usable ones of each class.
        sizes: width and height in pixels of the one with the fewest pixels, of the median one and of the largest;
            none where there is no usable picture.
        unreadable: files that are no usable pictures.
    """

    counts: tuple[int, ...]
    sizes: tuple[tuple[int, int], ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Pictures that look the same, some of which were learned from while others judge.

    Attributes:
        learned: paths of the first.
        judging: paths of the others.
        classes: names of those that they are in; of several, one at most is right.
    """

    learned: tuple[str, ...]
    judging: tuple[str, ...]
    classes: tuple[str, ...]


class Portions(NamedTuple):
    """What is known of all pictures.

    Attributes:
        usable: those to judge by that can be read.
        judging: about all of those.
        learning: about the others; None where they are not known.
        common: how many of those to judge by were learned from, too.
        twins: pictures that look the same; None where they were not searched for.
        by_looks: whether that means that they look so; else that their files are equal.
    """

    usable: Samples
    judging: Portion
    learning: Portion | None
    common: int
    twins: tuple[Twins, ...] | None
    by_looks: bool


def looked_at(samples: Samples, learned: Samples | None, *, skip: bool) -> Portions:
    """Look at all pictures, each of which is decoded once.

    Args:
        samples: to judge by.
        learned: from which the classifier learned; None where they are not known.
        skip: whether those to judge by that cannot be read are left out.

    Raises:
        ImageError, MissingFileError: one of them cannot be read, and is not to be left out.
    """
    ours, theirs = _paths(samples), _paths(learned)
    found = survey([*ours, *theirs])
    broken = {place: problem for place, problem in found.errors.items() if place < len(ours)}
    if broken and not skip:
        raise broken[min(broken)]
    usable = [place for place in range(len(samples.labels)) if place not in broken]
    known = set(map(os.path.abspath, theirs))
    copies = {place for place, path in enumerate(ours) if os.path.abspath(path) in known}
    same_array = learned is not None and learned.pictures is samples.pictures
    return Portions(
        usable=samples.take(np.array(usable, np.int64)),
        judging=_portion(samples, found, 0),
        learning=None if learned is None else _portion(learned, found, len(ours)),
        common=len(samples.labels) if same_array else len(copies),
        twins=_twins(samples, learned, found, copies) if ours and theirs and learned else None,
        by_looks=found.by_looks,
    )


def _paths(samples: Samples | None) -> Sequence[Path]:
    """None of pictures in memory."""
    return [] if samples is None or isinstance(samples.pictures, np.ndarray) else samples.pictures


def _portion(samples: Samples, found: Survey, start: int) -> Portion:
    """About samples, whose first picture is at a place of a survey, unless they are in memory."""
    total = len(samples.labels)
    if isinstance(samples.pictures, np.ndarray):
        sizes, usable = [samples.pictures.shape[1:3]] * total, list(range(total))
    else:
        usable = [place for place in range(total) if start + place not in found.errors]
        sizes = [size for size in found.sizes[start : start + total] if size is not None]
    return Portion(
        counts=tuple(np.bincount(samples.labels[usable], minlength=len(samples.classes)).tolist()),
        sizes=_some_sizes(sizes),
        unreadable=tuple(str(samples.pictures[place]) for place in sorted({*range(total)}.difference(usable))),
    )


def _some_sizes(sizes: Sequence[tuple[int, ...]]) -> tuple[tuple[int, int], ...]:
    if not sizes:
        return ()
    ordered = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    return tuple((size[1], size[0]) for size in (ordered[0], ordered[len(ordered) // 2], ordered[-1]))


def _twins(samples: Samples, learned: Samples, found: Survey, copies: set[int]) -> tuple[Twins, ...]:
    """Those across the border between the two, but for files that are in both, which are told of otherwise."""
    first = len(samples.labels)
    twins = []
    for group in found.alike:
        judging = [place for place in group if place < first and place not in copies]
        others = [place - first for place in group if place >= first]
        if judging and others:
            labels = {int(samples.labels[place]) for place in judging} | {
                int(learned.labels[place]) for place in others
            }
            twins.append(
                Twins(
                    learned=tuple(str(learned.pictures[place]) for place in others),
                    judging=tuple(str(samples.pictures[place]) for place in judging),
                    classes=tuple(str(samples.classes[label]) for label in sorted(labels)),
                )
            )
    return tuple(twins)
