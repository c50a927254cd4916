"""``class_weight`` and ``sample_weight`` of models with several outputs, as Keras 1 and 2 took them."""

import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.keras2.layers import Dense
from amalthea.keras2.models import Input, Model
from tests.keras2.training.networks import weight_model

COLUMN = np.arange(8.0)[:, None]
LABELS = np.arange(8) % 2
ROWS = np.eye(3)[np.arange(8) % 3]
BY_CLASS = {0: 1.0, 1: 5.0}
HEAVY = np.where(LABELS == 1, 5.0, 1.0)
OF_SAMPLES = np.linspace(0.5, 2, 8)


@pytest.fixture(autouse=True)
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


@pytest.fixture(scope="module")
def model(backend):
    """Two outputs, which answer the number itself and three times the number; nothing is learnt."""
    number = Input(shape=(1,))
    ones = {"use_bias": False, "kernel_initializer": "ones", "trainable": False}
    made = Model(number, [Dense(1, name="main", **ones)(number), Dense(3, name="aux", **ones)(number)])
    made.compile("sgd", "mse", run_eagerly=True)
    return made


def losses(of_main=1.0, of_aux=1.0):
    """By hand: in all, of the first and of the second output."""
    main = np.mean((COLUMN[:, 0] - LABELS) ** 2 * of_main)
    aux = np.mean(np.mean((COLUMN - ROWS) ** 2, axis=1) * of_aux)
    return pytest.approx([main + aux, main, aux], rel=1e-5)


def trained(model, how, targets, **weights):
    """Losses of one step with all samples."""
    if how == "train_on_batch":
        return model.train_on_batch(COLUMN, targets, **weights)
    if how == "fit_generator":
        of_samples = weights.pop("sample_weight", None)
        batch = (COLUMN, targets) if of_samples is None else (COLUMN, targets, of_samples)
        history = model.fit_generator(iter([batch] * 2), 1, verbose=0, **weights).history
    else:
        history = model.fit(COLUMN, targets, batch_size=8, shuffle=how == "shuffled", verbose=0, **weights).history
    return [history[name][0] for name in model.metrics_names]


WAYS = ["fit", "shuffled", "fit_generator", "train_on_batch"]


@pytest.mark.filterwarnings("ignore:.* was compiled while all its layers were frozen")
@pytest.mark.parametrize("how", WAYS)
def test_of_each_output(model, how):
    by_name = {"main": LABELS, "aux": ROWS}
    both = losses(HEAVY, np.array([1.0, 5.0, 1.0])[ROWS.argmax(axis=1)])
    assert trained(model, how, [LABELS, ROWS], class_weight={"main": BY_CLASS}) == losses(HEAVY)
    assert trained(model, how, by_name, class_weight={"aux": BY_CLASS, "main": BY_CLASS}) == both
    assert trained(model, how, [LABELS, ROWS], class_weight=[BY_CLASS, BY_CLASS]) == both
    found = trained(model, how, [LABELS, ROWS], class_weight=[BY_CLASS, None], sample_weight={"aux": OF_SAMPLES})
    assert found == losses(HEAVY, OF_SAMPLES)
    found = trained(model, how, [LABELS, ROWS], class_weight={"main": BY_CLASS}, sample_weight=[OF_SAMPLES, None])
    assert found == losses(HEAVY * OF_SAMPLES)


@pytest.mark.filterwarnings("ignore:.* was compiled while all its layers were frozen")
def test_of_samples_to_judge_with(model):
    weights = {"main": OF_SAMPLES}
    assert model.evaluate(COLUMN, [LABELS, ROWS], sample_weight=weights, verbose=0) == losses(OF_SAMPLES)
    assert model.test_on_batch(COLUMN, [LABELS, ROWS], sample_weight=weights) == losses(OF_SAMPLES)
    data = COLUMN, [LABELS, ROWS], weights
    history = model.fit(COLUMN, [LABELS, ROWS], validation_data=data, verbose=0).history
    assert [history[f"val_{name}"][0] for name in model.metrics_names] == losses(OF_SAMPLES)


@pytest.mark.parametrize("how", WAYS)
def test_of_a_single_output_and_its_samples(how):
    expected = pytest.approx(np.mean((COLUMN[:, 0] - LABELS) ** 2 * HEAVY * OF_SAMPLES), rel=1e-5)
    model = weight_model(loss="mse")
    for given in (BY_CLASS, [BY_CLASS], {model.output_names[0]: BY_CLASS}):
        model.set_weights([np.ones((1, 1))])
        found = trained(model, how, LABELS, class_weight=given, sample_weight=OF_SAMPLES)
        assert found == (expected if how == "train_on_batch" else [expected])


@pytest.mark.filterwarnings("ignore:.* was compiled while all its layers were frozen")
def test_what_is_for_no_output(model):
    with pytest.warns(AmaltheaWarning, match=r"class_weight=<dict> of 2 outputs has no effect, .*: {'main': {0: 1, 1"):
        found = trained(model, "fit", [LABELS, ROWS], class_weight=BY_CLASS)
    assert found == losses()
    with pytest.raises(ArgumentError, match=r"class_weight has no output side; the outputs are main, aux\."):
        trained(model, "fit", [LABELS, ROWS], class_weight={"side": BY_CLASS})
    with pytest.raises(ArgumentError, match=r"class_weight has 1 members; .* has 2 outputs\."):
        trained(model, "fit", [LABELS, ROWS], class_weight=[BY_CLASS])
    with pytest.raises(ArgumentError, match=r"class_weight is for classes, .* not for targets of shape \(8, 1, 1\)\."):
        trained(weight_model(), "fit", LABELS[:, None, None], class_weight=BY_CLASS)
