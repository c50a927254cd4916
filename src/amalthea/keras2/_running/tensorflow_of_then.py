"""What scripts call ``tf``: the installed TensorFlow, and the lines of TensorFlow 1 that stood around Keras.

Sessions, their settings and the default graph are gone, and a script that set them up trains as well without; so these
names are answered here, also where Keras runs on something else and there is no TensorFlow. Everything else is the
installed one's: of today's TensorFlow, or if that no longer has it, of its ``compat.v1``.
"""

import logging as _logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from types import TracebackType
from typing import Any, Self

from ...errors import ArgumentError, MissingDependencyError
from .._spelling import advise, note
from .optimizers_of_tensorflow import Training

__all__ = [
    "ConfigProto",
    "GPUOptions",
    "InteractiveSession",
    "Session",
    "disable_eager_execution",
    "disable_v2_behavior",
    "enable_eager_execution",
    "get_default_graph",
    "global_variables_initializer",
    "initialize_all_variables",
    "local_variables_initializer",
    "logging",
    "reset_default_graph",
    "set_random_seed",
    "tables_initializer",
]

_MEMORY = "Instead of allow_growth, set the environment variable TF_FORCE_GPU_ALLOW_GROWTH=true"


class _Settings:
    """Takes whatever is set; what was not holds further settings, as ``config.gpu_options`` does."""

    def __init__(self, **settings: Any) -> None:
        vars(self).update(settings)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        vars(self)[name] = _Settings()
        return vars(self)[name]


class ConfigProto(_Settings):
    """The settings of a session, which nobody reads any more."""

    def __init__(self, **settings: Any) -> None:
        advise(f"tf.ConfigProto does nothing today, as there are no sessions. {_MEMORY}.")
        super().__init__(**settings)


class GPUOptions(_Settings):
    """How a session was to use a GPU, which nobody reads any more."""

    def __init__(self, **settings: Any) -> None:
        advise(f"tf.GPUOptions does nothing today, as there are no sessions. {_MEMORY}.")
        super().__init__(**settings)


class _Graph:
    """The one graph that a thread had: all that is made today is in none."""

    @contextmanager
    def as_default(self) -> Iterator[Self]:
        """Do nothing."""
        yield self

    def finalize(self) -> None:
        """Do nothing."""


class _Initializer:
    """What gave variables their values, which they have from the start today."""


class Session:
    """Something to hand to ``K.set_session``; it computes nothing."""

    def __init__(self, *target: Any, **settings: Any) -> None:
        advise(f"tf.{type(self).__name__} does nothing today: there are no sessions any more.")
        self.graph = _Graph()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def as_default(self) -> Iterator[Self]:
        """Do nothing."""
        yield self

    def close(self) -> None:
        """Do nothing."""

    def run(self, fetches: Any, *feeds: Any, **settings: Any) -> None:
        """Initialise variables, which is nothing to do today.

        Raises:
            ArgumentError: anything else was to be computed.
        """
        several = fetches if isinstance(fetches, list | tuple) else [fetches]
        if not all(isinstance(one, _Initializer) for one in several):
            raise ArgumentError(
                "Session.run is gone: there are no sessions any more. K.get_value(variable) and "
                "K.function([inputs], [outputs]) give values, and so does model.predict."
            )


class InteractiveSession(Session):
    """A session that was the default one."""


class _Verbosity:
    """``tf.logging``: the logger of TensorFlow, which has the levels of Python's own."""

    DEBUG, INFO, WARN, ERROR, FATAL = _logging.DEBUG, _logging.INFO, _logging.WARN, _logging.ERROR, _logging.FATAL

    def set_verbosity(self, level: int | str) -> None:
        """Let TensorFlow say only what counts as much as this."""
        note("tf.logging.set_verbosity is tf.get_logger().setLevel today")
        self._logger.setLevel(level)

    def get_verbosity(self) -> int:
        """From which level on TensorFlow speaks."""
        return self._logger.getEffectiveLevel()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logger, {"warn": "warning"}.get(name, name))

    @property
    def _logger(self) -> _logging.Logger:
        return _logging.getLogger("tensorflow")


logging = _Verbosity()


def set_random_seed(seed: int) -> None:
    """Make the run reproducible, as ``np.random.seed`` does; what the script draws by TensorFlow itself, too."""
    from .._randomness import follow

    note(f"tf.set_random_seed({seed!r}) decides initial weights, dropout, orders and augmentation")
    follow(int(seed))
    if find_spec("tensorflow"):
        import_module("tensorflow").random.set_seed(seed)


def reset_default_graph() -> None:
    """Forget names and states, as ``K.clear_session`` does."""
    from ..backend.settings import clear_session

    note("tf.reset_default_graph() is K.clear_session() today")
    clear_session()


def get_default_graph() -> _Graph:
    """Something with ``as_default``, which is all that servers of models did with it."""
    note("tf.get_default_graph() does nothing today: models answer in every thread")
    return _Graph()


def global_variables_initializer() -> _Initializer:
    """Something for ``Session.run``."""
    note("tf.global_variables_initializer() does nothing today: variables have their values from the start")
    return _Initializer()


initialize_all_variables = local_variables_initializer = tables_initializer = global_variables_initializer


def enable_eager_execution(*_: Any, **__: Any) -> None:
    """Do nothing: it is always so today."""
    note("tf.enable_eager_execution() does nothing today: it is always so")


def disable_eager_execution() -> None:
    """Do nothing: Keras 3 cannot do without."""
    advise("Keras 3 works with eager execution and TensorFlow 2 only: this line does nothing today.")


disable_v2_behavior = disable_eager_execution


def __getattr__(name: str) -> Any:
    """What the installed TensorFlow has.

    Raises:
        MissingDependencyError: none is installed.
    """
    if name == "keras":
        return import_module("amalthea.keras2")
    if name.startswith("__") and name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return Training(lambda inner: _installed("train", inner)) if name == "train" else _installed(name)


def _installed(*path: str) -> Any:
    """What the installed TensorFlow has under a name, or a name in a module of it."""
    name = ".".join(path)
    if not find_spec("tensorflow"):
        raise MissingDependencyError(
            f'The script uses tf.{name}, and TensorFlow is not installed: pip install "amalthea[tensorflow-cpu]"'
        )
    tensorflow = import_module("tensorflow")
    try:
        return attrgetter(name)(tensorflow)
    except AttributeError:
        try:
            found = attrgetter(name)(tensorflow.compat.v1)
        except AttributeError:
            found = None
        if found is None:
            raise
        note(f"tf.{name} is tf.compat.v1.{name} today")
        return found
