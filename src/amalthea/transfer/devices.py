"""Whether a training can be divided among several devices, told before Keras is imported."""

import os
import sys
from typing import Any

from ..errors import ArgumentError
from .settings import require

_OTHERS = {
    "tensorflow": ("TensorFlow", "train model_ yourself in the scope of a tf.distribute.MirroredStrategy"),
    "torch": ("torch", "train model_ yourself in a torch.nn.parallel.DistributedDataParallel"),
}
_NOTHING = "OpenVINO", "nothing trains on it"


def check_distribution(distribution: Any) -> None:
    """Refuse all but None, and ``"data"`` where Keras divides pictures among devices: on JAX.

    Raises:
        ArgumentError: it is something else; or Keras runs, or will run, on another backend.
    """
    known = distribution is None or (isinstance(distribution, str) and distribution == "data")
    require(known, "distribution", distribution, "None, or 'data' for the pictures of each step divided among devices")
    keras = sys.modules.get("keras")
    backend = keras.config.backend() if keras else os.environ.get("KERAS_BACKEND")
    if distribution is None or backend == "jax":
        return
    name, own = _OTHERS.get(str(backend), _NOTHING)
    raise ArgumentError(
        f"distribution={distribution!r}: Keras divides pictures among devices on JAX, and runs on {name} here. Set "
        f'KERAS_BACKEND=jax and start again (pip install "amalthea[jax]"), or leave it out (--distribution none): the '
        f"training then takes one device. With {name} itself: {own}; see docs/transfer.md, Several devices."
    )
