"""Networks of the catalogue: built once, then taken from the cache, without Keras."""

import json
import os
import sys
import warnings
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ..catalog import ScalingSteps, Variant
from ..errors import AmaltheaWarning, ArgumentError, ModelFileError, warn
from ..storage import keras_settings
from . import cache
from .assembly import Wishes, assembled
from .graph import FORMAT, OPSET, to_onnx
from .layers import KEPT, Ending, digest, ending_of_model, part_of
from .metadata import metadata_entry, read_metadata
from .prediction import Predictor

if TYPE_CHECKING:
    import keras

_LAYERS = "layers"  # under which a graph that ends at layers says at which


class _Graph(NamedTuple):
    """A network of the catalogue as a graph.

    Attributes:
        content: of an ONNX file, or where that is in the cache.
        row: with the scaling of its weights; None where other layers stand in front of it.
        key: names the content.
        model: what the graph was made of, where that could not be made again from the name.
    """

    content: Path | bytes
    row: Variant | None
    key: str
    model: "keras.Model | None" = None


class Kept(NamedTuple):
    """What the cache has of a network.

    Attributes:
        key: names its graph; None where it cannot be kept.
        graph: the file, which is whole; None where there is none.
    """

    key: str | None
    graph: Path | None


def kept_graph(row: Variant, arguments: dict[str, Any], wishes: Wishes) -> Kept:
    """Look for a network in the cache, and whether what is there is whole; arguments as for ``of_name``."""
    key = _cache_key(row, arguments, wishes)
    return Kept(key, cache.find(_entry(key)) if key else None)


def of_name(row: Variant, arguments: dict[str, Any], wishes: Wishes, kept: Kept) -> Predictor:
    """A predictor of a network of the catalogue, all of which have one output.

    Args:
        row: of the network.
        arguments: of its constructor.
        wishes: what else was asked for.
        kept: of the same, by ``kept_graph``.
    """
    if kept.key and kept.graph:
        try:
            return _of_graph(_Graph(kept.graph, row, kept.key), row, arguments, wishes)
        except ModelFileError:
            pass  # another process has cleared the cache meanwhile
    return _of_graph(_built(row, arguments, wishes, kept.key), row, arguments, wishes)


def _of_graph(graph: _Graph, row: Variant, arguments: dict[str, Any], wishes: Wishes) -> Predictor:
    scaling = wishes.scaling_inside(row.name, graph.row)
    if graph.model is None:
        endings = partial(_ending_of_name, row, arguments, wishes, scaling, graph.key)
    else:
        endings = partial(ending_of_model, graph.model, scaling, graph.key, wishes.opened)
    # Where the graph is not kept, nothing is that the runtime makes of it.
    runner = wishes.opened(graph.content, cache_key=graph.key if isinstance(graph.content, Path) else "")
    signature = tuple(spec.name for spec in runner.inputs), 0
    return assembled(row.name, runner, signature, graph.row, scaling, lru_cache(KEPT)(endings))


def _built(row: Variant, arguments: dict[str, Any], wishes: Wishes, key: str | None) -> _Graph:
    """Build a network, and keep its graph if the same arguments will always mean the same."""
    from ..architectures import get_model, variant_of

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", AmaltheaWarning)
        model = get_model(row.name, **arguments)
    ours = [warning for warning in caught if issubclass(warning.category, AmaltheaWarning)]
    for warning in caught:
        if warning in ours:
            warn(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    trained = variant_of(model)
    content = to_onnx(model, wishes.scaling_inside(row.name, trained)).SerializeToString()
    key = key or _cache_key(row, arguments, wishes)  # the file of its weights may be there only now
    # A warning must come each time, so that what it is about is not kept; nor what its row alone does not describe.
    if key is None or ours or trained != row:
        return _Graph(content, trained, digest(content), model)
    return _Graph(cache.store(_entry(key), content) or content, trained, key)


def _ending_of_name(
    row: Variant,
    arguments: dict[str, Any],
    wishes: Wishes,
    scaling: ScalingSteps | None,
    key: str,
    patterns: tuple[str, ...],
) -> Ending:
    """The part of a network that ends at layers; it is kept like the whole."""
    entry = _entry(cache.key_of(key, patterns))
    content = cache.load(entry)
    if content is None:
        from ..architectures import get_model

        part = part_of(get_model(row.name, **arguments), patterns)
        if _cache_key(row, arguments, wishes) != key:
            raise ArgumentError(
                f"{row.name}: the file of its weights is another one than when this predictor was made. Make another "
                "one."
            )
        content = to_onnx(part.model, scaling).SerializeToString() + metadata_entry(_LAYERS, json.dumps(part.layers))
        cache.store(entry, content)
    layers = json.loads(read_metadata(memoryview(content))[_LAYERS])
    return Ending(tuple(layers), (0,), wishes.opened(content, cache_key=cache.key_of(key, patterns)))


def _entry(key: str) -> str:
    return f"graphs/{key}.onnx"


def _cache_key(row: Variant, arguments: dict[str, Any], wishes: Wishes) -> str | None:
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
        pictures = [wishes.preprocess, asdict(wishes.scaling) if wishes.scaling else None]
        arguments = {**arguments, "weights": stamp}
        return cache.key_of(__version__, FORMAT, OPSET, row.name, settings, pictures, arguments)
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
