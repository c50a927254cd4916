"""What a result came from: settings, versions, machine; and how to use what came of it."""

import os
import platform
import shlex
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from math import sqrt
from typing import Any

from ... import __version__
from ...runtime import Predictor, processor_name
from .judging import Classifier, preparation_of

_PACKAGES = (
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "jax",
    "openvino",
    "onnx",
    "numpy",
    "scikit-learn",
    "pillow",
)
_SURE = 1.959964  # deviations of the normal distribution that 95 % lie within


def settings_of(classifier: Classifier) -> dict[str, str]:
    """How the classifier was made, each setting as Python writes it; of what is opened from a file, what it tells."""
    if isinstance(classifier, Predictor):
        preparation = preparation_of(classifier)
        return {
            "image_size": repr(preparation.size),
            "scaling": repr(preparation.scaling),
            "interpolation": repr(preparation.interpolation),
            "threshold": repr(classifier.threshold),
        }
    return {name: _written(value) for name, value in classifier.get_params(deep=False).items()}


def changed_settings(classifier: Classifier) -> list[str]:
    """Which of them the user chose otherwise than they are by default."""
    if isinstance(classifier, Predictor):
        return []
    plain = type(classifier)().get_params(deep=False)
    return [name for name, text in settings_of(classifier).items() if text != _written(plain.get(name))]


def versions() -> dict[str, str]:
    """Of Python, this library and what computes for it."""
    found = {"amalthea": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def machine(classifier: Classifier) -> dict[str, Any]:
    """What computed."""
    facts = {"system": platform.platform(), "processor": processor_name(), "cores": os.cpu_count()}
    if not isinstance(classifier, Predictor):
        import keras

        facts["backend"] = keras.config.backend()
    return facts


def interval(right: int, total: int) -> tuple[float, float]:
    """Between which the accuracy on very many such pictures lies, with a probability of 0.95.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.

    Args:
        right: pictures that were answered right.
        total: pictures, at least one.

    Example:
        >>> [round(bound, 3) for bound in interval(87, 90)]
        [0.907, 0.989]
    """
    part, squared = right / total, _SURE**2
    middle = part + squared / (2 * total)
    half = _SURE * sqrt(part * (1 - part) / total + squared / (4 * total**2))
    scale = 1 + squared / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def commands(file: str | None) -> list[str]:
    """By which a classifier's file is used in a shell; none where there is no file."""
    if file is None:
        return []
    name = shlex.quote(file)
    if file.endswith(".onnx"):
        return [
            f"amalthea predict --model {name} PICTURES",
            f"amalthea evaluate {name} FOLDER",
            f"amalthea explain {name} PICTURE --out map.png",
        ]
    return [
        f"amalthea evaluate {name} FOLDER",
        f"amalthea explain {name} PICTURE --out map.png",
        f"amalthea train FOLDER --model {name} --epochs 5 --out {name}",
    ]


def lines_of_python(file: str | None) -> list[str]:
    """That use a classifier's file."""
    if file is not None and not file.endswith(".onnx"):
        return [
            "import amalthea",
            f"classifier = amalthea.ImageClassifier.load({file!r})",
            'print(classifier.predict(["picture.jpg"]))',
        ]
    saved = [] if file else ['classifier.save("classifier.onnx")']
    return [
        "import amalthea",
        *saved,
        f"predictor = amalthea.load({file or 'classifier.onnx'!r})",
        'for prediction in predictor.predict_images(["picture.jpg"]):',
        "    print(prediction.path, prediction.answer, prediction.classes)",
    ]


def _written(value: Any) -> str:
    """A value as Python writes it; of objects such as networks and optimizers, what kind they are."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name!r}: {_written(part)}" for name, part in value.items()) + "}"
    text = repr(value)
    return f"<{type(value).__name__}>" if text.startswith("<") else text
