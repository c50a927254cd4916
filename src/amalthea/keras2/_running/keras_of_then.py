"""The settings of that time: backends that are gone, and the names of data formats."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

from ... import BACKENDS
from ...storage import keras_home, keras_settings
from .._data_formats import DATA_FORMATS_OF_KERAS_1
from .speaking import say

_GONE = ("cntk", "mxnet", "plaidml.keras.backend", "theano")


class KerasOfThen(MetaPathFinder):
    """Where Python looks for modules first: when Keras is imported, it gets a backend that there is.

    The script may have asked for one by then: ``os.environ['KERAS_BACKEND'] = 'theano'``.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Keras as everybody finds it, but with the data format of its settings; None for all else."""
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        settings = keras_settings()
        _choose_backend(str(settings.get("backend")))
        spec = find_spec(fullname)
        old = DATA_FORMATS_OF_KERAS_1.get(str(settings.get("image_dim_ordering")))
        if old and "image_data_format" not in settings and spec and spec.loader:
            vars(spec.loader)["exec_module"] = _with_data_format(spec.loader.exec_module, old)
        return spec


def _choose_backend(in_settings: str) -> None:
    wanted = os.environ.get("KERAS_BACKEND", "")
    if wanted in BACKENDS and find_spec(wanted):
        if in_settings in _GONE:
            say(f"{keras_home() / 'keras.json'} asks for {in_settings}, which is gone from Keras; {wanted} is used.")
        return
    found = next((name for name in BACKENDS if find_spec(name)), None)
    if not found:
        return  # Keras says what it lacks
    os.environ["KERAS_BACKEND"] = found
    if wanted:
        why = "is not installed" if wanted in BACKENDS else "is gone from Keras"
        say(f"KERAS_BACKEND is {wanted!r}, which {why}; {found} is used.")


def _with_data_format(execute: Callable[[ModuleType], None], data_format: str) -> Callable[[ModuleType], None]:
    def executed(module: ModuleType) -> None:
        execute(module)
        module.config.set_image_data_format(data_format)

    return executed
