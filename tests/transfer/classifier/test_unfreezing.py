"""Fine-tuning by stages, with rates from block to block, and what else a training can be told."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.transfer import ImageClassifier
from amalthea.transfer.classifier.unfreezing import stages
from tests.transfer.classifier.classes import classifier, coloured, moved, weights

trains = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")


class Trained(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """Remembers of each training which layers train, and how often."""

    def __init__(self) -> None:
        super().__init__()
        self.stages: list[tuple[set[str], int]] = []

    def on_train_begin(self, logs: Any = None) -> None:
        layers = {variable.path.split("/")[0] for variable in self.model.trainable_variables}
        self.stages.append((layers, self.params["epochs"]))


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("epochs", "blocks", "wanted"),
    [
        (10, 3, [(4, 1), (3, 2), (3, 3)]),
        (3, 3, [(1, 1), (1, 2), (1, 3)]),
        (2, 5, [(1, 3), (1, 5)]),
        (1, 4, [(1, 4)]),
        (7, 1, [(7, 1)]),
        (7, 0, [(7, 0)]),
    ],
)
def test_epochs_are_shared_among_the_stages(epochs: int, blocks: int, wanted: list[tuple[int, int]]) -> None:
    assert list(stages(epochs, blocks)) == wanted


@trains
def test_one_layer_after_the_other_where_blocks_are_not_known() -> None:
    pictures, names = coloured(30)
    fitted = classifier(epochs=2).fit(pictures, names, validation=coloured(15, seed=1))
    before, trained = weights(fitted.model_), Trained()
    fitted.fine_tune("conv_1", epochs=3, gradual=True, learning_rate=1e-3, callbacks=[trained])
    assert trained.stages == [({"conv_2", "head_scores"}, 2), ({"conv_1", "conv_2", "head_scores"}, 1)]
    assert moved(before, weights(fitted.model_)) == {"conv_1", "conv_2", "head_scores"}
    assert {layer.name: layer.trainable for layer in fitted.model_.layers if layer.weights} == {
        "conv_1": True,
        "bn_1": False,
        "conv_2": True,
        "head_scores": True,
    }
    assert {name: len(values) for name, values in fitted.history.items()} == dict.fromkeys(
        ["loss", "accuracy", "val_loss", "val_accuracy", "kept"], 5
    )
    assert fitted.tuned_from_ == 2
    kept = int(fitted.history["kept"][-1])
    assert fitted.history["val_accuracy"][kept - 1] >= fitted.history["val_accuracy"][1]
    assert fitted.score(*coloured(15, seed=1)) == pytest.approx(fitted.history["val_accuracy"][kept - 1], abs=1e-6)


@trains
@pytest.mark.single_backend
def test_one_block_after_the_other_with_rates_of_their_own(cached_weights: Path) -> None:
    pictures, names = coloured(12)
    fitted = ImageClassifier("MobileNet", weights=cached_weights / "mobilenet_2_5_224_tf.h5", alpha=0.25, epochs=1)
    fitted.fit(pictures, names)
    before, trained = weights(fitted.model_), Trained()
    fitted.fine_tune(blocks=2, epochs=2, gradual=True, learning_rate=(1e-3, 1e-2), callbacks=[trained])
    last = {"conv_dw_13", "conv_pw_13", "head_scores"}
    assert trained.stages == [(last, 1), (last | {"conv_dw_12", "conv_pw_12"}, 1)]
    assert moved(before, weights(fitted.model_)) == last | {"conv_dw_12", "conv_pw_12"}


@trains
@pytest.mark.single_backend
def test_the_weights_never_end_worse_over_all_stages() -> None:
    pictures, names = coloured(30)
    names = np.random.default_rng(0).permutation(names)
    fitted = classifier(epochs=4).fit(pictures, names)
    before = weights(fitted.model_)
    fitted.fine_tune("conv_1", learning_rate=30.0, epochs=2, gradual=True)
    assert moved(before, weights(fitted.model_)) == set()
    assert fitted.history["kept"][-1] == 4


@trains
@pytest.mark.single_backend
def test_an_error_in_a_later_stage_changes_nothing() -> None:
    class Failing(keras.callbacks.Callback):
        trainings = 0

        def on_train_begin(self, logs: Any = None) -> None:
            self.trainings += 1
            if self.trainings == 2:
                raise RuntimeError("of the user")

    fitted = classifier(epochs=1).fit(*coloured(12))
    flags, before = [layer.trainable for layer in fitted.model_.layers], weights(fitted.model_)
    with pytest.raises(RuntimeError, match="of the user"):
        fitted.fine_tune("conv_1", epochs=2, gradual=True, learning_rate=1e-3, callbacks=[Failing()])
    assert [layer.trainable for layer in fitted.model_.layers] == flags
    assert moved(before, weights(fitted.model_)) == set()
    assert len(fitted.history["loss"]) == 1


@trains
@pytest.mark.single_backend
def test_after_control_c_in_the_first_stage_the_flags_are_those_asked_for() -> None:
    class Pressed(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch == 1:
                raise KeyboardInterrupt

    fitted = classifier(epochs=1).fit(*coloured(12))
    with pytest.raises(KeyboardInterrupt):
        fitted.fine_tune("conv_1", epochs=4, gradual=True, callbacks=[Pressed()])
    assert len(fitted.history["loss"]) == 2
    assert [fitted.model_.get_layer(name).trainable for name in ("conv_1", "bn_1", "conv_2")] == [True, False, True]


@trains
@pytest.mark.single_backend
def test_all_that_a_training_can_be_told(tmp_path: Path) -> None:
    """In ``fit`` as in ``fine_tune``; the file of the classifier keeps what is no object."""
    given = {"schedule": "one_cycle", "label_smoothing": 0.1, "mixup": 0.2}
    fitted = classifier(epochs=20, **given).fit(*coloured(30), validation=coloured(15, seed=1))
    assert fitted.history["val_accuracy"][-1] > 0.9
    fitted.fine_tune("conv_2", epochs=2, schedule="cosine", learning_rate=[1e-4, 1e-3])
    fitted.save(tmp_path / "colours.keras")
    again = ImageClassifier.load(tmp_path / "colours.keras")
    assert {name: again.get_params()[name] for name in given} == given
    np.testing.assert_allclose(again.predict_proba(coloured(6)[0]), fitted.predict_proba(coloured(6)[0]), atol=1e-5)


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"schedule": "linear"}, "schedule='linear'"),
        ({"label_smoothing": 2}, "label_smoothing=2"),
        ({"mixup": -1}, "mixup=-1"),
        ({"training_precision": "int8"}, "training_precision='int8'; allowed: 'float32', 'bfloat16'"),
    ],
)
def test_parameters_that_are_refused(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        classifier(**setting).fit(*coloured(6))


@trains
@pytest.mark.single_backend
def test_rates_that_are_refused_change_no_flag() -> None:
    fitted = classifier(epochs=1).fit(*coloured(12))
    flags = [layer.trainable for layer in fitted.model_.layers]
    for setting, message in (
        ({"learning_rate": (1e-2, 1e-4)}, "learning_rate="),
        ({"schedule": "linear"}, "schedule='linear'"),
        ({"callbacks": [print]}, "callbacks="),
    ):
        with pytest.raises(ArgumentError, match=message):
            fitted.fine_tune("conv_1", **setting)
    assert [layer.trainable for layer in fitted.model_.layers] == flags
