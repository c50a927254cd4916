"""From a model, or the name of one, to a predictor."""

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..catalog import Variant, imagenet_classes, variant
from ..errors import AmaltheaWarning, ArgumentError, warn
from ..storage import keras_settings
from . import cache
from .graph import FORMAT, OPSET, to_onnx
from .prediction import Predictor, Structure
from .runners import Runner

if TYPE_CHECKING:
    import keras


def predictor(
    model: "str | keras.Model", *, precision: str = "float32", runtime: str = "openvino", **arguments: Any
) -> Predictor:
    """Make a network ready to answer at the processor's speed.

    Given by name, it is built once: its graph is kept in the cache folder, and the next process that asks for it needs
    no Keras. Later changes of a model's weights do not reach its predictor.

    Args:
        model: a functional or ``Sequential`` model of Keras, or a name of the catalogue.
        precision: of what it computes with: ``"float32"``, or ``"bfloat16"``, up to twice as fast and right to two or
            three digits, where the processor has instructions for it. Answers are float32.
        runtime: ``"openvino"``.
        arguments: for a name, those of the network's own function, such as ``alpha=0.25`` or ``include_top=False``.

    Raises:
        ArgumentError: an argument that cannot be used.
        UnknownModelError: the catalogue has no such name.
        UnsupportedLayerError: the model has a layer that cannot become part of a graph.
        DownloadError, WeightsError: the trained weights of a network that was given by name.

    Example:
        >>> classify = predictor("EfficientNetLite0")
        >>> classify.predict_images("elephant.jpg", top=1)[0].classes[0].name
        'African_elephant'
    """
    if runtime != "openvino":
        raise ArgumentError(f"runtime={runtime!r}; there is 'openvino'.")
    from .runners.openvino import check_precision

    check_precision(precision)
    if isinstance(model, str):
        return _of_name(variant(model), arguments, precision)
    if arguments:
        raise ArgumentError(
            f"{', '.join(arguments)}: only a network given by its name takes arguments; this one is a "
            f"{type(model).__name__}, which is built already."
        )
    return _of_model(model, precision)


def _of_model(model: "keras.Model", precision: str) -> Predictor:
    from .. import _keras
    from ..architectures import variant_of
    from .runners.openvino import OpenVINORunner

    _keras.pin_openvino_precision()  # so that model.predict returns the same numbers
    runner = OpenVINORunner(to_onnx(model).SerializeToString(), precision=precision)
    inputs, outputs = _keras.signature(model)
    row = variant_of(model)
    if row is None:
        return Predictor(name=model.name, runner=runner, inputs=inputs, outputs=outputs)
    return _of_variant(model.name, row, runner, inputs, outputs)


def _of_variant(name: str, row: Variant, runner: Runner, inputs: tuple[str, ...], outputs: Structure = 0) -> Predictor:
    """A network whose row says how pictures are prepared, at its own size, or where it takes any, that of training."""
    from ..images import Preparation

    [spec] = runner.inputs
    rows, columns = spec.shape[2:] if spec.channels_first else spec.shape[1:3]
    classes = imagenet_classes() if [port.shape[1:] for port in runner.outputs] == [(1000,)] else ()
    return Predictor(
        name=name,
        runner=runner,
        inputs=inputs,
        outputs=outputs,
        variant=row,
        preparation=Preparation(
            size=(rows or row.size, columns or row.size), scaling=row.scaling.steps, interpolation=row.interpolation
        ),
        classes=tuple(known.name for known in classes),
        wordnet_ids=tuple(known.wordnet_id for known in classes),
    )


def _of_name(row: Variant, arguments: dict[str, Any], precision: str) -> Predictor:
    """A network of the catalogue; all of them have one output."""
    from .runners.openvino import OpenVINORunner

    key = _cache_key(row, arguments)
    name = f"graphs/{key}.onnx"
    graph: Path | bytes | None = cache.find(name) if key else None
    trained = row
    if graph is None:
        content, trained, said = _built(row, arguments)
        # A warning must come each time, so that what it is about is not kept.
        key = None if said else key or _cache_key(row, arguments)
        graph = (cache.store(f"graphs/{key}.onnx", content) if key else None) or content
    runner = OpenVINORunner(graph, precision=precision, cache_key=key if isinstance(graph, Path) else None)
    return _of_variant(row.name, trained, runner, tuple(spec.name for spec in runner.inputs))


def _built(row: Variant, arguments: dict[str, Any]) -> tuple[bytes, Variant, list[str]]:
    """The graph of a network, its row with the scaling of its weights, and our warnings about its arguments."""
    from ..architectures import get_model, variant_of

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", AmaltheaWarning)
        model = get_model(row.name, **arguments)
    said = [str(warning.message) for warning in caught if issubclass(warning.category, AmaltheaWarning)]
    for warning in caught:
        if issubclass(warning.category, AmaltheaWarning):
            warn(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return to_onnx(model).SerializeToString(), variant_of(model) or row, said


def _cache_key(row: Variant, arguments: dict[str, Any]) -> str | None:
    """A name for the graph of a network with these arguments and the weights in its file as it is now.

    None where the graph cannot be kept: random weights, a file that is not there yet, an argument that is an object, or
    one that the constructor will refuse.
    """
    weights = arguments.get("weights", "imagenet")
    try:
        file = _official_file(row, arguments) if weights == "imagenet" else Path(weights)
        if file is None or not file.is_file():
            return None
        status = file.stat()
        stamp = [os.fspath(file.resolve()), status.st_size, status.st_mtime_ns, status.st_ctime_ns]
        settings = [_setting("image_data_format", "channels_last"), _setting("floatx", "float32")]
        return cache.key_of(__version__, FORMAT, OPSET, row.name, settings, {**arguments, "weights": stamp})
    except (ArgumentError, OSError, TypeError):
        return None


def _official_file(row: Variant, arguments: dict[str, Any]) -> Path | None:
    """The official file that the constructor will choose, if it is on this machine."""
    from ..weights import local_weights, weight_file

    shape = arguments.get("input_shape") or ()
    sides = set(shape[1:] if _setting("image_data_format", "channels_last") == "channels_first" else shape[:-1])
    size = sides.pop() if len(sides) == 1 else None
    top, alpha = bool(arguments.get("include_top", True)), arguments.get("alpha", 1.0)
    return local_weights(weight_file(row, top=top, alpha=alpha, size=size))


def _setting(name: str, default: str) -> str:
    """A setting of Keras, from Keras only if it is loaded anyway."""
    if keras := sys.modules.get("keras"):
        return str(getattr(keras.config, name)())
    return str(keras_settings().get(name, default))
