"""The pictures that a classifier learned from and is judged by: how many, how large, and which look the same."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
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


def looked_at(samples: Samples, learned: Sequence[Samples], *, skip: bool) -> Portions:
    """Look at all pictures, each of which is decoded once.

    Args:
        samples: to judge by.
        learned: from which the classifier learned, in one training after another; none where they are not known.
        skip: whether those to judge by that cannot be read are left out.

    Raises:
        ImageError, MissingFileError: one of them cannot be read, and is not to be left out.
    """
    learned = _each_once(learned)
    ours, theirs = _paths(samples), list(chain.from_iterable(map(_paths, learned)))
    found = survey([*ours, *theirs])
    broken = {place: problem for place, problem in found.errors.items() if place < len(ours)}
    if broken and not skip:
        raise broken[min(broken)]
    usable = [place for place in range(len(samples.labels)) if place not in broken]
    copies = places_among(samples, learned)
    return Portions(
        usable=samples.take(np.array(usable, np.int64)),
        judging=_portion([samples], found, 0),
        learning=_portion(learned, found, len(ours)) if learned else None,
        common=len(copies),
        twins=_twins(samples, learned, found, copies) if ours and theirs else None,
        by_looks=found.by_looks,
    )


def places_among(samples: Samples, others: Sequence[Samples]) -> set[int]:
    """Which of the samples are among others: the same files, however they are spelled, or the same array."""
    if isinstance(samples.pictures, np.ndarray):
        same = any(other.pictures is samples.pictures for other in others)
        return set(range(len(samples.labels))) if same else set()
    known = {os.path.abspath(path) for other in others for path in _paths(other)}
    return {place for place, path in enumerate(samples.pictures) if os.path.abspath(path) in known} if known else set()


def _each_once(parts: Sequence[Samples]) -> list[Samples]:
    """Without pictures that are in a part before."""
    kept: list[Samples] = []
    for part in parts:
        known = places_among(part, kept)
        new = [place for place in range(len(part.labels)) if place not in known]
        if new:
            kept.append(part.take(np.array(new)) if known else part)
    return kept


def _paths(samples: Samples) -> Sequence[Path]:
    """None of pictures in memory."""
    return [] if isinstance(samples.pictures, np.ndarray) else samples.pictures


def _portion(parts: Sequence[Samples], found: Survey, start: int) -> Portion:
    """About samples, of which the first file is at a place of a survey."""
    labels: list[int] = []
    sizes: list[tuple[int, ...]] = []
    unreadable: list[str] = []
    for samples in parts:
        if isinstance(samples.pictures, np.ndarray):
            labels += samples.labels.tolist()
            sizes += [samples.pictures.shape[1:3]] * len(samples.labels)
            continue
        end = start + len(samples.labels)
        for path, label, size in zip(samples.pictures, samples.labels.tolist(), found.sizes[start:end], strict=True):
            if size is None:
                unreadable.append(str(path))
            else:
                labels.append(label)
                sizes.append(size)
        start = end
    return Portion(
        counts=tuple(np.bincount(np.array(labels, np.int64), minlength=len(parts[0].classes)).tolist()),
        sizes=_some_sizes(sizes),
        unreadable=tuple(unreadable),
    )


def _some_sizes(sizes: Sequence[tuple[int, ...]]) -> tuple[tuple[int, int], ...]:
    if not sizes:
        return ()
    ordered = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    return tuple((size[1], size[0]) for size in (ordered[0], ordered[len(ordered) // 2], ordered[-1]))


def _twins(samples: Samples, learned: Sequence[Samples], found: Survey, copies: set[int]) -> tuple[Twins, ...]:
    """Those across the border between the two, but for files that are in both, which are told of otherwise."""
    first = len(samples.labels)
    taught = [pair for part in learned for pair in zip(_paths(part), part.labels.tolist(), strict=False)]
    twins = []
    for group in found.alike:
        judging = [place for place in group if place < first and place not in copies]
        others = [place - first for place in group if place >= first]
        if judging and others:
            labels = {int(samples.labels[place]) for place in judging} | {taught[place][1] for place in others}
            twins.append(
                Twins(
                    learned=tuple(str(taught[place][0]) for place in others),
                    judging=tuple(str(samples.pictures[place]) for place in judging),
                    classes=tuple(str(samples.classes[label]) for label in sorted(labels)),
                )
            )
    return tuple(twins)
