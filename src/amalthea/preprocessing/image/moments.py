"""Mean and standard deviation of more numbers than fit into the memory."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Moments:
    """Mean and standard deviation of each channel, batch after batch.

    Chan, Golub and LeVeque, "Algorithms for computing the sample variance" (1983): no large sums are subtracted from
    one another, so that the millionth picture counts as exactly as the first.

    Args:
        channel_axis: of the batches.

    Example:
        >>> moments = Moments(channel_axis=-1)
        >>> moments.add(np.array([[1.0], [2.0]]))
        >>> moments.add(np.array([[6.0]]))
        >>> moments.mean, moments.deviation
        (array([3.]), array([2.1602469]))
    """

    def __init__(self, channel_axis: int) -> None:
        self._axis = channel_axis
        self.count = 0
        self.mean: NDArray[np.float64] = np.zeros(1)
        self._squares: NDArray[np.float64] = np.zeros(1)

    def add(self, batch: NDArray[Any]) -> None:
        """Take more numbers into account."""
        values = np.moveaxis(batch, self._axis, -1).reshape(-1, batch.shape[self._axis]).astype(np.float64)
        mean = values.mean(axis=0)
        total, distance = self.count + len(values), mean - self.mean
        self._squares = self._squares + np.square(values - mean).sum(axis=0)
        self._squares += distance**2 * (self.count * len(values) / total)
        self.mean = self.mean + distance * (len(values) / total)
        self.count = total

    @property
    def deviation(self) -> NDArray[np.float64]:
        """The standard deviation, of all numbers (not the estimate of a sample's)."""
        return np.sqrt(self._squares / max(self.count, 1))
