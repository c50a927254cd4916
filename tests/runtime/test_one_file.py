"""Names of the catalogue, models and files are told apart in one place."""

from pathlib import Path

import pytest

from amalthea.runtime import is_one_file

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("pets.onnx", True),
        ("folder/U2.ONNX", True),
        (Path("folder/pets.onnx"), True),
        (Path("no suffix"), True),
        ("ResNet50", False),
        ("pets.keras", False),
        ("onnx", False),
        (None, False),
        (5, False),
    ],
    ids=repr,
)
def test_what_is_a_file(model, expected):
    assert is_one_file(model) is expected
