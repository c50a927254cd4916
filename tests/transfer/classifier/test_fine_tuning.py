"""The last layers of the network learn after the head."""

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.transfer import ImageClassifier
from tests.transfer.classifier.classes import classifier, coloured, moved, small_network, weights

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")


@pytest.mark.single_backend
def test_before_fit_it_is_an_error_that_says_why():
    with pytest.raises(ArgumentError, match="fine_tune comes after fit: the large errors of a new head would spoil"):
        classifier().fine_tune("conv_2")
    with pytest.raises(NotFittedError):
        classifier().fine_tune("conv_2")


@pytest.mark.parametrize(
    ("batchnorm", "expected"),
    [("frozen", {"conv_2", "head_scores"}), ("train", {"bn_1", "conv_2", "head_scores"})],
)
def test_from_a_layer_on(batchnorm, expected):
    pictures, names = coloured(30)
    fitted = classifier(epochs=2).fit(pictures, names, validation=coloured(15, seed=1))
    before, epochs = weights(fitted.model_), len(fitted.history["loss"])
    layer = "conv_2" if batchnorm == "frozen" else "bn_1"
    fitted.fine_tune(layer, epochs=3, batchnorm=batchnorm, learning_rate=1e-3)
    assert moved(before, weights(fitted.model_)) == expected
    assert {name: len(values) for name, values in fitted.history.items()} == dict.fromkeys(
        ["loss", "accuracy", "val_loss", "val_accuracy", "kept"], epochs + 3
    )
    assert fitted.history["val_loss"][-1] < fitted.history["val_loss"][epochs - 1]


@pytest.mark.single_backend
def test_the_last_blocks_of_a_named_network(cached_weights):
    pictures, names = coloured(12)
    fitted = ImageClassifier("MobileNet", weights=cached_weights / "mobilenet_2_5_224_tf.h5", alpha=0.25, epochs=1)
    fitted.fit(pictures, names)
    before = weights(fitted.model_)
    fitted.fine_tune(blocks=2, epochs=1, learning_rate=1e-3)
    moving = {"conv_dw_12", "conv_pw_12", "conv_dw_13", "conv_pw_13", "head_scores"}
    assert moved(before, weights(fitted.model_)) == moving
    with pytest.raises(ArgumentError, match=r"blocks=99; MobileNet has \d+ blocks"):
        fitted.fine_tune(blocks=99)
    with pytest.raises(ArgumentError, match=r"no layer 'conv_pw_31'. Did you mean conv_pw_"):
        fitted.fine_tune("conv_pw_31")


@pytest.mark.parametrize("with_validation", [True, False])
def test_it_never_ends_worse_than_it_began(with_validation):
    """With labels that nothing in the pictures tells, large steps ruin everything."""
    pictures, names = coloured(30)
    names = np.random.default_rng(0).permutation(names)
    validation = (coloured(30, seed=1)[0], names) if with_validation else None
    fitted = classifier(epochs=4).fit(pictures, names, validation=validation)
    before = weights(fitted.model_)
    fitted.fine_tune("conv_1", learning_rate=30.0, epochs=2)
    assert moved(before, weights(fitted.model_)) == set()
    assert len(fitted.history["loss"]) == 6
    assert fitted.history["loss"][-1] > 2 * fitted.history["loss"][3]


@pytest.mark.single_backend
def test_an_error_leaves_the_flags_as_they_were(tmp_path):
    pictures, names = coloured(12)
    fitted = classifier(epochs=1).fit(pictures, names)
    fitted.model_.get_layer("bn_1").trainable = True
    before = [layer.trainable for layer in fitted.model_.layers]
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ImageError, match=r"broken\.png"):
        fitted.fine_tune("conv_2", X=[tmp_path / "broken.png"], y=["blue"])
    assert [layer.trainable for layer in fitted.model_.layers] == before
    assert len(fitted.model_.trainable_weights) == 4  # of the head and the normalisation


def test_the_flags_of_the_user_count():
    pictures, names = coloured(12)
    fitted = classifier(epochs=1).fit(pictures, names)
    before = weights(fitted.model_)
    for layer in fitted.model_.layers:
        layer.trainable = layer.name == "conv_1"
    fitted.fine_tune(epochs=1, learning_rate=1e-3)
    assert moved(before, weights(fitted.model_)) == {"conv_1"}
    fitted.model_.trainable = False
    with pytest.raises(ArgumentError, match="train"):
        fitted.fine_tune(epochs=1)
    answers = fitted.predict(pictures)
    assert fitted.score(pictures, answers) == 1


@pytest.mark.single_backend
def test_other_pictures_and_a_model_of_ones_own():
    fitted = classifier(epochs=1).fit(*coloured(12))
    pictures, names = coloured(9, seed=5)
    fitted.fine_tune("conv_2", epochs=1, X=pictures, y=names, validation=coloured(6, seed=6))
    assert len(fitted.history["loss"]) == 2
    with pytest.raises(ArgumentError, match="y holds the labels 'pink'"):
        fitted.fine_tune("conv_2", X=pictures, y=["pink"] * 9)
    with pytest.raises(ArgumentError, match=r"blocks=1: .* Use from_layer"):
        fitted.fine_tune(blocks=1)
    with pytest.raises(ArgumentError, match=r"from_layer='conv_2' and blocks=1; give one"):
        fitted.fine_tune("conv_2", blocks=1)


@pytest.mark.single_backend
def test_validation_without_pictures_goes_with_those_of_fit():
    fitted = classifier(epochs=2).fit(*coloured(30))
    fitted.fine_tune("conv_2", epochs=1, validation=coloured(9, seed=3))
    fitted.fine_tune("conv_2", epochs=1, validation=0.3)
    assert len(fitted.history["loss"]) == 4
    assert np.isfinite(fitted.history["val_loss"]).sum() == 2
    with pytest.raises(MissingFileError, match="nowhere"):
        fitted.fine_tune("conv_2", validation="nowhere")
    with pytest.raises(ArgumentError, match=r"have 16 × 16 pixels; small_classifier takes 32 × 32"):
        fitted.fine_tune("conv_2", validation=coloured(9, side=16))
    with pytest.raises(ArgumentError, match=r"y=\['red', 'blue'\] without X: give the pictures of these labels"):
        fitted.fine_tune("conv_2", y=["red", "blue"])


@pytest.mark.single_backend
@pytest.mark.parametrize("setting", [{"learning_rate": -1}, {"epochs": 0}, {"optimizer": "adamw"}])
def test_a_setting_that_cannot_be_used_changes_no_flag(setting):
    fitted = classifier(epochs=1).fit(*coloured(12))
    flags = [layer.trainable for layer in fitted.model_.layers]
    with pytest.raises(ArgumentError, match=next(iter(setting))):
        fitted.fine_tune("conv_1", **setting)
    assert [layer.trainable for layer in fitted.model_.layers] == flags


@pytest.mark.single_backend
def test_the_model_that_was_given_is_the_one_that_learns():
    network = small_network()
    fitted = classifier(model=network, epochs=1).fit(*coloured(12))
    fitted.fine_tune("conv_2", epochs=1, learning_rate=1e-3)
    assert np.array_equal(
        network.get_layer("conv_2").get_weights()[0], fitted.model_.get_layer("conv_2").get_weights()[0]
    )
