"""How the learning rate changes from step to step, by Keras' own schedules."""

from typing import Any

import keras

from .settings import Schedule

_WARMING = 0.25  # part of the steps in which the rate rises
_FIRST = 1 / 25  # of the highest rate: the first one


def rate_of(schedule: Schedule, highest: Any, steps: int) -> Any:
    """What an optimizer of Keras takes as its learning rate.

    Args:
        schedule: None: the rate stays as it is. ``"cosine"``: from step to step it falls along half a cosine to 0
            (Loshchilov and Hutter 2016, without restarts). ``"one_cycle"``: in the first quarter of the steps it rises
            evenly from 1/25 of its highest, then falls as before; after Smith 2018, but momentum stays as it is. Or a
            schedule of Keras, which is returned.
        highest: the rate; for a schedule by name, where that begins or turns.
        steps: of the whole training. A training that stops early does not come to the end of its schedule.

    Example:
        >>> rate_of("one_cycle", 0.1, steps=100).warmup_steps
        25
    """
    if schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(highest, steps)
    if schedule == "one_cycle":
        warming = max(round(steps * _WARMING), 1)
        return keras.optimizers.schedules.CosineDecay(
            highest * _FIRST, max(steps - warming, 1), warmup_target=highest, warmup_steps=warming
        )
    return highest if schedule is None else schedule
