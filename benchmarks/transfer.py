"""From a folder of pictures to a trained classifier, against plain Keras on TensorFlow that does what the tutorials do.

2,000 pictures to train on and 1,000 to validate with, 150 pixels, live random weights; each contender begins with the
files, an empty cache, and a network that is not built yet. Where every epoch of a contender computes the same pictures
anew, two are run, and the second stands for all others.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import openvino

from amalthea.transfer import ImageClassifier
from amalthea.transfer.base import Wishes, base_of
from amalthea.transfer.features.extraction import extract
from benchmarks import plain_keras
from benchmarks.limits import float32_limits, multiply_adds
from benchmarks.measure import median_ratio, summary, write
from benchmarks.pets import DATA, make_pictures
from benchmarks.plain_keras import BATCH, EPOCHS, RUN, SIDE, TASKS, Task, told_in_turn
from tests.live_weights import set_live_weights

Row = dict[str, object]
UNIT = f"seconds for {EPOCHS} epochs; of contenders whose epochs are all alike, {RUN} were run and the rest computed"


def main() -> None:
    parts = {
        "head": head,
        "extraction": extraction,
        "fine-tuning": fine_tuning,
        "second-run": second_run,
        "quality": quality,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--models", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--pictures", type=int, default=2000, help="to train on; half as many to validate with")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        pictures = make_pictures(Path(folder, "pictures"), options.pictures)
        for part in options.parts:
            rows, facts = parts[part](options, pictures)
            write(f"transfer-{part}", rows, **{"pictures": options.pictures, **facts})


def head(options: argparse.Namespace, pictures: Path) -> tuple[list[Row], Row]:
    """A frozen base and a new head."""
    rows: list[Row] = []
    for task in map(TASKS.get, options.models):
        with weight_file(task) as weights:
            contenders = {
                "together": partial(plain_keras.fit_together, task, weights, pictures),
                "predict, then fit": partial(plain_keras.extract_then_fit, task, weights, pictures),
                **{who: partial(_fit, task, weights, pictures, precision) for who, precision in precisions().items()},
            }
            rows.append(compared(task, told_in_turn(contenders, options.rounds)))
    return rows, {"unit": UNIT, "rounds": options.rounds}


def extraction(options: argparse.Namespace, pictures: Path) -> tuple[list[Row], Row]:
    """Features of all pictures, from files and from arrays in memory."""
    rows: list[Row] = []
    limit = float32_limits()["matrix product"]
    for task in map(TASKS.get, options.models):
        with weight_file(task) as weights:
            theirs = plain_keras.base_of(task, weights)
            wishes = Wishes(weights=weights, size=(SIDE, SIDE))
            preparation = base_of(task.name, wishes).preparation
            paths = sorted((pictures / "train").rglob("*.jpg"))
            x = plain_keras.arrays(task, pictures / "train")[0]
            unscaled = np.random.default_rng(0).integers(0, 256, x.shape, np.uint8)

            def predict_files(task: Task = task, model: keras.Model = theirs) -> None:
                model.predict(plain_keras.arrays(task, pictures / "train")[0], verbose=0)

            contenders = {
                "predict, arrays": timed(partial(theirs.predict, x, verbose=0)),
                "predict, files": timed(predict_files),
            }
            for who, precision in precisions().items():
                compute = partial(extract, theirs, preparation=preparation, precision=precision)
                contenders[f"{who}, arrays"] = timed(partial(compute, unscaled))
                contenders[f"{who}, files"] = timed(partial(compute, paths))
            seconds = told_in_turn(contenders, options.rounds)
            row: Row = {"model": task.name, **{who: summary(times) for who, times in seconds.items()}}
            for who in precisions():
                for source in ("arrays", "files"):
                    ratio = median_ratio(seconds[f"predict, {source}"], seconds[f"{who}, {source}"])
                    row[f"predict / {who}, {source}"] = ratio
            rate = len(x) / summary(seconds["amalthea, arrays"])["median"]
            row["share of float32 limit"] = round(rate * 2 * multiply_adds(theirs) / limit, 2)
            rows.append(row)
    return rows, {"unit": "seconds", "rounds": options.rounds, "limit_gflops": round(limit / 1e9)}


def fine_tuning(options: argparse.Namespace, pictures: Path) -> tuple[list[Row], Row]:
    """The last layers together with the head, extraction included."""
    rows: list[Row] = []
    for task in map(TASKS.get, options.models):
        with weight_file(task) as weights:
            contenders = {
                "plain Keras": partial(plain_keras.fine_tune, task, weights, pictures),
                **{who: partial(_fine_tune, task, weights, pictures, prec) for who, prec in precisions().items()},
            }
            row = compared(task, told_in_turn(contenders, options.rounds))
            rows.append({"model": task.name, "from": task.from_layer, **row})
    return rows, {"unit": UNIT, "rounds": options.rounds}


def second_run(options: argparse.Namespace, pictures: Path) -> tuple[list[Row], Row]:
    """New processes on the same folder: from Keras imported to the first training step."""
    rows: list[Row] = []
    for task in map(TASKS.get, options.models):
        with weight_file(task) as weights, TemporaryDirectory() as cache:
            run = partial(process, cache, "until_training", task.name, weights, SIDE, pictures)
            first, *others = (run() for _ in range(options.rounds + 1))
            rows.append(
                {
                    "model": task.name,
                    "import of Keras": summary([each["import"] for each in others]),
                    "first run, until training": round(first["until training"], 2),
                    "second run, until training": summary([each["until training"] for each in others]),
                }
            )
    return rows, {"unit": "seconds", "rounds": options.rounds}


def quality(options: argparse.Namespace, pictures: Path) -> tuple[list[Row], Row]:
    """Real weights on the real pets, with default settings; each in new processes, with an empty cache."""
    pets, mobilenet = DATA / "pets", DATA / "weights" / "mobilenet_7_5_224_tf.h5"
    contenders = {
        "plain Keras, MobileNet 0.75": ("plain", pets, 0.75, mobilenet),
        "MobileNet 0.75": ("defaults", pets, "MobileNet", 0.75, mobilenet),
        "EfficientNetLite0": ("defaults", pets, "EfficientNetLite0", "", "imagenet"),
    }
    answers: dict[str, list[dict[str, float]]] = {who: [] for who in contenders}
    for _ in range(options.rounds):
        for who, arguments in contenders.items():
            with TemporaryDirectory() as cache:
                answers[who].append(process(cache, *arguments))
    rows: list[Row] = []
    for who, told in answers.items():
        accuracies = {name: told[0].get(name) for name in ("accuracy", "fine-tuned")}
        rows.append({"network": who, "fit": summary([each["seconds"] for each in told]), **accuracies})
    told = {"unit": "seconds; accuracies on the validation pictures", "rounds": options.rounds}
    return rows, {"pictures": len(list((pets / "train").rglob("*.jpg"))), **told}


def _fit(task: Task, weights: Path, pictures: Path, precision: str) -> float:
    classifier = tutorial_classifier(task, weights, precision, EPOCHS)
    return timed(partial(classifier.fit, pictures / "train", validation=pictures / "validation"))()


def _fine_tune(task: Task, weights: Path, pictures: Path, precision: str) -> float:
    """From a trained head on; the seconds of an epoch are the difference between runs of one and of more."""
    classifier = tutorial_classifier(task, weights, precision, epochs=1)
    with empty_cache():
        classifier.fit(pictures / "train", validation=pictures / "validation")
    tune = partial(classifier.fine_tune, from_layer=task.from_layer, learning_rate=plain_keras.TUNING_RATE)
    with empty_cache():
        first, one, more = (_seconds(partial(tune, epochs=epochs)) for epochs in (1, 1, 1 + RUN))
    return plain_keras.projected(first, [(more - one) / RUN])


def tutorial_classifier(task: Task, weights: Path, precision: str, epochs: int, **others: object) -> ImageClassifier:
    """With the tutorials' head."""
    return ImageClassifier(
        task.name,
        weights=weights,
        image_size=SIDE,
        pooling=task.pooling or "flatten",
        hidden=(256,),
        dropout=0.5,
        loss="binary_crossentropy",
        optimizer="rmsprop",
        learning_rate=2e-5,
        epochs=epochs,
        batch_size=BATCH,
        precision=precision,
        **others,
    )


