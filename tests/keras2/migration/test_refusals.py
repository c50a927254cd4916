"""`amalthea migrate`: what Keras 3 refuses, translated where that is certain, and said where it is not."""

import pytest

pytestmark = pytest.mark.single_backend


def said(answer):
    return {remark.line: (remark.kind, remark.text) for remark in answer.remarks}


def test_attributes(migrated):
    answer = migrated("""\
        from keras.models import Sequential, load_model
        from keras.preprocessing.image import ImageDataGenerator
        model, loaded = Sequential(), load_model('m.h5')
        batches = ImageDataGenerator().flow_from_directory('train')
        print(x._keras_shape, model.output, batches.nb_sample, batches.nb_class)
        print(loaded.input)
        print(others.nb_sample)
        """)
    assert "print(x.shape, model.outputs[0], batches.samples, batches.num_classes)" in answer.after
    assert said(answer) == {
        6: ("check", "if loaded is Sequential, Keras 3 has loaded.inputs[0] only."),
        7: ("check", "if others are batches of pictures: others.samples."),
    }


def test_own_layers_and_callbacks(migrated):
    answer = migrated("""\
        from keras.callbacks import Callback
        from keras.engine.topology import Layer
        class Scale(Layer):
            def build(self, shape):
                self.trainable_weights = [self.gamma]
        class Scores(Callback):
            def on_epoch_end(self, epoch, logs):
                return self.model.predict(self.validation_data[0])
        class Other:
            def build(self):
                self.trainable_weights = self.validation_data
        """)
    found = said(answer)
    assert sorted(found) == [5, 8]
    assert found[5] == (
        "left",
        "self.trainable_weights cannot be set: make each weight by self.add_weight in build.",
    )
    assert found[8] == ("left", "self.validation_data: Keras 3 tells callbacks no data; hand it to __init__.")


def test_names(migrated):
    answer = migrated("""\
        from keras.applications.resnet50 import ResNet50
        from keras.callbacks import ModelCheckpoint
        from keras.layers import Dense
        Dense(2, name='fc/1')
        Dense(2, name=base + '/relu')
        Dense(2, name=base + 'relu')
        ResNet50().get_layer('activation_49')
        ModelCheckpoint('w.{epoch}.ckpt', save_weights_only=True)
        ModelCheckpoint(path, save_weights_only=True)
        ModelCheckpoint(path)
        model.save_weights('first.h5')
        mine(name='a/b')
        """)
    slash = "Keras 3 refuses names with a slash."
    ending = "into files whose names end in .weights.h5 only:"
    assert said(answer) == {
        4: ("left", f"name='fc/1': {slash}"),
        5: ("left", f"name=base + '/relu': {slash}"),
        7: ("check", "get_layer('activation_49'): if this is of ResNet50, the layer is 'conv5_block3_out' today."),
        8: ("left", f"weights must be written {ending} 'w.{{epoch}}.ckpt'."),
        9: ("check", f"weights are written {ending} path."),
    }


def test_merge_with_a_function(migrated):
    answer = migrated("""\
        import keras
        keras.layers.merge([a, b], mode=lambda x: x[0] - x[1])
        """)
    assert answer.after.splitlines() == [
        "import amalthea.keras2.layers",
        "import keras",
        "amalthea.keras2.layers.merge([a, b], mode=lambda x: x[0] - x[1])",
    ]
    [(kind, text)] = said(answer).values()
    assert kind == "check"
    assert text.startswith("merge(mode=lambda x: x[0] - x[1]) is not in Keras 3; amalthea.keras2.layers.merge is what")


def test_optimizers(migrated):
    answer = migrated("""\
        from keras.optimizers import SGD, Optimizer
        class Own(Optimizer):
            def get_updates(self, loss, params): ...
        class Other:
            def get_updates(self, loss, params): ...
        print(SGD(lr=0.1).get_config()['lr'], other['lr'], SGD.get_config('lr'))
        """)
    assert answer.after.splitlines()[-1] == (
        "print(SGD(learning_rate=0.1).get_config()['learning_rate'], other['lr'], SGD.get_config('lr'))"
    )
    assert {line: (kind, text[:19]) for line, (kind, text) in said(answer).items()} == {
        3: ("left", "get_updates is gone")
    }


def test_tensorflow_by_way_of_the_backend(migrated):
    answer = migrated("""\
        from keras import backend as K
        K.tf.ConfigProto()
        """)
    assert answer.after.splitlines()[-1] == "K.tf.ConfigProto()"
    assert said(answer) == {2: ("left", "keras.backend.tf is gone from Keras: import tensorflow as tf.")}


def test_an_import_in_a_function_is_none_for_the_whole_script(migrated):
    answer = migrated("""\
        from keras.layers import merge
        def late():
            import keras
        merge([a, b], mode='sum')
        """)
    assert "import keras" in answer.after.splitlines()
    assert answer.after.splitlines()[-1] == "keras.layers.add([a, b])"


def test_estimators(migrated):
    answer = migrated("""\
        from keras.wrappers.scikit_learn import KerasRegressor
        model = KerasRegressor(build_fn=build, nb_epoch=2, batch_size=5, max_q_size=3)
        search(model, dict(nb_epoch=[1, 2], mlp__nb_epoch=[3]), {'nb_epoch': 3, 'units': 2})
        """)
    assert answer.after.splitlines()[1:] == [
        "model = KerasRegressor(build_fn=build, epochs=2, batch_size=5)",
        "search(model, dict(epochs=[1, 2], mlp__epochs=[3]), {'epochs': 3, 'units': 2})",
    ]
    assert not [remark for remark in answer.remarks if remark.kind == "left"]
    own = "from keras.wrappers.scikit_learn import KerasRegressor\ndef build(nb_epoch): ...\nx = dict(nb_epoch=2)\n"
    assert "dict(nb_epoch=2)" in migrated(f"{own}KerasRegressor(build)\n").after
