import os
import signal
import sys
import threading
import time

import pytest

from amalthea.apps import interruption
from amalthea.apps.interruption import interruptible

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process"),
]


@pytest.fixture(autouse=True)
def hears_signals():
    """Also where the tests run in the background of a shell, which ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)


def test_control_c_that_is_swallowed_arrives_later(monkeypatch):
    monkeypatch.setattr(interruption, "_PATIENCE", 1.0)
    swallowed = 0
    with pytest.raises(KeyboardInterrupt), interruptible():
        for _ in range(2):
            try:
                press()
            except KeyboardInterrupt:
                swallowed += 1
        time.sleep(60)
    assert swallowed == 2


def test_an_error_that_follows_control_c_is_control_c():
    with pytest.raises(KeyboardInterrupt), interruptible():
        try:
            press()
        except KeyboardInterrupt:
            raise RuntimeError("UnknownError: KeyboardInterrupt") from None


def test_other_errors_stay_and_nothing_is_left_behind():
    with pytest.raises(RuntimeError, match="mine"), interruptible():
        raise RuntimeError("mine")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    with pytest.raises(KeyboardInterrupt):
        press()


def test_the_outer_block_does_not_hear_of_what_the_inner_one_answered(monkeypatch):
    monkeypatch.setattr(interruption, "_PATIENCE", 0.2)
    with interruptible():
        with pytest.raises(KeyboardInterrupt), interruptible():
            press()
        time.sleep(1)
        with pytest.raises(KeyboardInterrupt):
            press()


def test_what_the_shell_ignores_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruptible():
        press()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_in_another_thread_it_does_nothing():
    done = []

    def run():
        with interruptible():
            done.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done == [True]
