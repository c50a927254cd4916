"""What recipes make of a few hundred photographs: defaults, augmentation, larger pictures, fine-tuning, and rates.

Real weights on the pets. Each recipe is judged twice: by the 150 validation pictures, after learning from the 450
others; and by a fifth of all 600 after learning from the rest, another fifth for each seed, so that five seeds judge
all of them. The seeds also choose the order of the pictures, what dropout leaves out and how pictures are augmented.
Each network's results are written when it is done: ``--models`` goes on with the others.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import mean, stdev
from typing import Any

import numpy as np

from amalthea.transfer import ImageClassifier
from benchmarks.measure import write
from benchmarks.pets import DATA
from benchmarks.transfer import empty_cache

Row = dict[str, object]
Told = Iterator[tuple[str, str, float]]  # recipe, what it was judged by, and the part of these that it told right
Recipe = Callable[[int], Told]

MODELS: dict[str, dict[str, Any]] = {
    "MobileNet": {"alpha": 0.75, "weights": DATA / "weights" / "mobilenet_7_5_224_tf.h5"},
    "EfficientNetLite0": {},
}
RATES = (1e-4, 1e-3, 1e-2)
LARGER = {"image_size": 256, "learning_rate": 1e-3}  # instead of 224 pixels and 5e-4
VIEWS = {"views": 2}
TRAIN, VALIDATION = DATA / "pets" / "train", DATA / "pets" / "validation"
FOLDS = 5
UNIT = "part told right, mean and standard deviation over the seeds; seconds of a seed, with the features that are kept"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    for model in options.models:
        rates = (partial(at_rate, rate) for rate in RATES)
        named = (defaults, larger, augmented, suggested_rate, *rates, larger_augmented, fine_tuned)
        with empty_cache():
            rows = [row for recipe in named for row in _rows(partial(recipe, model), options.seeds)]
        write(f"recipes-{model}", rows, printed=False, unit=UNIT, seeds=options.seeds)


def defaults(model: str, seed: int) -> Told:
    for judged, learned, held_back in _parts(seed):
        yield "defaults", judged, _classifier(model, seed).fit(*learned).score(*held_back)


def augmented(model: str, seed: int) -> Told:
    for judged, learned, held_back in _parts(seed):
        classifier = _classifier(model, seed, augment=4).fit(*learned)
        yield "augment=4", judged, classifier.score(*held_back)
        yield "augment=4, views=2", judged, classifier.evaluate(*held_back, views=2).accuracy


def larger(model: str, seed: int) -> Told:
    """Pictures larger than those that the network was trained on, in which it sees more of each animal's coat."""
    for judged, learned, held_back in _parts(seed):
        classifier = _classifier(model, seed, **LARGER).fit(*learned)
        yield _named(LARGER), judged, classifier.score(*held_back)
        yield _named(LARGER | VIEWS), judged, classifier.evaluate(*held_back, **VIEWS).accuracy


def larger_augmented(model: str, seed: int) -> Told:
    """By the validation pictures alone, for this computes the most pixels of all."""
    classifier = _classifier(model, seed, **LARGER, augment=4).fit(TRAIN)
    yield _named(LARGER | {"augment": 4}), "validation", classifier.score(VALIDATION)
    yield _named(LARGER | {"augment": 4} | VIEWS), "validation", classifier.evaluate(VALIDATION, **VIEWS).accuracy


def fine_tuned(model: str, seed: int) -> Told:
    """As the command line does it: the pictures to validate with choose the best epoch, which flatters."""
    classifier = _classifier(model, seed).fit(TRAIN, validation=VALIDATION)
    yield "fine_tune(blocks=2)", "validation", classifier.fine_tune(blocks=2).score(VALIDATION)


def suggested_rate(model: str, seed: int) -> Told:
    for judged, learned, held_back in _parts(seed):
        found = _classifier(model, seed).lr_find(*learned)
        print(json.dumps({"seed": seed, "suggestion": found.suggestion}), flush=True)
        classifier = _classifier(model, seed, learning_rate=found.suggestion)
        yield "learning_rate of lr_find", judged, classifier.fit(*learned).score(*held_back)


def at_rate(rate: float, model: str, seed: int) -> Told:
    for judged, learned, held_back in _parts(seed):
        classifier = _classifier(model, seed, learning_rate=rate)
        yield f"learning_rate={rate:g}", judged, classifier.fit(*learned).score(*held_back)


def _classifier(model: str, seed: int, **parameters: Any) -> ImageClassifier:
    return ImageClassifier(model, **MODELS[model], **parameters, seed=seed)


def _named(parameters: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value:g}" for name, value in parameters.items())


def _parts(seed: int) -> Iterator[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
    """What to judge by, as it is called in the results; what to learn from, and what to judge by."""
    yield "validation", (TRAIN,), (VALIDATION,)
    paths = sorted(path for folder in (TRAIN, VALIDATION) for path in folder.rglob("*.jpg"))
    names = np.array([path.parent.name for path in paths])
    order = np.random.default_rng(0).permutation(len(paths))
    held_back = np.isin(np.arange(len(paths)), order[seed % FOLDS :: FOLDS])
    learned, judged = (([paths[i] for i in np.flatnonzero(some)], names[some]) for some in (~held_back, held_back))
    yield "a fifth of all", learned, judged


def _rows(recipe: Recipe, seeds: int) -> Iterator[Row]:
    """One for each name that a recipe yields, over all seeds."""
    found: dict[str, dict[str, list[float]]] = {}
    start = time.perf_counter()
    for seed in range(seeds):
        for name, judged, accuracy in recipe(seed):
            found.setdefault(name, {}).setdefault(judged, []).append(accuracy)
    seconds = (time.perf_counter() - start) / seeds / len(found)
    for name, judgements in found.items():
        row: Row = {"recipe": name}
        for judged, accuracies in judgements.items():
            row[judged] = round(mean(accuracies), 4)
            row[f"{judged}, deviation"] = round(stdev(accuracies), 4) if seeds > 1 else None
        row["seconds"] = round(seconds, 1)
        print(json.dumps(row), flush=True)
        yield row


if __name__ == "__main__":
    main()
