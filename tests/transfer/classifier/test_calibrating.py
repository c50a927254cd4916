"""Temperature scaling of a classifier: its probabilities in every file and runtime, never its classes."""

import keras
import numpy as np
import pytest
from PIL import Image
from scipy.optimize import minimize_scalar

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.transfer import ImageClassifier
from amalthea.transfer.classifier.estimator import UnfittedError
from tests.transfer.classifier.classes import coloured
from tests.transfer.classifier.untrained import answers_of_keras, untrained, varied
from tests.transfer.training.rows import trains

PICTURES = varied(120)


def labelled(fitted: ImageClassifier, temperature: float, count: int = len(PICTURES)) -> np.ndarray:
    """Classes of pictures, drawn so that the classifier is too sure of its answers by a temperature."""
    powers = answers_of_keras(fitted, PICTURES[:count]).astype(np.float64) ** (1 / temperature)
    cumulated = (powers / powers.sum(axis=1, keepdims=True)).cumsum(axis=1)
    draws = np.random.default_rng(1).random((count, 1)) * cumulated[:, -1:]
    return fitted.classes_[(draws > cumulated).sum(axis=1)]


def loss(probabilities: np.ndarray, fitted: ImageClassifier, names: np.ndarray) -> float:
    own = probabilities[np.arange(len(names)), np.searchsorted(fitted.classes_, names)]
    return float(-np.log(np.maximum(own, 1e-30)).mean())


@pytest.mark.parametrize(
    ("classes", "head", "data_format"),
    [
        (3, "categorical_crossentropy", "channels_last"),
        (2, "binary_crossentropy", "channels_last"),
        (2, "categorical_crossentropy", "channels_first"),
    ],
)
def test_the_last_layer_is_divided_by_the_best_temperature(classes, head, data_format, caplog):
    fitted = untrained(classes, sure=5, data_format=data_format, loss=head)
    names, before = labelled(fitted, 4), answers_of_keras(fitted, PICTURES)
    weights = fitted.model_.get_layer("head_scores").get_weights()
    kept = [layer.get_weights() for layer in fitted.model_.layers[:-1]]
    with caplog.at_level("INFO", logger="amalthea"):
        temperature = fitted.calibrate(PICTURES, names)
    assert 2 < temperature < 8
    assert fitted.temperature_ == temperature
    divided = fitted.model_.get_layer("head_scores").get_weights()
    for array, original in zip(divided, weights, strict=True):
        np.testing.assert_allclose(array, original / temperature, rtol=1e-6)
    for layer, arrays in zip(fitted.model_.layers[:-1], kept, strict=True):
        assert all(np.array_equal(one, other) for one, other in zip(layer.get_weights(), arrays, strict=True))

    after = answers_of_keras(fitted, PICTURES)
    np.testing.assert_allclose(fitted.predict_proba(PICTURES), after, atol=1e-5)
    assert np.array_equal(after.argmax(axis=1), before.argmax(axis=1))
    powers = before.astype(np.float64) ** (1 / temperature)
    np.testing.assert_allclose(after, powers / powers.sum(axis=1, keepdims=True), atol=1e-4)

    def of_log_temperature(logarithm: float) -> float:
        softened = np.maximum(before.astype(np.float64), 1e-30) ** np.exp(-logarithm)
        return loss(softened / softened.sum(axis=1, keepdims=True), fitted, names)

    best = np.exp(minimize_scalar(of_log_temperature, bounds=(-3, 3), method="bounded").x)
    assert temperature == pytest.approx(best, rel=0.01)
    [message] = caplog.messages
    assert message.startswith(
        f"Calibrated with 120 pictures: temperature {temperature:.3f}, expected calibration error"
    )
    errors = [
        amalthea.transfer.reliability(np.searchsorted(fitted.classes_, names), each).error for each in (after, before)
    ]
    assert f"error {errors[0]:.4f} (before: {errors[1]:.4f})" in message
    assert errors[0] < errors[1]


@pytest.mark.single_backend
def test_once_is_enough_and_the_product_is_kept():
    fitted = untrained(sure=5)
    names = labelled(fitted, 4)
    first = fitted.calibrate(PICTURES, names)
    second = fitted.calibrate(PICTURES, names)
    assert second == pytest.approx(1, abs=1e-3)
    assert fitted.temperature_ == pytest.approx(first * second)
    not_sure_enough = untrained(sure=1)
    assert not_sure_enough.calibrate(PICTURES, labelled(untrained(sure=4), 1)) < 0.6


