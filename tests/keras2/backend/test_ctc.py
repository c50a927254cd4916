"""``K.ctc_decode``, as programs that read text end with it."""

import keras
import numpy as np
import pytest

from amalthea.keras2 import backend as K


@pytest.fixture
def probabilities():
    """Of the classes 0 and 1 and the blank, at five times: 0 0 blank 0 1, and blank 1 1 and what does not count."""
    found = np.full((2, 5, 3), 0.05, "float32")
    for row, classes in enumerate(([0, 0, 2, 0, 1], [2, 1, 1, 0, 0])):
        found[row, range(5), classes] = 0.9
    return found


def test_the_likeliest_rows(probabilities, backend):
    [rows], scores = K.ctc_decode(probabilities, input_length=np.array([5, 3]))
    found = keras.ops.convert_to_numpy(rows)
    assert [[one for one in row if one >= 0] for row in found.tolist()] == [[0, 0, 1], [1]]
    assert keras.ops.convert_to_numpy(scores).shape == (2, 1)
    if backend == "tensorflow":
        several, scores = K.ctc_decode(probabilities, np.array([5.0, 3.0]), greedy=False, beam_width=5, top_paths=2)
        assert [one for one in K.get_value(several[0])[0].tolist() if one >= 0] == [0, 0, 1]
        assert (len(several), K.get_value(scores).shape) == (2, (2, 2))
