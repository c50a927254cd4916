"""``apply_transform`` beside Keras' legacy copy, over sizes, types and parameters that nobody would think of."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from amalthea.preprocessing.image import ImageDataGenerator
from tests.preprocessing.references import OLD_SCIPY, keras_legacy

pytest.importorskip("cv2", reason="warps need OpenCV")
pytestmark = [pytest.mark.single_backend, pytest.mark.filterwarnings(OLD_SCIPY)]

SIDES = st.integers(1, 40)
PARAMETERS = {
    "theta": st.floats(-180, 180),
    "tx": st.floats(-20, 20),
    "ty": st.floats(-20, 20),
    "shear": st.floats(-60, 60),
    "zx": st.floats(0.3, 3),
    "zy": st.floats(0.3, 3),
    "flip_horizontal": st.booleans(),
    "flip_vertical": st.booleans(),
    "channel_shift_intensity": st.none() | st.floats(-50, 50),
}


def smooth(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """A picture whose neighbouring pixels hardly differ, so that a place that is a little off changes little."""
    return gaussian_filter(np.random.default_rng(0).uniform(0, 255, shape), (3, 3, 0)).astype(dtype)


@settings(max_examples=100, deadline=None)
@given(
    shape=st.tuples(SIDES, SIDES, st.sampled_from([1, 3, 4])),
    dtype=st.sampled_from(["float32", "float64", "uint8"]),
    data_format=st.sampled_from(["channels_last", "channels_first"]),
    fill_mode=st.sampled_from(["nearest", "reflect", "wrap", "constant"]),
    order=st.sampled_from([0, 1, 3]),
    cval=st.floats(0, 255),
    wanted=st.fixed_dictionaries({}, optional=PARAMETERS),
)
def test_any_transform_of_any_picture(
    shape: tuple[int, ...],
    dtype: str,
    data_format: str,
    fill_mode: str,
    order: int,
    cval: float,
    wanted: dict[str, Any],
) -> None:
    picture = smooth(shape, dtype)
    picture = picture if data_format == "channels_last" else np.moveaxis(picture, 2, 0)
    arguments = {"fill_mode": fill_mode, "cval": cval, "interpolation_order": order, "data_format": data_format}
    before = picture.copy()
    mine, theirs = (
        kind(**arguments).apply_transform(picture, wanted)
        for kind in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
    )
    np.testing.assert_array_equal(picture, before)
    assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
    difference = np.abs(mine.astype(float) - theirs.astype(float))
    # Places on the very edge may fall to either side of it, and whole numbers are rounded.
    assert np.mean(difference <= (1 if dtype == "uint8" else 0.3)) > 0.9
