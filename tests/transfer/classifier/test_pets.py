"""Real photographs, real weights, default parameters: what a user gets."""

import keras
import pytest

from amalthea.transfer import ImageClassifier

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]


@pytest.mark.parametrize("name", ["MobileNet", "EfficientNetLite0"])
def test_the_pets_are_told_apart(name, test_data, cached_weights):
    """Plain Keras: 0.953 with the features of this MobileNet and a head of dropout 0.5, Adam, 10 epochs."""
    own = {"weights": cached_weights / "mobilenet_7_5_224_tf.h5", "alpha": 0.75} if name == "MobileNet" else {}
    classifier = ImageClassifier(name, **own)
    validation = test_data / "pets" / "validation"
    classifier.fit(test_data / "pets" / "train", validation=validation)
    report = classifier.evaluate(validation)
    assert report.accuracy >= 0.95
    assert report.accuracy == pytest.approx(classifier.history["val_accuracy"][-1])
    if name == "MobileNet":
        classifier.fine_tune("conv_pw_13", epochs=1)
        assert classifier.score(validation) >= report.accuracy
