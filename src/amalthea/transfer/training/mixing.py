"""Targets that lie between the classes: smoothed labels, and rows that are mixed with others of their batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...images import generator_of

Floats = NDArray[np.float32]


def targets_of(labels: NDArray[Any], outputs: int) -> Floats:
    """Labels, as ``checked_labels`` returns them, as one number for each output of the model: 1 for its class, or 0.

    Example:
        >>> targets_of(np.array([2, 0]), outputs=3).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    return labels if outputs == 1 else np.eye(outputs, dtype=np.float32)[labels]


@dataclass(frozen=True)
class Softening:
    """What makes the targets of a batch soft.

    Attributes:
        smoothing: part of each target that is spread evenly over all classes.
        mixup: at 0, nothing is mixed. Else the parameter of the Beta distribution from which each row draws how much of
            it stays (Zhang et al. 2017): from half of it on, so that its class keeps the greater part. The rest is
            taken of another row of the batch, drawn as well, of its features as of its target.
        seed: of what is drawn.
    """

    smoothing: float
    mixup: float
    seed: int

    def __call__(
        self, inputs: list[Floats], targets: Floats, weights: Floats | None, epoch: int, number: int
    ) -> tuple[list[Floats], Floats, Floats | None]:
        """A batch, softened. Equal epochs and numbers of batches give equal draws.

        Args:
            inputs: arrays of shape (n, ...).
            targets: shape (n, k), or (n, 1) for the second of two classes.
            weights: shape (n,), of each row in the loss; None: all the same. The loss of a mixed row is what those two
                rows that it consists of would add to it by their weights: both target and weight heed them.
            epoch: from 0 on.
            number: of the batch in its epoch, from 0 on.
        """
        smooth = targets * np.float32(1 - self.smoothing) + np.float32(self.smoothing / max(targets.shape[1], 2))
        if not self.mixup:
            return inputs, smooth, weights
        generator = generator_of(self.seed, epoch, number)
        drawn = generator.beta(self.mixup, self.mixup, len(targets))
        kept, other = np.maximum(drawn, 1 - drawn).astype(np.float32), generator.permutation(len(targets))
        mixed = [_mix(values, kept, other) for values in inputs]
        if weights is None:
            return mixed, _mix(smooth, kept, other), None
        both = _mix(weights, kept, other)
        weighed = _mix(smooth * weights[:, None], kept, other)
        divisor = np.where(both > 0, both, 1).astype(np.float32)
        return mixed, weighed / divisor[:, None], both


def _mix(values: Floats, kept: Floats, other: NDArray[np.int64]) -> Floats:
    part = kept.reshape(-1, *(1 for _ in values.shape[1:]))
    return part * values + (1 - part) * values[other]
