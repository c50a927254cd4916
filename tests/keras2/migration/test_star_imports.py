"""`amalthea migrate`: scripts that have their names from star imports."""

import pytest

pytestmark = pytest.mark.single_backend

LINES = [
    (
        "from keras.layers import *\nfrom keras.optimizers import *\nDense(output_dim=2, init='uniform')\nSGD(lr=.1)",
        "from keras.layers import *\nfrom keras.optimizers import *\n"
        "Dense(units=2, kernel_initializer='uniform')\nSGD(learning_rate=.1)",
    ),
    # One module of today has all that is used.
    (
        "from keras.layers.core import *\ndef f(): return Dropout(p=0.5)",
        "from keras.layers import *\ndef f(): return Dropout(rate=0.5)",
    ),
    (
        "from keras.layers import *\nConvolution2D(32, 3, 3, border_mode='same')",
        "from keras.layers import *\nConv2D(32, (3, 3), padding='same')",
    ),
    (
        "from tensorflow.keras.models import *\nload_model(p)",
        "from keras.models import *\nload_model(p)",
    ),
    (
        "from keras.layers import *\nfrom keras.models import *\nModel(input=Input((3,)), output=x)",
        "from keras.layers import *\nfrom keras.models import *\nModel(inputs=Input((3,)), outputs=x)",
    ),
    # They lie in several, one of which is not in Keras 3.
    (
        "from keras.preprocessing.image import *\nImageDataGenerator()\nload_img(p)",
        "from amalthea.preprocessing.image import ImageDataGenerator\nfrom keras.preprocessing.image import load_img\n"
        "ImageDataGenerator()\nload_img(p)",
    ),
    (
        "from keras.backend import *\nsum(square(x)) + epsilon()",
        "from keras.backend import epsilon\nfrom keras.ops import square, sum\nsum(square(x)) + epsilon()",
    ),
    # Keras 3 would bind what the script has from elsewhere.
    (
        "from sklearn.pipeline import Pipeline\nfrom keras.layers import *\nPipeline([Dense(output_dim=2)])",
        "from sklearn.pipeline import Pipeline\nfrom keras.layers import Dense\nPipeline([Dense(units=2)])",
    ),
    # K came along.
    (
        "from keras.layers import *\nDense(2)(K.mean(x))",
        "import keras\nfrom keras.layers import *\nDense(2)(keras.ops.mean(x))",
    ),
    # Of modules, and of what is not Keras'.
    (
        "from keras import *\nlayers.Dense(output_dim=2)",
        "from keras import *\nlayers.Dense(units=2)",
    ),
    (
        "from mine import *\nDense(output_dim=2)\nfrom .keras.layers import *",
        "from mine import *\nDense(output_dim=2)\nfrom .keras.layers import *",
    ),
    (
        "from keras.layers import *\ndef f(Dense): return Dense(output_dim=2)",
        "from keras.layers import *\ndef f(Dense): return Dense(output_dim=2)",
    ),
]


@pytest.mark.parametrize(("old", "today"), LINES)
def test_lines(migrated, old, today):
    answer = migrated(old)
    assert answer.after == today
    assert not [remark for remark in answer.remarks if remark.kind == "left"]
    assert migrated(today).after == today


def test_a_module_that_never_was(migrated):
    answer = migrated("from keras.layers.nowhere import *\nDense(output_dim=2)\n")
    assert not answer.changed
    [remark] = answer.remarks
    assert (remark.line, remark.kind) == (1, "left")
    assert remark.text.startswith("nowhere is neither in Keras 2 nor in Keras 3")
