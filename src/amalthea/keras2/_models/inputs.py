"""``Input`` of Keras 1 and 2: where data come into a graph."""

from typing import Any

import keras

from ... import _keras
from .._spelling import adopt
from .naming import automatic_name, named_today


def Input(  # noqa: N802, its name in Keras
    shape: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    dtype: str | None = None,
    sparse: bool = False,
    tensor: Any = None,
    **today: Any,
) -> Any:
    """A symbolic tensor at which a graph begins.

    Args:
        shape: of one picture or row, without the batch; None for a size that is open.
        batch_shape: the same with the batch in front, instead of ``shape``. A single number, as in ``tf.keras``, is the
            size of the batch.
        name: of the layer; None: ``input_1``, ``input_2``, …
        dtype: of the numbers; None: ``float32``, or what ``K.set_floatx`` says.
        sparse: whether it takes sparse tensors.
        tensor: one to go on from.
        today: what ``keras.Input`` takes besides.
    """
    if isinstance(batch_shape, int):
        today["batch_size"], batch_shape = batch_shape, None
    made = keras.Input(
        shape=shape,
        batch_shape=batch_shape,
        name=named_today(name) if name else automatic_name("InputLayer"),
        dtype=dtype,
        sparse=sparse,
        tensor=tensor,
        **today,
    )
    adopt(_keras.layer_of(made))
    return made
