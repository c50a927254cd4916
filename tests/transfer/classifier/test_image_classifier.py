"""The classifier from pictures to answers, on small networks; on real ones: test_pets.py."""

import keras
import numpy as np
import pytest

from amalthea.catalog import scaling_steps
from amalthea.errors import AmaltheaWarning, ArgumentError, ImageError
from amalthea.images import scale
from amalthea.transfer import ImageClassifier
from amalthea.transfer.training.batches import Batches
from tests.transfer.classifier.classes import classifier, coloured, moved, small_network, weights, write_coloured

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")


def test_arrays_in_answers_out():
    pictures, names = coloured(60)
    fitted = classifier().fit(pictures, names, validation=coloured(30, seed=1))
    assert fitted.classes_.tolist() == ["blue", "green", "red"]
    assert fitted.predict(pictures).tolist() == names
    answers = fitted.predict_proba(pictures)
    assert answers.shape == (60, 3)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    keras_answers = fitted.model_.predict(scale(pictures, scaling_steps("tf")), verbose=0)
    np.testing.assert_allclose(answers, keras_answers, atol=1e-4)
    assert {name: len(values) for name, values in fitted.history.items()} == dict.fromkeys(
        ["loss", "accuracy", "val_loss", "val_accuracy"], 8
    )
    assert fitted.history["val_accuracy"][-1] == 1
    assert fitted.history["loss"][-1] < fitted.history["loss"][0]


def test_only_the_head_learns_on_a_frozen_network():
    network = small_network()
    before = weights(network)
    pictures, names = coloured(30)
    fitted = classifier(model=network, hidden=(8,)).fit(pictures, names)
    assert moved(before, weights(network)) == set()
    trained = {variable.path.split("/")[0] for variable in fitted.model_.trainable_weights}
    assert trained == {"head_hidden_1", "head_scores"}


@pytest.mark.single_backend
def test_folder_paths_and_arrays_are_the_same(tmp_path):
    folder = write_coloured(tmp_path / "training", 30)
    paths = sorted(folder.rglob("*.png"))
    from_folder = classifier().fit(folder, validation=0.2)
    from_paths = classifier().fit(list(map(str, paths)), [path.parent.name for path in paths], validation=0.2)
    assert from_folder.history == from_paths.history
    assert np.array_equal(from_folder.classes_, from_paths.classes_)
    np.testing.assert_allclose(from_folder.predict_proba(folder), from_folder.predict_proba(paths))
    pictures, _ = coloured(30)
    order = np.argsort([int(path.stem) for path in paths])
    np.testing.assert_allclose(from_folder.predict_proba(paths)[order], from_folder.predict_proba(pictures), atol=1e-5)
    assert from_folder.predict(paths[0]).tolist() == ["blue"]


def test_the_seed_decides_everything():
    pictures, names = coloured(30)
    one, same, other = (
        classifier(hidden=(8,), dropout=0.5, seed=seed).fit(pictures, names, validation=0.3) for seed in (1, 1, 2)
    )
    assert one.history == same.history
    assert moved(weights(one.model_), weights(same.model_)) == set()
    assert one.history != other.history


def test_a_second_fit_computes_nothing_again(tmp_path, computed):
    folder = write_coloured(tmp_path / "training", 30)
    validation = write_coloured(tmp_path / "validation", 15, seed=1)
    first = classifier().fit(folder, validation=validation)
    assert sum(computed) == 45
    computed.clear()
    second = classifier(dropout=0.4).fit(folder, validation=validation)
    assert computed == []
    assert second.score(validation) == second.history["val_accuracy"][-1]
    assert sum(computed) == 15  # the head alone
    assert first.history != second.history


