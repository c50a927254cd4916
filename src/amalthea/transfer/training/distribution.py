"""Training on all devices of a machine at once, by ``keras.distribution.DataParallel``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging import getLogger
from typing import Any

import keras

from ... import _keras
from .watching import restore

Step = Callable[[Any, Any], Any]  # state and batch to logs and state: ``train_step`` of Keras on JAX


@contextmanager
def distributed(model: keras.Model, distribution: str | None) -> Iterator[None]:
    """Let a model train on all devices in this block, each of which computes its part of every batch.

    Weights, losses and random numbers are those of one device but for rounding, for it is still one computation. At the
    end, however that comes, the model lies where it did, and so does the distribution that was set for Keras.

    Args:
        model: compiled in this block. What it was compiled for, here or before, is compiled anew when it is next used.
        distribution: ``"data"``, on JAX; or None, with which nothing happens, as where there is one device.
    """
    if distribution is None:
        yield
        return
    devices = keras.distribution.list_devices()
    if len(devices) == 1:
        getLogger(__package__).info("distribution=%r: %s is the only device, and trains alone.", distribution, *devices)
        yield
        return
    getLogger(__package__).info("Each batch is divided among %d devices: %s.", len(devices), ", ".join(devices))
    shares = _Shares()
    try:
        with shares.scope():
            _keras.lay_out(model.variables)
            model.train_step, model.test_step = shares.of(model.train_step), shares.of(model.test_step)
            yield
    finally:
        for step in {"train_step", "test_step"} & vars(model).keys():
            delattr(model, step)  # the instance's, before which its class's counts again
        model.train_function = model.test_function = model.predict_function = None
        restore([_Place(model)])


class _Shares(keras.distribution.DataParallel):  # type: ignore[misc] # Keras carries no types
    """Data parallelism for batches of any size, as the last one of an epoch has.

    Keras cuts all batches of an epoch as it cuts the first, before the step, where JAX refuses a number of rows that
    the number of devices does not divide (Keras 3.15.1). Within a step JAX cuts any number. So each device gets the
    batch whole, and the step begins with taking the shares.
    """

    def get_data_layout(self, data_shape: tuple[int, ...]) -> keras.distribution.TensorLayout:
        """The whole, for each device."""
        return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)

    def of(self, step: Step) -> Step:
        """A step that computes shares of its batch."""
        return lambda state, batch: step(state, keras.tree.map_structure(self._cut, batch))

    def _cut(self, values: Any) -> Any:
        return keras.distribution.distribute_tensor(values, super().get_data_layout(values.shape))


class _Place:
    """Where the variables of a model, and of what it was compiled with, lie outside of the distribution."""

    def __init__(self, model: keras.Model) -> None:
        compiled = model.optimizer.variables if getattr(model, "optimizer", None) else []
        self._variables = [*model.variables, *compiled, *model.metrics_variables]

    def restore(self) -> None:
        """Bring them there; see ``Keeper``."""
        _keras.lay_out(self._variables)
