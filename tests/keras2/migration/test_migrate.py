"""`amalthea migrate`: what single lines become. The names on the right are looked up in Keras 3 itself."""

import textwrap

import pytest

from amalthea.errors import ArgumentError
from amalthea.keras2._migration import migrate

pytestmark = pytest.mark.single_backend


LINES = [
    (
        "from keras.layers import Convolution2D\nConvolution2D(32, 3, 3, border_mode='same')",
        "from keras.layers import Conv2D\nConv2D(32, (3, 3), padding='same')",
    ),
    (
        "from keras.layers.convolutional import Convolution2D as Conv\nConv(32, 3, 3, subsample=(2, 2))",
        "from keras.layers import Conv2D as Conv\nConv(32, (3, 3), strides=(2, 2))",
    ),
    (
        "from keras.layers import Convolution2D\nn, f = size()\nConvolution2D(f, n, n, dim_ordering='th')",
        "from keras.layers import Conv2D\nn, f = size()\nConv2D(f, (n, n), data_format='channels_first')",
    ),
    (
        "from keras.layers import Dense\nDense(output_dim=10, init='uniform', W_regularizer=r, bias=False)",
        "from keras.layers import Dense\n"
        "Dense(units=10, kernel_initializer='uniform', kernel_regularizer=r, use_bias=False)",
    ),
    (
        "from keras.layers.core import Dropout, Flatten\nDropout(p=0.5)",
        "from keras.layers import Dropout, Flatten\nDropout(rate=0.5)",
    ),
    (
        "from keras.layers.normalization import BatchNormalization\nBatchNormalization(mode=0, axis=3)",
        "from keras.layers import BatchNormalization\nBatchNormalization(axis=3)",
    ),
    (
        "from keras.layers import merge\nc = merge([a, b], mode='concat', concat_axis=3)",
        "import keras\nc = keras.layers.concatenate([a, b], axis=3)",
    ),
    (
        "from keras.layers import merge\nc = merge([a, b])\nd = merge([a, b], mode=lambda x: x[0])",
        "import keras\nfrom amalthea.keras2.layers import merge\nc = keras.layers.add([a, b])\n"
        "d = merge([a, b], mode=lambda x: x[0])",
    ),
    (
        "from keras.layers import merge\njoin = partial(merge, mode='sum')",
        "from amalthea.keras2.layers import merge\njoin = partial(merge, mode='sum')",
    ),
    ("from keras.layers import merge\nc = merge([a, b])", "import keras\nc = keras.layers.add([a, b])"),
    (
        "from keras.models import Model\nModel(input=a, output=b)",
        "from keras.models import Model\nModel(inputs=a, outputs=b)",
    ),
    (
        "from keras.optimizers import SGD\nSGD(lr=1e-4, momentum=.9)",
        "from keras.optimizers import SGD\nSGD(learning_rate=1e-4, momentum=.9)",
    ),
    (
        "from keras.optimizers import SGD\nSGD(lr=0.1, decay=0.01)",
        "import keras\nfrom keras.optimizers import SGD\nSGD(learning_rate=keras.optimizers.schedules.InverseTimeDecay"
        "(0.1, decay_steps=1, decay_rate=0.01))",
    ),
    (
        "from keras.optimizers import Adadelta\nAdadelta()",
        "from keras.optimizers import Adadelta\nAdadelta(learning_rate=1.0)",
    ),
    (
        "from keras.callbacks import ModelCheckpoint, ReduceLROnPlateau\n"
        "ModelCheckpoint('x.h5', save_weights_only=True, "
        "period=1)\nReduceLROnPlateau(epsilon=0.1)",
        "from keras.callbacks import ModelCheckpoint, ReduceLROnPlateau\nModelCheckpoint('x.weights.h5', "
        "save_weights_only=True)\nReduceLROnPlateau(min_delta=0.1)",
    ),
    (
        "from keras.utils import np_utils\nnp_utils.to_categorical(y, nb_classes=3)",
        "from keras import utils as np_utils\nnp_utils.to_categorical(y, num_classes=3)",
    ),
    (
        "import keras.utils.np_utils\nkeras.utils.np_utils.to_categorical(y=y)",
        "import keras.utils\nkeras.utils.to_categorical(x=y)",
    ),
    (
        "from keras import backend as K\nK.set_image_dim_ordering('th')\nif K.image_dim_ordering() == 'tf': pass",
        "from keras import backend as K\nK.set_image_data_format('channels_first')\n"
        "if K.image_data_format() == 'channels_last': pass",
    ),
    (
        "from keras import backend as K\nz = K.mean(K.square(x), axis=-1) + K.argmax(x)",
        "from keras import ops as K\nz = K.mean(K.square(x), axis=-1) + K.argmax(x, axis=-1)",
    ),
    (
        "from keras import backend as K\nK.set_value(model.optimizer.lr, 0.1)\nK.epsilon()",
        "import keras\nfrom keras import backend as K\nmodel.optimizer.learning_rate = 0.1\nK.epsilon()",
    ),
    (
        "from keras.engine.topology import Layer\nclass Mine(Layer):\n    def get_output_shape_for(self, s): return s\n"
        "    def build(self, s): self.w = self.add_weight('w', (3,), trainable=True)",
        "from keras.layers import Layer\nclass Mine(Layer):\n    def compute_output_shape(self, s): return s\n"
        "    def build(self, s): self.w = self.add_weight(name='w', shape=(3,), trainable=True)",
    ),
    (
        "import tensorflow as tf\ntf.keras.layers.Dense(3)",
        "import keras\nimport tensorflow as tf\nkeras.layers.Dense(3)",
    ),
    (
        "from tensorflow.keras.layers import Conv2D\nConv2D(32, 3, 3)",
        "from keras.layers import Conv2D\nConv2D(32, 3, strides=3)",
    ),
    (
        "from keras.preprocessing import image\nimage.ImageDataGenerator()\nimage.load_img(p)",
        "from amalthea.preprocessing import image\nimage.ImageDataGenerator()\nimage.load_img(p)",
    ),
    (
        "from keras.preprocessing.image import ImageDataGenerator, load_img",
        "from amalthea.preprocessing.image import ImageDataGenerator\nfrom keras.preprocessing.image import load_img",
    ),
    (
        "from keras.preprocessing import image\nimage.array_to_img(x, dim_ordering='tf')\nimage.img_to_array(i, 'th')",
        "from keras.preprocessing import image\nimage.array_to_img(x, data_format='channels_last')\n"
        "image.img_to_array(i, 'channels_first')",
    ),
    ("from keras.applications.resnext import ResNeXt50", "from amalthea.applications.resnext import ResNeXt50"),
    (
        "from keras.applications.densenet import DenseNet, DenseNet121",
        "from amalthea.applications.densenet import DenseNet\nfrom keras.applications.densenet import DenseNet121",
    ),
    (
        "from keras.applications.mobilenetv2 import MobileNetV2",
        "from keras.applications import MobileNetV2",
    ),
    (
        "from keras import objectives\nobjectives.mean_squared_error",
        "from keras import losses as objectives\nobjectives.mean_squared_error",
    ),
    (
        "import keras, numpy as np\nnp.save(open('a.npy', 'w'), a)\nb = np.load(open(p))\nc = [0] * (n / 2)",
        "import keras, numpy as np\nnp.save('a.npy', a)\nb = np.load(p)\nc = [0] * (n // 2)",
    ),
    (
        "import keras, numpy as np\nwith open(p, 'w') as f:\n    np.save(f, a)\nwith open(p) as f: f.read()",
        "import keras, numpy as np\nwith open(p, 'wb') as f:\n    np.save(f, a)\nwith open(p) as f: f.read()",
    ),
    (
        "import keras, pickle\npickle.dump(a, open('a', 'w'))\nfor i in range(n / 2): pass",
        "import keras, pickle\npickle.dump(a, open('a', 'wb'))\nfor i in range(n // 2): pass",
    ),
]


