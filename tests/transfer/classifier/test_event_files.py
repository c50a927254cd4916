"""Keras' own loggers in ``fit`` and ``fine_tune``: what they write is read back by TensorFlow, and is the history."""

import csv
from pathlib import Path

import keras
import pytest

from tests.transfer.classifier.classes import classifier, coloured

pytest.importorskip("tensorboard", reason="what writes event files for TensorFlow is not installed")

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="Keras writes event files by TensorFlow"),
]


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Steps and values of all scalars in the event files of a folder, by their tags."""
    import tensorflow

    found: dict[str, list[tuple[int, float]]] = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for event in tensorflow.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "scalars":
                    number = float(tensorflow.make_ndarray(value.tensor))
                    found.setdefault(value.tag, []).append((event.step, number))
    return found


def test_each_epoch_is_in_the_event_files_and_the_table(tmp_path: Path) -> None:
    def loggers(stage: str) -> list[keras.callbacks.Callback]:
        table = keras.callbacks.CSVLogger(tmp_path / f"{stage}.csv")
        return [keras.callbacks.TensorBoard(tmp_path / stage), table]

    fitted = classifier(epochs=3).fit(*coloured(30), validation=coloured(15, seed=1), callbacks=loggers("fit"))
    fitted.fine_tune("conv_2", epochs=2, callbacks=loggers("tuned"))
    for stage, first, epochs in (("fit", 0, 3), ("tuned", 3, 2)):
        history = {name: values[first : first + epochs] for name, values in fitted.history.items() if name != "kept"}
        learned, judged = (scalars(tmp_path / stage / part) for part in ("train", "validation"))
        for name in ("loss", "accuracy"):
            for found, values in ((learned, history[name]), (judged, history[f"val_{name}"])):
                assert found[f"epoch_{name}"] == [(epoch, pytest.approx(value)) for epoch, value in enumerate(values)]
        with open(tmp_path / f"{stage}.csv") as lines:
            rows = list(csv.DictReader(lines))
        assert [int(row["epoch"]) for row in rows] == list(range(epochs))
        for name, values in history.items():
            assert [float(row[name]) for row in rows] == pytest.approx(values)
