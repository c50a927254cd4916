"""What choosing a classifier costs beyond what must be computed: cross-validation against one extraction and the heads
alone, a comparison against trainings one after another.

Real weights, the pets of the test data, default settings. Each turn begins with an empty cache.
"""

import argparse
import os
from functools import partial
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

from amalthea import compare, cross_validate
from amalthea.images import labelled_folder
from amalthea.transfer import ImageClassifier
from amalthea.transfer.base import Wishes, base_of
from amalthea.transfer.classifier.labelled import training_samples
from amalthea.transfer.cutting.division import divide
from amalthea.transfer.features.extraction import extract
from amalthea.transfer.selection.folds import folds_of
from amalthea.transfer.training.head import Head, attach
from benchmarks.measure import median_ratio, summary, write
from benchmarks.pets import DATA
from benchmarks.plain_keras import told_in_turn
from benchmarks.transfer import empty_cache, timed

K = 5
WEIGHTS = DATA / "weights"
NETWORKS = {
    "MobileNet:0.75": {"model": "MobileNet", "alpha": 0.75, "weights": WEIGHTS / "mobilenet_7_5_224_tf.h5"},
    "MobileNet:0.25": {"model": "MobileNet", "alpha": 0.25, "weights": WEIGHTS / "mobilenet_2_5_224_tf.h5"},
    "EfficientNetLite0": {"model": "EfficientNetLite0"},
}
TRAIN, VALIDATION = DATA / "pets" / "train", DATA / "pets" / "validation"
Row = dict[str, object]


def main() -> None:
    parts = {"cross-validation": cross_validation, "comparison": comparison}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chart", type=Path, help="draw the comparison into this PNG file")
    options = parser.parse_args()
    for part in options.parts:
        write(f"selection-{part}", parts[part](options), unit="seconds", rounds=options.rounds)


def cross_validation(options: argparse.Namespace) -> list[Row]:
    rows: list[Row] = []
    for name in ("MobileNet:0.75", "EfficientNetLite0"):
        classifier = ImageClassifier(**NETWORKS[name])
        heads = _heads(classifier)
        contenders = {
            "extraction": timed(partial(_features, classifier)),
            f"{K} heads": timed(heads),
            "cross_validate": timed(partial(cross_validate, classifier, TRAIN, k=K)),
        }
        seconds = told_in_turn(contenders, options.rounds)
        least = [a + b for a, b in zip(seconds["extraction"], seconds[f"{K} heads"], strict=True)]
        ratio = median_ratio(seconds["cross_validate"], least)
        rows.append(
            {
                "network": name,
                **{who: summary(times) for who, times in seconds.items()},
                "cross_validate / (extraction + heads)": ratio,
            }
        )
    return rows


def _features(classifier: ImageClassifier) -> np.ndarray:
    """Of all pictures, from a network that is not built yet."""
    wishes = Wishes(weights=classifier.weights, alpha=classifier.alpha)
    base = base_of(classifier.model, wishes)
    prefix, _ = divide(attach(base.network, None, Head(classes=3)))
    extracted = extract(prefix, labelled_folder(TRAIN).paths, base.preparation)
    return extracted.features.take(np.arange(len(extracted.features)))[0]


def _heads(classifier: ImageClassifier):
    """The heads of all folds in plain Keras, from features in memory."""
    samples = training_samples(TRAIN, None)
    folds = folds_of(samples, K, classifier.seed)
    with empty_cache():
        features = _features(classifier)

    def trained() -> None:
        for number in range(K):
            held = folds == number
            head = keras.Sequential(
                [
                    keras.Input(features.shape[1:]),
                    keras.layers.Dropout(classifier.dropout),
                    keras.layers.Dense(3, activation="softmax"),
                ]
            )
            head.compile(
                keras.optimizers.Adam(classifier.learning_rate),
                "sparse_categorical_crossentropy",
                metrics=["accuracy"],
                steps_per_execution=16,
            )
            head.fit(
                features[~held],
                samples.labels[~held],
                batch_size=classifier.batch_size,
                epochs=classifier.epochs,
                validation_data=(features[held], samples.labels[held]),
                verbose=0,
            )

    return trained


def comparison(options: argparse.Namespace) -> list[Row]:
    def one_after_another() -> None:
        for parameters in NETWORKS.values():
            ImageClassifier(**parameters).fit(TRAIN, validation=VALIDATION)

    def compared() -> None:
        found = compare(NETWORKS.values(), TRAIN, validation=VALIDATION)
        if options.chart:
            found.draw(options.chart)
        print(found, flush=True)

    contenders = {"fit, one after another": timed(one_after_another), "compare": timed(compared)}
    seconds = told_in_turn(contenders, options.rounds)
    ratio = median_ratio(seconds["compare"], seconds["fit, one after another"])
    return [
        {
            "networks": ", ".join(NETWORKS),
            **{who: summary(times) for who, times in seconds.items()},
            "compare / fit": ratio,
        }
    ]


if __name__ == "__main__":
    main()