@pytest.mark.single_backend
def test_files_and_runtimes_answer_so(tmp_path):
    fitted = untrained(sure=5)
    fitted.calibrate(PICTURES, labelled(fitted, 4))
    answers = fitted.predict_proba(PICTURES[:8])
    fitted.save(tmp_path / "pets.keras")
    loaded = ImageClassifier.load(tmp_path / "pets.keras")
    assert loaded.temperature_ == fitted.temperature_ != 1
    np.testing.assert_array_equal(loaded.predict_proba(PICTURES[:8]), answers)
    fitted.save(tmp_path / "pets.onnx")
    for runtime in ("openvino", "onnxruntime"):
        if runtime == "onnxruntime":
            pytest.importorskip("onnxruntime")
        found = amalthea.load(tmp_path / "pets.onnx", runtime=runtime)(PICTURES[:8])
        np.testing.assert_allclose(found, answers, atol=1e-5)


@pytest.mark.single_backend
def test_features_that_are_kept_are_used(computed, tmp_path):
    fitted = untrained(sure=5)
    names = labelled(fitted, 4)
    fitted.evaluate(PICTURES, names)
    assert sum(computed) == 240  # through the frozen part, and through the head
    computed.clear()
    fitted.calibrate(PICTURES, names)
    assert sum(computed) == 120  # through the head


@pytest.mark.single_backend
def test_files_that_are_no_pictures_are_left_out(tmp_path):
    fitted = untrained(sure=5, on_error="skip")
    names = labelled(fitted, 4, 30)
    for number, (picture, name) in enumerate(zip(PICTURES, names, strict=False)):
        (tmp_path / name).mkdir(exist_ok=True)
        Image.fromarray(picture).save(tmp_path / name / f"{number:03}.png")
    expected = untrained(sure=5).calibrate(PICTURES[:30], names)
    (tmp_path / "red" / "broken.png").write_bytes(b"no picture")
    with pytest.warns(AmaltheaWarning, match="1 of 31 pictures cannot be used"):
        assert fitted.calibrate(tmp_path) == pytest.approx(expected, rel=1e-4)


@pytest.mark.single_backend
def test_what_tells_nothing_is_said():
    fitted = untrained(sure=5)
    before = fitted.predict_proba(PICTURES)
    with pytest.raises(
        ArgumentError, match=r"19 pictures do not tell how sure a classifier should be; give 20 or more"
    ):
        fitted.calibrate(PICTURES[:19], labelled(fitted, 4, 19))
    with pytest.warns(AmaltheaWarning, match=r"All 120 pictures are answered right, which does not tell how sure is"):
        assert fitted.calibrate(PICTURES, fitted.predict(PICTURES)) == 1
    assert fitted.temperature_ == 1
    np.testing.assert_array_equal(fitted.predict_proba(PICTURES), before)
    with pytest.raises(UnfittedError, match="Call fit before it can be calibrated"):
        ImageClassifier("MobileNet").calibrate(PICTURES, ["red"] * 120)
    with pytest.raises(ArgumentError, match="y holds the labels 'pink'; the classes are"):
        fitted.calibrate(PICTURES, ["pink"] * 120)


@pytest.mark.single_backend
def test_another_end_is_refused():
    fitted = untrained()
    doubled = keras.layers.Average(name="mean")([fitted.model_.output, fitted.model_.output])
    fitted.model_ = keras.Model(fitted.model_.input, doubled, name="both")
    with pytest.raises(
        ArgumentError, match=r"both ends in 'mean', a Average; only a dense layer with a softmax or a s"
    ):
        fitted.calibrate(PICTURES, ["red"] * len(PICTURES))


@trains
@pytest.mark.single_backend
@pytest.mark.filterwarnings("ignore:Training diverged")
def test_training_forgets_it_unless_the_weights_of_before_are_kept():
    pictures, names = coloured(30)
    fitted = untrained(sure=5, epochs=1)
    fitted.calibrate(PICTURES, labelled(fitted, 4))
    temperature = fitted.temperature_
    assert temperature > 1
    fitted.fine_tune(epochs=1, learning_rate=1e30, X=pictures, y=names)
    assert fitted.history_["kept"] == [0]
    assert fitted.temperature_ == temperature
    fitted.fine_tune(epochs=1, X=pictures, y=names)
    assert fitted.history_["kept"] == [0, 2]
    assert fitted.temperature_ == 1
    fitted.temperature_ = 2.0
    assert fitted.fit(pictures, names).temperature_ == 1
