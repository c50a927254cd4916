"""A backend of Matplotlib for machines without a display: ``plt.show()`` writes files and says where.

Matplotlib imports this module, by its name in ``MPLBACKEND``, and takes ``FigureCanvas`` and ``show``.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .._spelling import note
from .speaking import say

BACKEND = f"module://{__name__}"

_WITH_WINDOWS = ("gtk", "macosx", "qt", "tk", "wx")  # the beginnings of their names


def __getattr__(name: str) -> Any:
    if name != "FigureCanvas":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    globals()[name] = FigureCanvasAgg  # Matplotlib looks through the names of the module afterwards
    return FigureCanvasAgg


def has_no_display() -> bool:
    """Whether there is nothing that windows could be shown on."""
    windows = sys.platform in ("win32", "darwin")
    return not (windows or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def without_windows(use: Callable[..., Any]) -> Callable[..., Any]:
    """``matplotlib.use`` or its like, by which a script may ask for windows where there is no display: it gets this."""

    def called(*arguments: Any, **named: Any) -> Any:
        if has_no_display():
            arguments = tuple(map(_shown, arguments))
            named = {name: _shown(value) for name, value in named.items()}
        return use(*arguments, **named)

    return called


def has_windows(backend: Any) -> bool:
    """Whether a backend of Matplotlib, by its name, shows figures in windows."""
    return isinstance(backend, str) and backend.lower().startswith(_WITH_WINDOWS)


def _shown(backend: Any) -> Any:
    if not has_windows(backend):
        return backend
    note(f"Matplotlib's {backend} needs a display, and there is none: plt.show() saves figures")
    return BACKEND


def show(block: bool | None = None) -> None:
    """Write all figures and let go of them, as if their windows had been closed.

    Nothing happens where the script would not wait for that: with ``block=False``, and in interactive mode.
    """
    from matplotlib import is_interactive
    from matplotlib._pylab_helpers import Gcf

    if block is None:
        block = not is_interactive()
    if not block:
        return
    for manager in Gcf.get_all_fig_managers():
        _write(manager.canvas.figure)
    Gcf.destroy_all()


def _write(figure: Any) -> None:
    number = 1
    while True:
        path = Path(f"figure-{number}.png")
        try:
            with path.open("xb") as file:
                figure.savefig(file, format="png")
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            say(f"plt.show() has no display, and the figure could not be saved in {Path.cwd()}: {error.strerror}.")
        else:
            say(f"plt.show() has no display; the figure is in {path}.")
        return
