"""Every classic pretrained image model: to predict, to extract features, to fine-tune, and to ship.

Public names are loaded when they are first used, so that importing this module costs next to nothing.
"""

import os
import sys
from importlib.util import find_spec

from . import _on_demand

__version__ = "0.1.0"

_HOME = {
    "Augmentation": "images",
    "ImageClassifier": "transfer",
    "check_images": "images",
    "compare": "transfer",
    "cross_validate": "transfer",
    "cut": "transfer",
    "distribute": "apps.distribution",
    "explain": "transfer",
    "get_model": "architectures",
    "list_models": "catalog",
    "load": "runtime",
    "load_weights": "weights",
    "picture_batches": "images",
    "predictor": "runtime",
    "save": "runtime",
    "split_folder": "images",
    "variant": "catalog",
    "write_report": "transfer",
}
_LAYERS = ("applications", "catalog", "errors", "preprocessing", "runtime", "transfer")

__all__ = [*_HOME, *_LAYERS]

BACKENDS = ("tensorflow", "torch", "jax", "openvino")  # of Keras, the first installed one is taken


def _choose_backend() -> None:
    """Name a backend that is installed, before Keras looks for one that may not be."""
    from .storage import keras_settings

    wanted = keras_settings().get("backend")
    chosen = next((name for name in (wanted, *BACKENDS) if name in BACKENDS and find_spec(name)), None)
    if chosen:
        os.environ["KERAS_BACKEND"] = chosen


# OpenVINO reports every import of it to its makers, through Google Analytics and from a forked process, unless the
# package that does so is missing. Nobody who asks what is on a picture has agreed to that.
if "openvino" not in sys.modules:
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # None stops an import

if "keras" not in sys.modules and not os.environ.get("KERAS_BACKEND"):
    _choose_backend()

__getattr__, __dir__ = _on_demand.names_from(__name__, _HOME, modules=_LAYERS)
