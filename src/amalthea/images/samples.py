"""The samples of many epochs: in which order they come, and what becomes of those that cannot be used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from .._numbers import is_whole
from ..errors import ArgumentError, ImageError, MissingFileError
from .random_numbers import check_seed, epoch_order, generator_of

Sample: TypeAlias = Callable[[int, np.random.Generator], NDArray[Any]]
Problem: TypeAlias = ImageError | MissingFileError

ON_ERROR = ("raise", "skip", "replace")


@runtime_checkable
class QuickSample(Protocol):
    """A ``Sample`` that takes so little time that many are better prepared at once, such as one of an array."""

    def __call__(self, index: int, generator: np.random.Generator) -> NDArray[Any]:
        """As any ``Sample``."""

    def room(self, count: int) -> NDArray[Any] | None:
        """A new array for so many samples; None where each has to be prepared by itself for now."""

    def fill(self, room: NDArray[Any], indices: NDArray[np.int64], seed: int, epoch: int) -> None:
        """Put there what a call gives for each of them with ``generator_of(seed, epoch, index)``."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Whatever may be asked of them is the same however often and in whichever order it is asked.

    Attributes:
        prepare: as ``sample`` of ``Batches``.
        count: of samples.
        shuffle: whether each epoch has an order of its own.
        seed: of all random numbers.
        on_error: "raise", "skip" or "replace", as for ``Batches``.
        names: of the samples, for messages; None gives them numbers.
        problems: what was wrong with samples when they were last tried, by index.

    Raises:
        ArgumentError: no sample, not as many names, no seed, or an unknown ``on_error``.
    """

    prepare: Sample
    count: int
    shuffle: bool
    seed: int
    on_error: str
    names: Sequence[object] | None = None
    problems: dict[int, Problem] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ArgumentError(f"There are {self.count} pictures; batches are made of one at least.")
        if self.names is not None and len(self.names) != self.count:
            raise ArgumentError(f"{len(self.names)} names were given for {self.count} pictures; give one for each.")
        if self.on_error not in ON_ERROR:
            raise ArgumentError(f"on_error={self.on_error!r} is unknown; choose one of {', '.join(ON_ERROR)}.")
        check_seed(self.seed)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Indices of all samples, as they come in an epoch."""
        return epoch_order(self.count, self.seed, epoch) if self.shuffle else np.arange(self.count)

    def at(self, epoch: int, order: NDArray[np.int64], place: int) -> tuple[int, NDArray[Any]]:
        """The sample at one place of an epoch's order; where that is replaced, the next one that can be used.

        A replacement is transformed with the random numbers of what it replaces, so that it does not come twice alike.

        Raises:
            ImageError: it cannot be used, and is not replaced; or no sample at all can be.
            MissingFileError: likewise, and its file is not there.
        """
        places = range(place, place + (self.count if self.on_error == "replace" else 1))
        problems = []
        for index in (int(order[later % self.count]) for later in places):
            try:
                sample = np.asarray(self.prepare(index, generator_of(self.seed, epoch, int(order[place]))))
            except (ImageError, MissingFileError) as error:
                problems.append(type(error)(self._named(index, error)))
                self.problems[index] = problems[-1]
            except Exception as error:
                error.add_note(f"This happened with {self.name(index)}.")
                raise
            else:
                self.problems.pop(index, None)  # whoever made the file has mended it
                return index, sample
        if len(problems) == 1:
            raise type(problems[0])(str(problems[0]))  # not the one that is kept: it would keep all that it passes
        raise ImageError(f"None of the {self.count} pictures can be used. The first: {problems[0]}")

    def room(self, count: int) -> NDArray[Any] | None:
        """A new array for so many samples, if they can be prepared with ``fill``."""
        return self.prepare.room(count) if isinstance(self.prepare, QuickSample) else None

    def fill(self, room: NDArray[Any], epoch: int, order: NDArray[np.int64], places: range) -> NDArray[np.int64]:
        """Put the samples at several places of an epoch's order into a room, and tell their indices.

        What goes wrong with one of them is raised as it is; ``at`` tells with which.
        """
        assert isinstance(self.prepare, QuickSample)
        indices = order[places.start : places.stop]
        self.prepare.fill(room, indices, self.seed, epoch)
        for index in indices.tolist() if self.problems else ():
            self.problems.pop(index, None)
        return indices

    def name(self, index: int) -> str:
        """Of a sample, to read."""
        return f"picture {index}" if self.names is None else str(self.names[index])

    def report(self) -> str:
        """What could not be used and why, a line for each."""
        if not self.problems:
            return "No picture was left out."
        became = {"raise": "", "skip": " and were left out", "replace": " and were replaced by others"}[self.on_error]
        lines = [f"{len(self.problems)} of {self.count} pictures could not be used{became}:"]
        return "\n  ".join([*lines, *(str(problem) for _, problem in sorted(self.problems.items()))])

    def _named(self, index: int, error: Exception) -> str:
        """The message, which names its file once."""
        name, message = self.name(index), str(error)
        return message if name in message else f"{name}: {message}"


def check_batch_size(batch_size: object) -> None:
    """Refuse what is no number of pictures.

    Raises:
        ArgumentError: no whole number, or one below 1.
    """
    if not is_whole(batch_size, 1):
        raise ArgumentError(f"batch_size={batch_size!r}; a batch has one picture at least. Give a whole number.")
