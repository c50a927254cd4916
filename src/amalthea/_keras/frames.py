"""What Keras is doing, told by the frames below, for data sets that are not told. Checked against Keras 3.15.1."""

import sys
from collections.abc import Iterator
from types import FrameType


def predicting() -> bool:
    """Whether ``predict`` of Keras is what is running, as its data sets cannot tell from what they are asked.

    Looks for its frame among those below (``predict`` in modules ``keras.src.backend.*.trainer``, Keras 3.15.1).
    """
    return any(frame.f_code.co_name == "predict" and _is_of_a_trainer(frame) for frame in _frames_below())


def validates_in_between() -> bool:
    """Whether a ``fit`` with ``steps_per_epoch`` validates with what it trains on: ``x`` of both methods, 3.15.1."""
    running = {frame.f_code.co_name: frame.f_locals for frame in _frames_below() if _is_of_a_trainer(frame)}
    fit, evaluate = (running.get(method, {}) for method in ("fit", "evaluate"))
    return bool(fit.get("steps_per_epoch")) and fit.get("x") is evaluate.get("x")


def takes_batches() -> bool:
    """Whether Keras asks a data set for its batches, or for their number to take so many.

    Not so where somebody else asks, maybe in a loop over it; or where Keras looks whether it had better warn of an
    endless data set. Looks at the first frame below in a module of ``keras.src.trainers`` (Keras 3.15.1).
    """
    asking = (frame.f_code.co_name for frame in _frames_below() if _module(frame).startswith("keras.src.trainers."))
    return next(asking, None) not in (None, "__iter__", "get_data_adapter")


def steps_per_epoch() -> int | None:
    """Of the ``fit`` that asks a data set for something; 0 if it has none, or where ``evaluate`` or ``predict`` ask.

    None in a thread of Keras' own, which does not tell. Looks for an ``EpochIterator`` among the frames below, and for
    the method of a trainer that it serves (Keras 3.15.1).
    """
    from keras.src.trainers.epoch_iterator import EpochIterator  # no public name

    steps: int | None = None
    for frame in _frames_below():
        if steps is None and isinstance(asking := frame.f_locals.get("self"), EpochIterator):
            steps = asking.steps_per_epoch or 0
        elif steps is not None and _is_of_a_trainer(frame) and frame.f_code.co_name in ("fit", "evaluate", "predict"):
            return steps if frame.f_code.co_name == "fit" else 0
    return None if steps is None else 0


def _frames_below() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


def _is_of_a_trainer(frame: FrameType) -> bool:
    return _module(frame).startswith("keras.src.") and _module(frame).endswith(".trainer")
