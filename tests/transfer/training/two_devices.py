"""Trains the same on one device and on two, in a process whose JAX has two: ``test_distribution``.

Prints what it found as JSON.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jax
import keras
import numpy as np
from click.testing import CliRunner

from amalthea.apps.command_line import command_line
from amalthea.transfer import ImageClassifier
from amalthea.transfer.training.checkpoints import Checkpoints
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from amalthea.transfer.training.watching import Bar
from tests.transfer.classifier.classes import classifier, coloured, write_coloured
from tests.transfer.training.rows import head, samples

PICTURES, HELD_BACK, BATCH = 45, 15, 20  # so that the last batches hold 5 and 15, which two do not divide


@contextmanager
def parts_seen(layer: type[keras.Layer]) -> Iterator[set[tuple[int, bool, int]]]:
    """What layers of a kind get in compiled steps: how many rows, whether these are divided, on how many devices."""
    seen: set[tuple[int, bool, int]] = set()
    call = layer.call

    def watched(self: keras.Layer, inputs: Any, *arguments: Any, **keywords: Any) -> Any:
        if isinstance(inputs, jax.core.Tracer):
            jax.debug.inspect_array_sharding(
                inputs,
                callback=lambda cut: seen.add((len(inputs), not cut.is_fully_replicated, len(cut.device_set))),
            )
        return call(self, inputs, *arguments, **keywords)

    layer.call = watched
    try:
        yield seen
    finally:
        layer.call = call


def told(model: keras.Model, history: dict[str, list[float]], seen: Any = ()) -> dict[str, Any]:
    """What a training led to, and what it left behind."""
    return {
        "history": history,
        "seen": sorted(seen),
        "weights": [keras.ops.convert_to_numpy(variable).ravel().tolist() for variable in model.variables],
        "devices": sorted({len(variable.value.sharding.device_set) for variable in model.variables}),
        "left": [name for name in ("train_step", "test_step") if name in vars(model)],
        "set": keras.distribution.distribution() is not None,
    }


def classified(folder: Path, distribution: str | None, out: Path | None = None) -> dict[str, Any]:
    """A head on features that are kept; then, on live pictures, the layers below it, which take means of batches."""
    found = classifier(distribution=distribution, batch_size=BATCH, epochs=3, dropout=0.3, seed=5)
    with parts_seen(keras.layers.Dense) as seen:
        found.fit(folder, validation=coloured(HELD_BACK, seed=1))
    of_head = told(found.model_, found.history, seen)
    found.set_params(augment="live", mixup=0.2)
    with parts_seen(keras.layers.Conv2D) as seen:
        found.fine_tune("bn_1", epochs=2, learning_rate=1e-2, batchnorm="train")
    if out:
        found.save(out)
    return {"head": of_head, "block": told(found.model_, found.history, seen)}


def commanded(folder: Path, file: Path, *options: str) -> dict[str, Any]:
    """``amalthea train`` with a file of a classifier that two devices have trained."""
    line = ["train", folder, "--model", file, "--out", file.with_stem("on"), "--epochs", 1, "--json", *options]
    answer = CliRunner().invoke(command_line, list(map(str, line)))
    assert answer.exit_code == 0, answer.output
    kept = ImageClassifier.load(file.with_stem("on")).distribution
    return {"said": answer.stderr, "loss": json.loads(answer.stdout)["history"]["loss"][-1], "kept": kept}


def stopped(before: str | None, after: str | None) -> dict[str, Any]:
    """Ctrl-C in the second epoch, and from there on resumed, maybe otherwise distributed."""
    begin, model, history = Bar.on_epoch_begin, head(dropout=0.5), {}

    def on_epoch_begin(bar: Bar, number: int, logs: Any = None) -> None:
        if number == 2:
            raise KeyboardInterrupt
        begin(bar, number, logs)

    settings = {"epochs": 4, "batch_size": 16, "learning_rate": 0.02}
    Bar.on_epoch_begin = on_epoch_begin
    with suppress(KeyboardInterrupt):
        train(model, *samples(35), None, Training(**settings, distribution=before), history, Checkpoints("rows"))
    Bar.on_epoch_begin = begin
    interrupted, model, history = told(model, history), head(dropout=0.5), {}
    training = Training(**settings, distribution=after)
    train(model, *samples(35), None, training, history, Checkpoints("rows", resume=True))
    return {"interrupted": interrupted, "resumed": told(model, history)}


def failed() -> dict[str, Any]:
    """An error in the middle of an epoch, within a distribution of the user's own."""

    class Failing(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            raise RuntimeError("of the user")

    model = head()
    before = told(model, {})
    with suppress(RuntimeError):
        train(model, *samples(35), None, Training(distribution="data", callbacks=[Failing()]))
    after = told(model, {})
    train(model, *samples(35), None, Training(distribution="data", epochs=1))
    features, labels = samples(35)
    plain = model.evaluate(features.arrays[0], labels, batch_size=35, verbose=0, return_dict=True)
    model.fit(features.arrays[0], labels, batch_size=35, verbose=0)  # by Keras alone, on one device
    assert all(np.isfinite(value) for value in plain.values())
    return {"before": before, "after": after}


if __name__ == "__main__":
    pictures, file = write_coloured(Path(sys.argv[1]) / "pictures", PICTURES), Path(sys.argv[1]) / "two.keras"
    found = {
        "one": classified(pictures, None),
        "two": classified(pictures, "data", out=file),
        "command": commanded(pictures, file),
        "command, one": commanded(pictures, file, "--distribution", "none"),
        "whole": stopped(None, None)["resumed"],
        "stopped": stopped("data", None),
        "failed": failed(),
    }
    sys.stdout.write(json.dumps(found))
