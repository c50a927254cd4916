"""What the layers of Keras 2 return: ``python -m tests.keras2.layers.reference FILE.npz``."""

import sys

import numpy as np
import tf_keras

from tests.keras2.layers.cases import CASES, computed

if __name__ == "__main__":
    outputs = {}
    for name, case in CASES.items():
        numbers, shape = computed(tf_keras.layers, tf_keras.Model, case.then, case.shapes)
        assert shape[1:] == numbers.shape[1:], name
        outputs[name] = numbers
    np.savez(sys.argv[1], **outputs)
