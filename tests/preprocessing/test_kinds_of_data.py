"""Several inputs and targets, weights, broken pictures: what iterators give to ``fit``."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.preprocessing.image import ImageDataGenerator
from tests.images.samples import PIXELS, encoded
from tests.preprocessing.small_network import LABELS, PICTURES, network


def test_several_inputs_and_targets(trains: None) -> None:
    picture, number = keras.Input((4, 4, 3)), keras.Input((1,))
    mean = keras.layers.GlobalAveragePooling2D()(picture)
    both = keras.layers.Add()([keras.layers.Dense(1)(mean), keras.layers.Dense(1)(number)])
    model = keras.Model([picture, number], both)
    model.compile(optimizer="sgd", loss="mse")
    arguments: dict[str, Any] = {"batch_size": 4, "shuffle": False}
    inputs, generator = (PICTURES, LABELS[:, None]), ImageDataGenerator()
    model.fit(generator.flow(inputs, LABELS, **arguments), verbose=0)
    iterator = generator.flow(inputs, **arguments)
    expected = model.predict(list(inputs), verbose=0)
    np.testing.assert_allclose(model.predict(iterator, verbose=0), expected, rtol=1e-4, atol=1e-4)
    assert isinstance(iterator[0], list) and isinstance(next(iterator), list)


def test_several_columns(trains: None, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="tables are those of pandas")
    (tmp_path / "a.png").write_bytes(encoded(PIXELS, "PNG"))
    table = pandas.DataFrame({"filename": ["a.png"] * 5, "age": np.arange(5.0), "size": np.arange(5.0)})
    arguments: dict[str, Any] = {"class_mode": "multi_output", "y_col": ["age", "size"], "target_size": (4, 4)}
    iterator = ImageDataGenerator(rescale=1 / 255).flow_from_dataframe(table, tmp_path, **arguments)
    picture = keras.Input((4, 4, 3))
    mean = keras.layers.GlobalAveragePooling2D()(picture)
    model = keras.Model(picture, [keras.layers.Dense(1)(mean), keras.layers.Dense(1)(mean)])
    model.compile(optimizer="sgd", loss=["mse", "mse"])
    model.fit(iterator, verbose=0)
    assert isinstance(next(iterator)[1], list)


def test_steps_per_epoch_of_fewer_batches_than_there_are(trains: None) -> None:
    iterator = ImageDataGenerator().flow(PICTURES, LABELS, batch_size=2, seed=0)
    history = network().fit(iterator, epochs=2, steps_per_epoch=2, verbose=0).history
    assert len(history["loss"]) == 2
    endless = (batch for batch in iterator)
    history = network().fit(endless, epochs=2, steps_per_epoch=7, shuffle=False, verbose=0).history
    assert len(history["loss"]) == 2


def test_a_broken_picture_is_named_in_training(trains: None, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / name).write_bytes(encoded(PIXELS, "PNG"))
    (tmp_path / "class" / "b.png").write_bytes(encoded(PIXELS, "PNG")[:300])
    arguments: dict[str, Any] = {"target_size": (4, 4), "batch_size": 1, "class_mode": "sparse", "seed": 0}
    with pytest.raises(Exception, match=r"b\.png cannot be decoded"):
        network().fit(ImageDataGenerator().flow_from_directory(tmp_path, **arguments), verbose=0)
    replacing = ImageDataGenerator().flow_from_directory(tmp_path, on_error="replace", **arguments)
    network().fit(replacing, verbose=0)
    assert "b.png" in replacing.report()


def test_a_folder_with_class_weights(trains: None, test_data: Path) -> None:
    generator = ImageDataGenerator(rescale=1 / 255)
    arguments: dict[str, Any] = {"target_size": (4, 4), "batch_size": 16, "class_mode": "sparse"}
    iterator = generator.flow_from_directory(test_data / "pets" / "validation", **arguments)
    model = network(1e-3)
    model.fit(iterator, class_weight={0: 1.0, 1: 2.0, 2: 0.5}, verbose=0)
    model.evaluate(iterator, verbose=0)


def test_pictures_to_themselves(trains: None) -> None:
    picture = keras.Input((4, 4, 3))
    model = keras.Model(picture, keras.layers.Conv2D(3, 1)(picture))
    model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
    iterator = ImageDataGenerator(rescale=0.1).flow(PICTURES, PICTURES / 10, batch_size=5)
    losses = model.fit(iterator, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
