"""What Keras 2 computes in each of the cases: ``python -m tests.keras2.backend.reference FILE.npz``."""

import sys

import numpy as np
import tf_keras.backend as K

from tests.keras2.backend.cases import CASES

if __name__ == "__main__":
    np.savez(sys.argv[1], **{name: np.asarray(K.eval(case(K))) for name, case in CASES.items()})