@pytest.mark.single_backend
def test_evaluation_is_that_of_the_whole_network(tmp_path):
    validation = write_coloured(tmp_path, 30, seed=1)
    fitted = classifier(epochs=1, learning_rate=1e-3).fit(*coloured(30))
    report = fitted.evaluate(validation)
    truth = [path.parent.name for path in sorted(validation.rglob("*.png"))]
    answers = fitted.predict(validation).tolist()
    assert report.classes == ("blue", "green", "red")
    assert report.accuracy == fitted.score(validation) == np.mean([a == b for a, b in zip(answers, truth, strict=True)])
    assert sum(map(sum, report.confusion)) == 30
    assert fitted.evaluate(*coloured(30, seed=1)).confusion == report.confusion


@pytest.mark.parametrize("pooling", ["max", "flatten"])
def test_one_sigmoid_of_two_classes(pooling):
    pictures, names = coloured(60)
    chosen = [index for index, name in enumerate(names) if name != "green"]
    pictures, names = pictures[chosen], [names[index] == "red" for index in chosen]
    fitted = classifier(loss="binary_crossentropy", pooling=pooling, l2=1e-4).fit(pictures, names)
    assert fitted.model_.output_shape == (None, 1)
    assert fitted.predict(pictures).tolist() == names
    answers = fitted.predict_proba(pictures)
    assert answers.shape == (40, 2)
    assert fitted.evaluate(pictures, names).accuracy == 1


@pytest.mark.single_backend
def test_classes_by_number_and_weights_by_class():
    pictures, _ = coloured(60)
    labels = [(10, 7, 7)[number % 3] for number in range(60)]
    fitted = classifier(class_weight="balanced").fit(pictures, labels)
    assert fitted.classes_.tolist() == [7, 10]
    by_hand = classifier(class_weight={7: 0.75, 10: 1.5}).fit(pictures, labels)
    np.testing.assert_allclose(by_hand.history["loss"], fitted.history["loss"], rtol=1e-5)
    with pytest.raises(ArgumentError, match=r"class_weight=.*needs a weight for each of the classes \[7, 10\]"):
        classifier(class_weight={0: 1.0, 1: 2.0}).fit(pictures, labels)


def test_both_data_formats(data_format):
    pictures, names = coloured(30)
    fitted = classifier(model=small_network(data_format)).fit(pictures, names)
    assert fitted.predict(pictures).tolist() == names
    assert fitted.score(pictures, names) == 1


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_a_network_that_is_not_frozen_trains_whole(tmp_path, data_format):
    network = small_network(data_format, trainable=True)
    before = weights(network)
    folder = write_coloured(tmp_path, 24)
    (folder / "red" / "broken.png").write_bytes(b"no picture")
    with pytest.warns(UserWarning, match=r"1 of 25 pictures cannot be used and are left out:\n.*broken.png"):
        fitted = classifier(model=network, epochs=3, on_error="skip").fit(folder)
    assert moved(before, weights(network)) == {"conv_1", "bn_1", "conv_2"}
    assert len(fitted.history["loss"]) == 3
    with pytest.raises(ImageError, match=r"broken.png"):
        classifier(model=network, epochs=1).fit(folder)


@pytest.mark.single_backend
def test_a_head_on_the_scores_of_another_classifier():
    whole = keras.Sequential(
        [small_network(), keras.layers.Flatten(name="flat"), keras.layers.Dense(1, activation="sigmoid", name="cat")],
        name="cats_or_dogs",
    )
    whole.trainable = False
    pictures, names = coloured(12)
    told = "'cats_or_dogs' ends with a classifier of its own, .*: features='cat' says that it shall; features='flat' "
    with pytest.warns(AmaltheaWarning, match=told):
        fitted = classifier(model=whole, epochs=1).fit(pictures, names)
    assert fitted.model_.get_layer("head_scores").kernel.shape[0] == 1
    meant = classifier(model=whole, epochs=1, features="flat").fit(pictures, names)
    assert meant.model_.get_layer("head_scores").kernel.shape[0] > 100


@pytest.mark.single_backend
def test_a_nested_network_becomes_a_plain_one():
    nested = keras.Sequential([keras.Input((32, 32, 3)), small_network(), keras.layers.Flatten()])
    nested.trainable = False
    pictures, names = coloured(30)
    fitted = classifier(model=nested).fit(pictures, names)
    assert not any(isinstance(layer, keras.Model) for layer in fitted.model_.layers)
    assert fitted.score(pictures, names) == 1


