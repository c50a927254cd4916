"""A training that ends early."""

from collections.abc import Callable
from typing import Any

import pytest

from amalthea.transfer.training import checkpoints as module
from amalthea.transfer.training.watching import Bar
from tests.transfer.training.stopped import trained


@pytest.fixture
def after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long writing takes."""
    monkeypatch.setattr(module, "_SHARE", 0)


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets a training end as at Ctrl-C, before an epoch counted from 0."""

    def before(epoch: int, **arguments: Any) -> None:
        begin = Bar.on_epoch_begin

        def on_epoch_begin(bar: Bar, number: int, logs: Any = None) -> None:
            if number == epoch:
                raise KeyboardInterrupt
            begin(bar, number, logs)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Bar, "on_epoch_begin", on_epoch_begin)
            trained(**arguments)

    return before
