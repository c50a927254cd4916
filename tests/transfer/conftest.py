"""What several tests of features need."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from amalthea.runtime.runners.openvino import OpenVINORunner


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures the runner got, call by call."""
    counts: list[int] = []
    original: Callable[..., list[np.ndarray]] = OpenVINORunner.__call__

    def counted(self: OpenVINORunner, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        counts.append(len(arrays[0]))
        return original(self, arrays)

    monkeypatch.setattr(OpenVINORunner, "__call__", counted)
    return counts
