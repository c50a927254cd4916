"""The range test of learning rates: against plain Keras, and that it leaves everything as it was."""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image
from scipy.signal import lfilter

from amalthea.errors import ArgumentError, MissingDependencyError, StorageError
from amalthea.transfer import ImageClassifier, LearningRates
from amalthea.transfer.rate_finder import suggested
from tests.transfer.classifier.classes import classifier, coloured, small_network, weights, write_coloured

pytest.importorskip("sklearn", reason="an estimator needs it")

trains = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")

ORANGE, BLUE = (255, 127, 14), (31, 119, 180)  # of Matplotlib's "tab:" colours
FOUND = LearningRates(rates=(0.001, 0.01, 0.1, 1.0), losses=(1.1, 0.9, 0.5, 2.0), suggestion=0.01)


def plain_keras_losses(
    pictures: np.ndarray, names: list[str], rates: tuple[float, ...], batch_size: int
) -> list[float]:
    """Of a head in plain Keras, whose rate is set before each step; pictures in the order that the docs tell."""
    small = small_network()
    features = np.asarray(small.predict(pictures / np.float32(127.5) - 1, verbose=0))
    labels = np.unique(names, return_inverse=True)[1]
    zeros = keras.initializers.Zeros()
    head = keras.Sequential(
        [
            keras.Input(features.shape[1:]),
            keras.layers.GlobalAveragePooling2D(data_format="channels_last"),
            keras.layers.Dense(3, activation="softmax", kernel_initializer=zeros),
        ]
    )
    head.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy")
    losses: list[float] = []
    epoch = 0
    while len(losses) < len(rates):
        order = np.random.default_rng((0, epoch)).permutation(len(labels))
        for start in range(0, len(order), batch_size):
            if len(losses) < len(rates):
                head.optimizer.learning_rate = rates[len(losses)]
                chosen = order[start : start + batch_size]
                losses.append(float(head.train_on_batch(features[chosen], labels[chosen])))
        epoch += 1
    return losses


@trains
def test_losses_are_those_of_plain_keras() -> None:
    pictures, names = coloured(30)
    own = classifier(dropout=0.0, batch_size=8)
    found = own.lr_find(pictures, names, lowest=1e-4, highest=1.0, steps=40)
    assert found.rates == pytest.approx(np.geomspace(1e-4, 1.0, 40)[: len(found.rates)])
    losses = plain_keras_losses(pictures, names, found.rates, batch_size=8)
    steps = np.arange(1, len(losses) + 1)
    smoothed = lfilter([0.1], [1, -0.9], losses) / (1 - 0.9**steps)  # each step's counts a tenth
    assert found.losses[0] == pytest.approx(np.log(3), rel=1e-4)
    np.testing.assert_allclose(found.losses, smoothed, rtol=2e-3)
    assert min(found.losses) < 0.8


@trains
def test_a_classifier_before_fit_stays_as_it_was() -> None:
    """Its network too, although some of its own layers learn."""
    network = small_network(trainable=True)
    own = classifier(model=network)
    before, numbers = dict(vars(own)), weights(network)
    found = own.lr_find(*coloured(12), steps=30)
    assert vars(own) == before
    assert all(np.array_equal(value, weights(network)[path]) for path, value in numbers.items())
    assert all(layer.trainable for layer in network.layers)
    assert 1e-6 < found.suggestion < 10
    assert found.suggestion == float(f"{found.suggestion:.1e}")


@trains
def test_a_fitted_classifier_stays_as_it_was() -> None:
    """And is fine-tuned as if nothing had happened."""
    (pictures, names), (one, other) = coloured(24), (classifier(epochs=2), classifier(epochs=2))
    one.fit(pictures, names)
    other.fit(pictures, names)
    before, history, answers = weights(one.model_), one.history, one.predict_proba(pictures)
    flags = [layer.trainable for layer in one.model_.layers]
    with_pictures = one.lr_find(pictures, names, from_layer="conv_2", steps=25)
    assert one.lr_find(from_layer="conv_2", steps=25) == with_pictures  # None: those of fit
    head_alone = one.lr_find(steps=25)
    assert head_alone.losses[0] == pytest.approx(with_pictures.losses[0], rel=1e-3)
    assert head_alone.losses != with_pictures.losses
    assert all(np.array_equal(value, weights(one.model_)[path]) for path, value in before.items())
    assert [layer.trainable for layer in one.model_.layers] == flags
    assert one.history == history
    assert np.array_equal(one.predict_proba(pictures), answers)
    for each in (one, other):
        each.fine_tune("conv_2", epochs=1)
    for a, b in zip(one.model_.get_weights(), other.model_.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)


@trains
@pytest.mark.single_backend
def test_pictures_cross_the_network_once(tmp_path: Path, computed: list[int]) -> None:
    folder = write_coloured(tmp_path, 12)
    own = classifier(epochs=1)
    own.lr_find(folder, steps=20)
    assert sum(computed) == 12
    own.lr_find(folder, steps=20)
    own.fit(folder)
    assert sum(computed) == 12


@trains
@pytest.mark.single_backend
def test_it_ends_where_the_loss_explodes() -> None:
    own = classifier(optimizer="sgd")
    found = own.lr_find(*coloured(30), lowest=1e-4, highest=1e8)
    assert len(found.rates) == len(found.losses) < 100
    assert np.isfinite(found.losses).all()
    assert found.rates[-1] < 1e8


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize("optimizer", ["sgd", "schedule"])
def test_the_optimizer_may_be_another_one(optimizer: str) -> None:
    """Also one of Keras whose rate is a schedule; both are the same SGD here."""
    rate = keras.optimizers.schedules.CosineDecay(1.0, 5)
    given = optimizer if optimizer == "sgd" else keras.optimizers.SGD(rate, momentum=0.9)
    own = classifier(dropout=0.0)
    found = own.lr_find(*coloured(12), steps=20, optimizer=given)
    expected = classifier(dropout=0.0, optimizer="sgd").lr_find(*coloured(12), steps=20)
    assert found == expected != own.lr_find(*coloured(12), steps=20)


