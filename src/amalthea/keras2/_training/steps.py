"""How many batches are taken: given as batches or samples, as whole numbers or not."""

from math import ceil
from typing import Any

from ...errors import ArgumentError
from .._spelling import advise, note
from .sources import Source


def steps_of(argument: str, given: dict[str, Any], in_samples: tuple[str, ...], source: Source) -> int:
    """The number of batches that a call asks for.

    Args:
        argument: ``"steps_per_epoch"`` or the like; taken out of what is given.
        given: arguments of the call.
        in_samples: what Keras 1 called it; it counted samples. Taken out as well.
        source: of the batches.

    Raises:
        ArgumentError: no number, and the source is a generator, which has no end.
    """
    wanted = given.pop(argument, None)
    for name in in_samples:
        samples = given.pop(name, None)
        if samples is not None:
            whole: int = source.batches_for(samples)
            note(f"{name}={samples} is {argument}={whole} today")
            return whole
    if wanted is None and source.length is None:
        raise ArgumentError(f"{argument} is needed: a generator yields batches without end. Give their number.")
    if wanted is None:
        return source.length or 0
    steps: int = ceil(wanted)
    if steps != wanted or not isinstance(wanted, int):
        note(f"{argument}={wanted} is {argument}={steps}")
    if steps < 1:
        raise ArgumentError(f"{argument}={wanted!r}; allowed is a number of batches from 1 on.")
    _say_if_in_samples(argument, steps, source)
    return steps


def _say_if_in_samples(argument: str, steps: int, source: Source) -> None:
    length = source.length
    if not length or steps <= length:
        return
    size = source.size()
    samples = source.samples or length * size
    if size > 1 and steps > samples / 2:  # a number given in samples may be a round one below theirs
        advise(
            f"{argument}={steps} is {steps} batches of {size}: {round(steps * size / samples, 1):g} times over all "
            f"{samples} samples. Did you mean {argument}={length}, once over them?"
        )


def say_if_tail_is_dropped(method: str, steps: int, source: Source) -> None:
    """Say so where a prediction leaves out the samples of the last batch, which is smaller than the others."""
    samples, size = source.samples, source.batch_size
    if samples and size and samples % size and steps == samples // size:
        advise(
            f"{method} with steps={steps} answers the first {steps * size} of {samples} samples: the tail is left out. "
            f"Did you mean steps={source.length}?"
        )
