"""Pictures that were scaled already are noticed before a network sees them."""

from pathlib import Path

import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.images import read_picture, resize
from amalthea.transfer.classifier.pixels import check_pictures

pytestmark = pytest.mark.single_backend


@pytest.fixture
def photograph(test_data):
    return resize(read_picture(test_data / "images" / "elephant.jpg"), 32)[None]


def test_photographs_pass(photograph):
    for pictures in (photograph, photograph.astype(np.float32), np.zeros_like(photograph)):
        check_pictures(pictures, (32, 32), "VGG16", any_values=False)


@pytest.mark.parametrize(
    ("scaled", "values"),
    [
        (lambda x: x / np.float32(255), r"\[0, 1\]"),
        (lambda x: x / np.float32(127.5) - 1, r"\[-1, 1\]"),
        (lambda x: x - np.float32(110), r"\[-110, 1\d\d\]"),
        (lambda x: x * np.float32(257), r"\[\d+, 6.*e\+04\]"),
    ],
)
def test_scaled_photographs_are_refused(photograph, scaled, values):
    pictures = scaled(photograph)
    with pytest.raises(ArgumentError, match=rf"lie in {values}; VGG16 wants \[0, 255\] RGB .* scaling=1 takes them"):
        check_pictures(pictures, (32, 32), "VGG16", any_values=False)
    check_pictures(pictures, (32, 32), "VGG16", any_values=True)


@pytest.mark.parametrize(
    ("scaled", "advice"),
    [
        (lambda x: x / np.float32(255), r": x \* 255\.$"),
        (lambda x: x / np.float32(127.5) - 1, r": \(x \+ 1\) \* 127\.5\.$"),
        (lambda x: x - np.float32(110), r"as they were read\.$"),
    ],
)
def test_once_it_is_fitted_the_scaling_stays(photograph, scaled, advice):
    with pytest.raises(ArgumentError, match=advice) as refused:
        check_pictures(scaled(photograph), (32, 32), "VGG16", any_values=False, fitting=False)
    assert "scaling=" not in str(refused.value)


def test_another_size_is_refused(photograph):
    with pytest.raises(ArgumentError, match="have 32 × 32 pixels; VGG16 takes 32 × 48"):
        check_pictures(photograph, (32, 48), "VGG16", any_values=True)


def test_files_are_as_they_should_be():
    check_pictures([Path("nowhere.jpg")], (32, 32), "VGG16", any_values=False)