@pytest.mark.parametrize(("old", "today"), LINES)
def test_lines(migrated, old, today):
    answer = migrated(old)
    assert answer.after == today
    assert not [remark for remark in answer.remarks if remark.kind == "left"]
    assert migrated(today).after == today


def test_training(migrated):
    answer = migrated("""\
        from keras.models import Sequential
        from keras.layers import Dense
        model = Sequential()
        model.add(Dense(1, input_dim=4,  # of a flower
                        activation='sigmoid'))
        model.compile('adadelta', 'mse', metrics=['accuracy'], class_mode='binary')
        history = model.fit(x, y, 32, nb_epoch=3, show_accuracy=True)
        print(history.history['acc'], model.predict_classes(x))
        model.save('folder')
        model.save_weights('w.h5')
        model.load_weights('w.h5')
        """)
    assert answer.after == textwrap.dedent("""\
        import keras
        from keras.models import Sequential
        from keras.layers import Dense
        model = Sequential()
        model.add(keras.Input(shape=(4,)))
        model.add(Dense(1,  # of a flower
                        activation='sigmoid'))
        model.compile(keras.optimizers.Adadelta(learning_rate=1.0), 'mse', metrics=['accuracy'])
        history = model.fit(x, y, 32, epochs=3)
        print(history.history['accuracy'], (model.predict(x) > 0.5).astype('int32'))
        model.save('folder.keras')
        model.save_weights('w.weights.h5')
        model.load_weights('w.weights.h5')
        """)


