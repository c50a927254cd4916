"""From a model of Keras to its graph and what a file says of it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .. import __version__, _keras, catalog
from ..catalog import ScalingSteps, Variant, imagenet_classes, scaling_steps
from ..errors import ArgumentError
from ..images import Preparation
from .assembly import known_scaling
from .description import Description
from .graph import onnx_with_layers
from .open_sizes import rows_and_columns

if TYPE_CHECKING:
    import keras
    import onnx


def described(
    model: "keras.Model",
    *,
    classes: Iterable[str] | None,
    scaling: str | float | ScalingSteps | None,
    size: int | Sequence[int] | None,
    interpolation: str | None,
    variant: str | None,
) -> tuple["onnx.ModelProto", Description]:
    """The graph of a model, and what is known of it; for the arguments and errors see ``amalthea.save``."""
    from ..architectures import variant_of

    row = variant_of(model) if variant is None else catalog.variant(variant)
    names = None if classes is None else _class_names(classes)
    steps = _wanted_scaling(model, scaling, row, needed=bool(names))
    graph, layers = onnx_with_layers(model, None if _takes_bytes(model) and steps == ScalingSteps() else steps)
    if steps is None and interpolation is not None:
        raise ArgumentError(
            f"interpolation={interpolation!r} is for pictures as they are decoded, and nobody says how the model wants "
            "them scaled. Give scaling=, too, or leave it out."
        )
    preparation = None
    if steps is not None:
        preparation = Preparation(
            size=_picture_size(graph, size, row),
            scaling=steps,
            interpolation=interpolation or (row.interpolation if row else "nearest"),
        )
    shapes = [_sizes(port) for port in graph.graph.output]
    known = imagenet_classes() if names is None and row and shapes == [(1000,)] else ()
    inputs, outputs = _keras.signature(model)
    kept = names or tuple(each.name for each in known)
    return graph, Description(
        inputs=inputs,
        outputs=outputs,
        classes=kept,
        wordnet_ids=tuple(each.wordnet_id for each in known),
        output=_kind_of_output(model.name, shapes, len(kept)) if kept else None,
        preparation=preparation,
        provenance=_provenance(model, row),
        layers=layers,
    )


def _class_names(classes: Iterable[str]) -> tuple[str, ...]:
    names = None if isinstance(classes, str | bytes) or not isinstance(classes, Iterable) else list(classes)
    if names is None or len(names) == 1 or not all(isinstance(name, str) for name in names):
        raise ArgumentError(
            f"classes={classes!r}; give the names of two classes or more, in the order of the scores, or () for a "
            "network that is no classifier."
        )
    return tuple(map(str, names))


def _wanted_scaling(
    model: "keras.Model", scaling: str | float | ScalingSteps | None, row: Variant | None, *, needed: bool
) -> ScalingSteps | None:
    """None where the graph is to take what the model takes, which is no picture, or nobody knows of what kind."""
    if scaling is None and needed and _takes_bytes(model):
        return ScalingSteps()  # it scales pictures itself
    if scaling is None and not needed and not (row and _takes_colours(model)):
        return None
    return known_scaling(model, None if scaling is None else scaling_steps(scaling), row)


def _takes_bytes(model: "keras.Model") -> bool:
    """Whether a model takes pictures as they are decoded."""
    ports = [(len(port.shape), port.shape[-1], port.dtype) for port in getattr(model, "inputs", None) or ()]
    return ports == [(4, 3, "uint8")]


def _takes_colours(model: "keras.Model") -> bool:
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    return len(shapes) == 1 and len(shapes[0]) == 4 and 3 in (shapes[0][1], shapes[0][3])


def _picture_size(graph: "onnx.ModelProto", size: int | Sequence[int] | None, row: Variant | None) -> tuple[int, int]:
    """Rows and columns: those that are asked for, else the model's own, else those of the training."""
    [port] = graph.graph.input
    own = _sizes(port)[:2]
    if size is None:
        rows, columns = (side or (row.size if row else None) for side in own)
    else:
        rows, columns = rows_and_columns(size)
    if rows is None or columns is None:
        raise ArgumentError(
            "The model takes pictures of any size; give size=(rows, columns), in pixels, or --image-size to "
            "`amalthea export`."
        )
    if any(fixed not in (None, chosen) for fixed, chosen in zip(own, (rows, columns), strict=True)):
        raise ArgumentError(f"size={size}, but the model takes pictures of {own} pixels.")
    return rows, columns


def _kind_of_output(model: str, shapes: list[tuple[int | None, ...]], classes: int) -> str:
    if shapes == [(classes,)]:
        return "softmax"
    if shapes == [(1,)] and classes == 2:
        return "sigmoid"
    raise ArgumentError(
        f"Model {model!r} returns {', '.join(map(str, shapes))} for a picture, but {classes} classes are named. "
        "A classifier returns one vector, a score for each of them; or a single score, of two. Others are saved "
        "without names of classes."
    )


def _sizes(port: "onnx.ValueInfoProto") -> tuple[int | None, ...]:
    """The shape for one picture; None where a size is open."""
    return tuple(length.dim_value or None for length in port.type.tensor_type.shape.dim[1:])


def _provenance(model: "keras.Model", row: Variant | None) -> dict[str, Any]:
    import keras
    import onnx

    weights = hashlib.sha256()
    for variable in model.weights:
        weights.update(keras.ops.convert_to_numpy(variable).tobytes())
    return {
        "variant": row.name if row else None,
        "weights": weights.hexdigest(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"amalthea": __version__, "keras": keras.__version__, "onnx": onnx.__version__},
    }
