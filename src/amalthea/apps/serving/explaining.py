"""Answers that are explained: in threads of their own, and no longer than somebody waits for them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.runners import Runner
from .answering import Manner, Question, answers
from .bodies import Gone
from .work import Workers


def explained(workers: Workers, manner: Manner, question: Question) -> asyncio.Future[Any]:
    """The answers to one question, as ``answers`` gives them; it takes as long as hundreds of others.

    Done before its time, because the client has gone, the time is over or the server ends, no further batch of pictures
    is begun.

    Args:
        workers: for explanations alone.
        manner: how the network is asked.
        question: its pictures are to be explained.

    Raises:
        Overloaded, Ending: see ``Workers``.
    """
    over = Event()
    predictor = manner.model.predictor
    watched = replace(predictor, runner=_WhileWanted(predictor.runner, over))
    manner = replace(manner, model=replace(manner.model, predictor=watched))
    future = workers.submit(None, partial(answers, manner), question)
    future.add_done_callback(lambda _: over.set())
    return future


class _WhileWanted:
    """A ``Runner`` that refuses to go on when something is over.

    Args:
        runner: computes.
        over: is set when nobody waits any more.
    """

    def __init__(self, runner: Runner, over: Event) -> None:
        self._runner, self._over = runner, over
        self.inputs, self.outputs = runner.inputs, runner.outputs
        self.threads, self.unknown_from = runner.threads, runner.unknown_from

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        """See ``Runner``.

        Raises:
            Gone: it is over.
        """
        if self._over.is_set():
            raise Gone
        return self._runner(arrays)
