"""Soft targets: smoothed labels and mixed rows, against Keras' own smoothing and the paper's formula by hand."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.mixing import Softening, targets_of
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import assert_same_change, evaluated, head, samples, trains, weights


def batch(count: int = 50, classes: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(4)
    rows = generator.standard_normal((count, 2, 2, 5)).astype(np.float32)
    labels = generator.integers(0, classes, count)
    return rows, np.eye(classes, dtype=np.float32)[labels], generator.uniform(0, 2, count).astype(np.float32)


@pytest.mark.single_backend
def test_a_batch_is_mixed_as_in_the_paper() -> None:
    rows, targets, _ = batch()
    (mixed, flat), labels, none = Softening(0.0, 0.4, seed=5)([rows, rows[:, 0, 0]], targets, None, 3, 2)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(5, spawn_key=(3, 2))))
    drawn, other = generator.beta(0.4, 0.4, 50), generator.permutation(50)
    for row in range(50):
        kept = max(drawn[row], 1 - drawn[row])
        np.testing.assert_allclose(mixed[row], kept * rows[row] + (1 - kept) * rows[other[row]], rtol=1e-4, atol=1e-6)
        wanted = kept * targets[row] + (1 - kept) * targets[other[row]]
        np.testing.assert_allclose(labels[row], wanted, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(flat, mixed[:, 0, 0])
    assert none is None
    assert mixed.dtype == labels.dtype == np.float32
    np.testing.assert_array_equal(labels.argmax(axis=1), targets.argmax(axis=1))


@pytest.mark.single_backend
def test_each_epoch_and_batch_has_draws_of_its_own() -> None:
    rows, targets, _ = batch()
    softening = Softening(0.1, 0.2, seed=5)
    [first], again, _ = softening([rows], targets, None, 0, 0)
    np.testing.assert_array_equal(softening([rows], targets, None, 0, 0)[1], again)
    for place in ((0, 1), (1, 0)):
        assert not np.array_equal(softening([rows], targets, None, *place)[0][0], first)
    assert not np.array_equal(Softening(0.1, 0.2, seed=6)([rows], targets, None, 0, 0)[0][0], first)


@pytest.mark.single_backend
def test_the_larger_the_number_the_larger_the_other_part() -> None:
    targets = np.eye(20000, 2, dtype=np.float32)
    targets[:] = [1, 0]
    targets[10000:] = [0, 1]
    parts = []
    for mixup in (0.1, 1.0, 8.0):
        _, mixed, _ = Softening(0.0, mixup, seed=0)([], targets, None, 0, 0)
        parts.append(mixed.min(axis=1).mean())
    # Of the uniform distribution, the smaller part is 1 / 4; every other row meets one of its own class.
    assert parts[1] == pytest.approx(1 / 8, abs=0.005)
    assert parts[0] < parts[1] < parts[2] < 1 / 4


@pytest.mark.single_backend
@pytest.mark.parametrize("one_sigmoid", [False, True])
def test_the_loss_of_a_mixed_row_is_that_of_both_by_their_weights(one_sigmoid: bool) -> None:
    rows, targets, row_weights = batch(classes=2)
    row_weights[:4] = 0
    scores = np.random.default_rng(1).uniform(0.05, 0.95, 50)
    given = targets[:, 1:] if one_sigmoid else targets
    _, mixed, both = Softening(0.1, 0.3, seed=2)([rows], given, row_weights, 0, 0)
    columns = np.concatenate([1 - mixed, mixed], axis=1) if one_sigmoid else mixed
    found = both * -(columns * np.log(np.stack([1 - scores, scores], axis=1))).sum(axis=1)

    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(2, spawn_key=(0, 0))))
    drawn, other = generator.beta(0.3, 0.3, 50), generator.permutation(50)
    kept = np.maximum(drawn, 1 - drawn)

    def loss(place: np.ndarray) -> np.ndarray:
        smooth = targets[place] * 0.9 + 0.05
        return row_weights[place] * -(smooth * np.log(np.stack([1 - scores, scores], axis=1))).sum(axis=1)

    wanted = kept * loss(np.arange(50)) + (1 - kept) * loss(other)
    seen = both > 0
    np.testing.assert_allclose(found[seen], wanted[seen], rtol=1e-4)
    assert not wanted[~seen].any()


@trains
@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy"])
def test_smoothing_is_that_of_keras(loss: str) -> None:
    classes = 2 if loss.startswith("binary") else 3
    features, labels = samples(60, classes=classes)
    model, twin = (head(classes=classes, loss=loss) for _ in range(2))
    before = weights(model)
    settings = Training(loss=loss, label_smoothing=0.2, learning_rate=0.01, epochs=2, batch_size=20, seed=7)
    train(model, features, labels, None, settings)
    kind = keras.losses.BinaryCrossentropy if classes == 2 else keras.losses.CategoricalCrossentropy
    twin.compile(optimizer=keras.optimizers.Adam(0.01), loss=kind(label_smoothing=0.2))
    targets = labels[:, None].astype(np.float32) if classes == 2 else np.eye(3, dtype=np.float32)[labels]
    for epoch in range(2):
        order = np.random.default_rng((7, epoch)).permutation(60)
        twin.fit(features.arrays[0][order], targets[order], batch_size=20, shuffle=False, verbose=0)
    assert_same_change(before, weights(model), weights(twin))


@trains
@pytest.mark.parametrize("class_weight", [None, pytest.param("balanced", marks=pytest.mark.single_backend)])
def test_mixed_training_is_that_of_plain_keras_on_mixed_batches(class_weight: str | None) -> None:
    features, labels = samples(50)
    [array] = features.arrays
    model, twin = head(), head()
    before = weights(model)
    settings = {"learning_rate": 0.01, "epochs": 2, "batch_size": 20, "seed": 7, "class_weight": class_weight}
    train(model, features, labels, None, Training(mixup=0.5, **settings))

    twin.compile(optimizer=keras.optimizers.Adam(0.01), loss="categorical_crossentropy")
    heavy = 50 / (3 * np.bincount(labels)) if class_weight else np.ones(3)
    for epoch in range(2):
        order = np.random.default_rng((7, epoch)).permutation(50)
        for number, rows in enumerate((order[:20], order[20:40], order[40:])):
            generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(7, spawn_key=(epoch, number))))
            drawn, other = generator.beta(0.5, 0.5, len(rows)), rows[generator.permutation(len(rows))]
            kept = np.maximum(drawn, 1 - drawn)[:, None]
            mixed = (kept * array[rows] + (1 - kept) * array[other]).astype(np.float32)
            ours, theirs = (np.eye(3)[labels[place]] * heavy[labels[place]][:, None] for place in (rows, other))
            parts = kept * ours + (1 - kept) * theirs
            total = parts.sum(axis=1)
            twin.train_on_batch(
                mixed, (parts / total[:, None]).astype(np.float32), sample_weight=total.astype(np.float32)
            )
    assert_same_change(before, weights(model), weights(twin))


@trains
@pytest.mark.single_backend
def test_what_judges_is_not_softened() -> None:
    (features, labels), validation = samples(200), samples(90, seed=1)
    model = head()
    settings = Training(label_smoothing=0.3, mixup=0.4, epochs=4, learning_rate=0.02, never_worse=True)
    history = train(model, features, labels, validation, settings)
    found = evaluated(model, validation)
    best = int(history["kept"][-1]) - 1
    assert found["loss"] == pytest.approx(history["val_loss"][best], rel=1e-4)
    assert found["accuracy"] == pytest.approx(history["val_accuracy"][best], abs=1e-6)
    train(model, features, labels, None, settings, history)
    assert len(history["loss"]) == 8


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy"])
def test_accuracy_counts_the_class_with_the_greater_part(loss: str) -> None:
    features, labels = samples(300, classes=2)
    model = head(classes=2, hidden=(), loss=loss)
    settings = Training(loss=loss, label_smoothing=0.3, epochs=15, learning_rate=0.02)
    history = train(model, features, labels, None, settings)
    scores = keras.ops.convert_to_numpy(model(features.arrays[0]))
    best = scores[:, 0] > 0.5 if loss.startswith("binary") else scores.argmax(axis=1)
    assert history["accuracy"][-1] > 0.8
    assert history["accuracy"][-1] == pytest.approx((best == labels).mean(), abs=0.03)


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy"])
def test_a_model_that_learned_so_is_a_file_of_plain_keras_that_learns_labels(loss: str, tmp_path: Path) -> None:
    features, labels = samples(40, classes=2)
    model = head(classes=2, loss=loss)
    train(model, features, labels, None, Training(loss=loss, label_smoothing=0.1, mixup=0.2, epochs=1))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    one = labels[:, None].astype(np.float32) if loss.startswith("binary") else labels
    assert np.isfinite(again.evaluate(features.arrays[0], one, verbose=0)).all()


@pytest.mark.single_backend
def test_targets_of_labels() -> None:
    np.testing.assert_array_equal(targets_of(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])
    column = np.array([[1.0], [0.0]], np.float32)
    assert targets_of(column, 1) is column


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"label_smoothing": 1.0}, "label_smoothing=1.0; allowed: numbers of at least 0 and below 1"),
        ({"label_smoothing": -0.1}, "label_smoothing=-0.1; allowed: numbers of at least 0"),
        ({"mixup": -1}, "mixup=-1; allowed: numbers of at least 0"),
        ({"mixup": "much"}, "mixup='much'; allowed: numbers"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Training(**settings)