@trains
@pytest.mark.single_backend
def test_the_suggestion_trains(cached_weights: Path, test_data: Path) -> None:
    """Real photographs and weights; the default rate was chosen by hand on these."""
    folder = {part: test_data / "pets" / part for part in ("train", "validation")}
    own = ImageClassifier("MobileNet", alpha=0.25, weights=cached_weights / "mobilenet_2_5_224_tf.h5", epochs=10)
    by_default = own.fit(folder["train"]).score(folder["validation"])
    own = ImageClassifier(**own.get_params())
    found = own.lr_find(folder["train"])
    suggested = own.set_params(learning_rate=found.suggestion).fit(folder["train"]).score(folder["validation"])
    assert suggested >= by_default - 0.02, str(found)


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lowest": 0}, "lowest=0; allowed: numbers above 0"),
        ({"lowest": 0.1, "highest": 0.01}, r"highest=0\.01; allowed: numbers above 0\.1"),
        ({"steps": 19}, "steps=19; allowed: whole numbers from 20 on"),
        ({"blocks": 2}, "blocks=2: below its head a network learns in fine_tune, which comes after fit"),
        ({"optimizer": "adma"}, "optimizer='adma'; allowed: 'adam', 'rmsprop', 'sgd'"),
    ],
)
def test_refusals(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        classifier().lr_find(*coloured(6), **arguments)


@pytest.mark.single_backend
def test_pictures_that_cannot_be_used() -> None:
    pictures, names = coloured(6)
    with pytest.raises(ArgumentError, match="the target y is None"):
        classifier().lr_find(pictures)
    with pytest.raises(ArgumentError, match="given was None"):
        classifier().lr_find()
    with pytest.raises(ArgumentError, match=r"wants \[0, 255\] RGB"):
        ImageClassifier("EfficientNetLite0", weights=None).lr_find(pictures / 255, names)


@trains
@pytest.mark.single_backend
def test_rates_that_are_too_high() -> None:
    own = classifier(optimizer="sgd", l2=1.0)
    with pytest.raises(ArgumentError, match=r"too soon to tell which rate suits\. It is below 1e\+30, the first"):
        own.lr_find(*coloured(12), lowest=1e30, highest=1e33)
    own.fit(*coloured(12))
    with pytest.raises(ArgumentError, match=r"has no layer 'conv_3'\. Did you mean conv_"):
        own.lr_find(from_layer="conv_3")


RATES = np.geomspace(1e-6, 10, 100).tolist()
DECADES = np.log10(RATES)


def test_the_suggestion_is_where_a_tenth_of_the_fall_is_over() -> None:
    """Here from 1 to 0.2, from 1e-4 to 0.01 evenly; then up again."""
    losses = np.interp(DECADES, [-4, -2, -1, 1], [1.0, 0.2, 0.2, 3.0])
    assert suggested(RATES, losses.tolist()) == pytest.approx(10**-3.8, rel=0.2)
    noisy = losses - 0.3 * (np.arange(100) % 9 == 4) * (DECADES < -3.9)  # falls that are no falls
    assert suggested(RATES, noisy.tolist()) == pytest.approx(10**-3.8, rel=0.4)


def test_a_loss_that_never_falls() -> None:
    with pytest.raises(ArgumentError, match="No learning rate from 1e-06 to 10 made the loss fall below the 1 of the"):
        suggested(RATES, np.interp(DECADES, [-4, 1], [1.0, 3.0]).tolist())


@pytest.mark.skipif(keras.config.backend() != "openvino", reason="a backend that trains")
def test_on_a_backend_that_cannot_train() -> None:
    with pytest.raises(MissingDependencyError, match="Keras on OpenVINO cannot train"):
        classifier().lr_find(*coloured(6))


def pixels(path: Path, colour: tuple[int, int, int]) -> int:
    with Image.open(path) as image:
        return int((np.asarray(image.convert("RGB")) == colour).all(axis=-1).sum())


@pytest.mark.single_backend
def test_the_chart(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    FOUND.draw(tmp_path / "rates.png")
    with Image.open(tmp_path / "rates.png") as image:
        assert (image.format, image.size) == ("PNG", (700, 450))
    assert pixels(tmp_path / "rates.png", BLUE) > 100
    assert pixels(tmp_path / "rates.png", ORANGE) > 100
    with pytest.raises(ArgumentError, match=r"rates\.svg does not end in \.png"):
        FOUND.draw(tmp_path / "rates.svg")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Cannot write into"):
        FOUND.draw(tmp_path / "file" / "rates.png")


@pytest.mark.single_backend
def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r'learning rates needs Matplotlib: pip install "amalthea\[train'):
        FOUND.draw(tmp_path / "rates.png")


@pytest.mark.single_backend
def test_as_text_and_json() -> None:
    assert str(FOUND) == "Suggested learning rate: 0.01 (tried: 0.001 to 1 in 4 steps)"
    assert json.loads(FOUND.to_json()) == {
        "suggestion": 0.01,
        "rates": [0.001, 0.01, 0.1, 1.0],
        "losses": [1.1, 0.9, 0.5, 2.0],
    }
