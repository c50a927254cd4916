"""Ctrl-C that arrives, whatever runs."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_PATIENCE = 3.0  # seconds until it is raised again


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C ends this block with a ``KeyboardInterrupt``, as it should anyway.

    TensorFlow swallows that exception now and then, while it is imported and while it trains, and goes on; or it makes
    an error of its own of it. So it is raised again until the block ends, and takes the place of errors that follow it.
    Blocks may stand within each other.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals
        return
    pressed = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        raise KeyboardInterrupt

    # Not where Ctrl-C is ignored, as in the background of a shell.
    numbers = [signal.SIGINT] if callable(signal.getsignal(signal.SIGINT)) else []
    if hasattr(signal, "setitimer"):
        numbers.append(signal.SIGALRM)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    except Exception:
        if pressed:
            raise KeyboardInterrupt from None
        raise
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
