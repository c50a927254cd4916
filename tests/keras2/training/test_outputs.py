"""Several outputs of one inner model, whose losses have names of their own, so that none hides another."""

import numpy as np
import pytest

from amalthea.keras2.layers import Dense
from amalthea.keras2.models import Input, Model
from amalthea.keras2.optimizers import SGD
from tests.keras2.training.networks import weight_model, weight_of


@pytest.fixture(autouse=True)
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


def test_both_losses_of_a_discriminator_are_told():
    """As in every GAN with classes: the outer model ends with the two outputs of the inner one."""
    number, noise = Input((1,)), Input((1,))
    ones = {"use_bias": False, "kernel_initializer": "ones"}
    inner = Model(number, [Dense(1, **ones)(number), Dense(2, **ones)(number)], name="discriminator")
    outer = Model(noise, inner(noise))
    outer.compile("sgd", "mse", metrics=["mae"])
    x, y = np.array([[1.0], [3.0]]), [np.zeros((2, 1)), np.ones((2, 2))]
    assert outer.metrics_names == [
        *("loss", "discriminator_loss", "discriminator_1_loss"),
        *("discriminator_mean_absolute_error", "discriminator_1_mean_absolute_error"),
    ]
    assert outer.train_on_batch(x, y) == pytest.approx([7, 5, 2, 2, 1])
    assert len(set(outer.evaluate(x, y, verbose=0))) > 2


def test_models_with_one_optimizer():
    """As the discriminator and the whole of most GANs; Keras 3 refuses the second model."""
    optimizer = SGD(lr=0.25)
    first, second = weight_model(optimizer=optimizer), weight_model(optimizer=optimizer)
    for model in (first, second, first):
        model.train_on_batch(np.ones((1, 1)), np.zeros((1, 1)))
    assert (weight_of(first), weight_of(second)) == pytest.approx((0.25, 0.5))
    assert first.optimizer is optimizer
    assert float(second.optimizer.lr) == 0.25


def test_targets_by_the_name_of_a_single_output():
    model = weight_model()
    [name] = model.output_names
    x, y = np.ones((2, 1)), {name: np.zeros(2)}
    assert model.test_on_batch(x, y) == pytest.approx(1)
    assert model.fit_generator(iter([(x, y)] * 2), 1, verbose=0).history["loss"] == pytest.approx([1])
