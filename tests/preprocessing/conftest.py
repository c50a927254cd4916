"""For tests in which Keras trains."""

import pytest


@pytest.fixture
def trains(backend: str) -> None:
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