@pytest.mark.single_backend
@pytest.mark.parametrize(("features", "shape"), [("conv_pw_3_relu", (32, 3)), ("predictions", (1000, 3))])
def test_features_of_any_layer_of_a_named_network(cached_weights, features, shape):
    pictures, names = coloured(12)
    fitted = ImageClassifier(
        "mobilenet", weights=cached_weights / "mobilenet_2_5_224_tf.h5", alpha=0.25, features=features, epochs=1
    ).fit(pictures, names)
    assert fitted.model_.get_layer("head_scores").kernel.shape == shape
    assert fitted.model_.input_shape == (None, 32, 32, 3)
    with pytest.raises(ArgumentError, match=r"no layer 'conv_pw_33_relu'. Did you mean conv_pw_3_relu"):
        fitted.set_params(features="conv_pw_33_relu", weights=None).fit(pictures, names)


@pytest.mark.single_backend
def test_early_stopping():
    pictures, names = coloured(30)
    validation = coloured(30, seed=1)
    fitted = classifier(early_stopping=2, epochs=60, learning_rate=0.3).fit(pictures, names, validation=validation)
    losses = fitted.history["val_loss"]
    assert len(losses) < 60
    assert np.argmin(losses) == len(losses) - 3
    answers = fitted.predict_proba(validation[0])
    truth = np.searchsorted(fitted.classes_, validation[1])
    assert -np.log(answers[np.arange(30), truth]).mean() == pytest.approx(min(losses), rel=1e-3)
    with pytest.raises(ArgumentError, match="needs validation"):
        classifier(early_stopping=True).fit(pictures, names)
    fitted = classifier(early_stopping=np.int64(2), epochs=1).fit(pictures, names, validation=validation)
    assert len(fitted.history["val_loss"]) == 1
    with pytest.raises(ArgumentError, match="early_stopping='soon'; allowed are True, False"):
        classifier(early_stopping="soon").fit(pictures, names)


@pytest.mark.single_backend
def test_what_is_said_about_weights(caplog):
    with caplog.at_level("INFO", logger="amalthea"):
        classifier(epochs=1).fit(*coloured(6))
    assert caplog.messages == ["51 of 1,475 weights will train."]


@pytest.mark.single_backend
def test_a_change_of_the_weights_reaches_the_answers():
    pictures, names = coloured(12)
    fitted = classifier(epochs=1).fit(pictures, names)
    assert fitted.predict_proba(pictures).std() > 0
    fitted.model_.get_layer("head_scores").set_weights([np.zeros((16, 3)), np.array([0.0, 5.0, 0.0])])
    assert set(fitted.predict(pictures)) == {"green"}
    assert fitted.score(pictures, names) == pytest.approx(1 / 3)


@pytest.mark.single_backend
def test_bfloat16():
    pictures, names = coloured(30)
    try:
        fitted = classifier(precision="bfloat16").fit(pictures, names)
    except ArgumentError as problem:
        pytest.skip(str(problem))
    assert fitted.score(pictures, names) == 1
    answers = fitted.predict_proba(pictures)
    np.testing.assert_allclose(answers, fitted.set_params(precision="float32").predict_proba(pictures), atol=0.02)


def test_a_keyboard_interrupt_leaves_what_was_learned(monkeypatch, tmp_path):
    shuffle = Batches.shuffle

    def interrupted(batches: Batches, epoch: int) -> None:
        if epoch == 2:
            raise KeyboardInterrupt
        shuffle(batches, epoch)

    pictures, names = coloured(30)
    stopped = classifier()
    with monkeypatch.context() as patched:
        patched.setattr(Batches, "shuffle", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stopped.fit(pictures, names)
    assert len(stopped.history["loss"]) == 2
    assert stopped.predict_proba(pictures).shape == (30, 3)
    stopped.save(tmp_path / "stopped.keras")
    assert len(ImageClassifier.load(tmp_path / "stopped.keras").history["loss"]) == 2
