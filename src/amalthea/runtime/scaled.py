"""Pictures as they are decoded, for a runner that wants them scaled."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..catalog import ScalingSteps
from ..errors import ArgumentError
from ..images import scale
from .runners import Runner, TensorSpec


class ScaledRunner:
    """A ``Runner`` that takes uint8 pictures and scales them with NumPy, where no graph can do so.

    Args:
        runner: of a network with a single input, pictures of three channels in either data format.
        scaling: what it expects.

    Raises:
        ArgumentError: the network takes something else.
    """

    def __init__(self, runner: Runner, scaling: ScalingSteps) -> None:
        shapes = [spec.shape for spec in runner.inputs]
        spec = runner.inputs[0]
        if "float" not in spec.dtype:
            raise ArgumentError(
                f"The model takes {spec.dtype}, and scales what it takes itself: leave preprocess and scaling out."
            )
        if len(shapes) != 1 or len(spec.shape) != 4 or not (spec.channels_first or spec.shape[3] == 3):
            raise ArgumentError(
                f"The model takes {', '.join(map(str, shapes))}; preprocess=True is for models with a single input, "
                "pictures of three channels: (None, rows, columns, 3) or (None, 3, rows, columns)."
            )
        self._runner = runner
        self._scaling = scaling
        self._channels_first = spec.channels_first
        sides = spec.shape[2:] if spec.channels_first else spec.shape[1:3]
        self.inputs = (TensorSpec(spec.name, (None, *sides, 3), "uint8"),)
        self.outputs = runner.outputs
        self.threads = runner.threads
        self.unknown_from = runner.unknown_from

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        """See ``Runner``."""
        pixels = scale(arrays[0], self._scaling)
        return self._runner([pixels.transpose(0, 3, 1, 2) if self._channels_first else pixels])
