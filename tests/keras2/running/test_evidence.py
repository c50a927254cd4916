"""Which Keras a script was written for."""

import ast

import pytest

from amalthea.keras2._running.evidence import accuracy_asked_for, evidence

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize(
    ("source", "era"),
    [
        ("model.fit(x, y, nb_epoch=3)", 1),
        ("Convolution2D(32, 3, 3, activation='relu')", 1),
        ("Model(input=a, output=b)", 1),
        ("K.set_image_dim_ordering('th')", 1),
        ("from keras.utils.visualize_util import plot", 1),
        ("merge([a, b], mode='concat')", 1),
        ("Dropout(p=0.5)", 1),
        ("model.fit(x, y, epochs=3)", 2),
        ("Conv2D(32, (3, 3))", 2),
        ("Model(inputs=a, outputs=b)", 2),
        ("K.image_data_format()", 2),
        ("from tensorflow.keras.models import Sequential", 2),
        ("model.fit_generator(g, samples_per_epoch=9, epochs=3, nb_val_samples=4)", 2),  # Keras 2 translated these
        ("Conv2D(32, size, size)", 2),
        ("print('nb_epoch')", 2),
        ("call(input=1, p=2, mode='x')", 2),
        ("", 2),
    ],
)
def test_a_word_of_keras_2_outweighs_those_of_keras_1(source, era):
    assert evidence(ast.parse(source)).era == era


def test_the_first_word_is_named_with_its_line():
    found = evidence(ast.parse("import keras\n\nDense(output_dim=3)\nmodel.fit(nb_epoch=2)"))
    assert found == (1, "Dense(output_dim=)", 3)
    assert evidence(ast.parse("import keras")) == (2, "", 0)


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("model.compile(metrics=['accuracy'])", "acc"),
        ("from keras.models import Sequential", "acc"),
        ("import tensorflow as tf\nmodel = tf.keras.Sequential()", "accuracy"),
        ("from tensorflow.keras import layers", "accuracy"),
        ("plt.plot(history.history['accuracy'])", "accuracy"),
        ("EarlyStopping(monitor='val_accuracy')", "accuracy"),
        ("ModelCheckpoint('{epoch}-{val_accuracy:.2f}.h5')", "accuracy"),
        ("from tensorflow import keras\nh.history['acc']", "acc"),
        ("import tensorflow.keras\nEarlyStopping(monitor='val_acc')", "acc"),
        ("h['acc'] if 'acc' in h else h['accuracy']", "acc"),
    ],
)
def test_the_key_of_the_accuracy_is_the_one_that_is_asked_for(source, key):
    assert accuracy_asked_for(ast.parse(source)) == key