def test_generators(migrated):
    answer = migrated("""\
        from keras.models import load_model
        from keras.preprocessing.image import ImageDataGenerator
        model, size = load_model('m.h5'), 32
        train = ImageDataGenerator(shear_range=0.2).flow_from_directory('train', batch_size=size)
        test = ImageDataGenerator().flow_from_directory('test', batch_size=10, shuffle=False)
        model.fit_generator(train, samples_per_epoch=2000, nb_epoch=3, validation_data=test, nb_val_samples=800,
                            nb_worker=4, max_q_size=5)
        model.fit_generator(test, 10, 3)
        model.predict_generator(generator=test, val_samples=800)
        model.evaluate_generator(unknown, val_samples=800)
        """)
    assert "model.fit(train, steps_per_epoch=math.ceil(2000 / size), epochs=3" in answer.after
    assert "validation_data=test, validation_steps=800 // 10)" in answer.after
    assert "model.fit(test, steps_per_epoch=10 // 10, epochs=3, shuffle=False)" in answer.after
    assert "model.predict(x=test, steps=800 // 10)" in answer.after
    assert "model.evaluate(unknown, steps=800)" in answer.after
    said = {remark.line: remark.text for remark in answer.remarks}
    assert said[4] == "shear_range=0.2 is 0.2 degrees. Until Keras 2.1.2 it was radians: 11.46 degrees."
    assert said[10] == "val_samples=800 counted samples, steps counts batches: divide it by the size of a batch."


def test_what_is_gone_is_left_and_said(migrated):
    answer = migrated("""\
        from keras import backend as K
        from keras.layers import BatchNormalization
        from keras.utils.training_utils import multi_gpu_model
        grads = K.gradients(loss, x)
        BatchNormalization(mode=2)
        model.layers.pop()
        """)
    assert not answer.changed and answer.diff() == ""
    said = {remark.line: remark.text for remark in answer.remarks if remark.kind == "left"}
    assert sorted(said) == [3, 4, 5, 6]
    assert said[4].startswith("K.gradients is gone: Keras 3 has no symbolic gradients.")
    assert said[5].startswith("BatchNormalization(mode=2) is gone from Keras.")


def test_traps_of_a_network_that_is_fine_tuned(migrated):
    answer = migrated("""\
        from keras.applications import VGG16
        from keras.preprocessing.image import ImageDataGenerator
        model = VGG16(weights='imagenet', include_top=False)
        for layer in model.layers[:25]:
            layer.trainable = False
        data = ImageDataGenerator(rescale=1. / 255)
        model.predict_generator(data, steps=count // 16)
        print(model.metrics_names)
        """)
    said = {remark.line: remark.text for remark in answer.remarks}
    assert sorted(said) == [4, 6, 7, 8]
    assert "Did you mean 15, where the last block begins?" in said[4]
    assert said[6].startswith("the weights of VGG16 want what their own preprocess_input makes")


def test_what_is_not_of_keras_stays(migrated):
    answer = migrated("""\
        from sklearn.linear_model import SGDClassifier as SGD
        from mine import Convolution2D, Model, merge
        SGD(lr=1).fit(x, y)
        Model(input=1, output=2).predict_proba(x)
        Convolution2D(32, 3, 3)
        merge([a, b], mode='concat')
        clf.fit_transform(x)
        clf.predict_proba(x)
        a.load(open(p))
        """)
    assert not answer.changed
    assert not answer.remarks


def test_python_2_is_one_line(migrated):
    with pytest.raises(ArgumentError, match=r"script\.py:2: `print n` is Python 2; today it is `print\(n\)`"):
        migrated("n = 1\nprint n\n")
    with pytest.raises(ArgumentError, match=r"script\.py:1: no Python of today"):
        migrated("def f(:\n")


def test_ends_of_lines_and_encoding_stay(tmp_path):
    path = tmp_path / "script.py"
    path.write_bytes("# -*- coding: latin-1 -*-\r\nfrom keras.layers.core import Dense  # é".encode("latin-1"))
    answer = migrate(path)
    expected = "# -*- coding: latin-1 -*-\r\nfrom keras.layers import Dense  # é"
    assert answer.after.encode(answer.encoding) == expected.encode("latin-1")


def test_trainable_after_compile(migrated):
    answer = migrated("""\
        from keras.models import Model
        frozen = Model(x, y)
        frozen.compile('sgd', 'mse')
        layer.trainable = True
        other = Model(x, y)
        other.compile('sgd', 'mse')
        frozen.fit(data)
        other.fit(data)
        """)
    assert not answer.changed
    [remark] = answer.remarks
    assert remark.line == 4
    assert remark.text.startswith("frozen was compiled before: Keras 1 and 2 kept to what was trainable then")