def precisions() -> dict[str, str]:
    """What this processor computes in, by the contender's name."""
    bfloat16 = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return {"amalthea": "float32"} | ({"amalthea, bfloat16": "bfloat16"} if bfloat16 else {})


@contextmanager
def weight_file(task: Task) -> Iterator[Path]:
    """Live weights, which both sides read."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "live.weights.h5")
        model = plain_keras.base_of(task, None)
        set_live_weights(model)
        model.save_weights(path)
        yield path


@contextmanager
def empty_cache() -> Iterator[None]:
    before = os.environ.get("AMALTHEA_CACHE")
    with TemporaryDirectory() as folder:
        os.environ["AMALTHEA_CACHE"] = folder
        yield
    os.environ.pop("AMALTHEA_CACHE") if before is None else os.environ.update(AMALTHEA_CACHE=before)


def timed(call: Callable[[], object]) -> Callable[[], float]:
    """The seconds that a call takes with nothing in the cache."""

    def told() -> float:
        with empty_cache():
            return _seconds(call)

    return told


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compared(task: Task, seconds: dict[str, list[float]]) -> Row:
    """Each contender's seconds, and how many times as long as ours the others take."""
    ours = [who for who in seconds if who.startswith("amalthea")]
    ratios = {
        f"{other} / {who}": median_ratio(seconds[other], seconds[who])
        for other in seconds
        if other not in ours
        for who in ours
    }
    return {"model": task.name, **{who: summary(times) for who, times in seconds.items()}, **ratios}


def process(cache: str, *arguments: object) -> dict[str, float]:
    """What a new process measured."""
    environment = {**os.environ, "AMALTHEA_CACHE": cache}
    command = [sys.executable, "-m", "benchmarks.transfer_processes", *map(str, arguments)]
    answer = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
