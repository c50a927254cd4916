"""What recipes make of a few hundred photographs: defaults, augmentation, larger pictures, fine-tuning, and rates.

Real weights on the pets. Each recipe is judged twice: by the 150 validation pictures, after learning from the 450
others; and by a fifth of all 600 after learning from the rest, another fifth for each seed, so that five seeds judge
all of them. The seeds also choose the order of the pictures, what dropout leaves out and how pictures are augmented.
No picture that judges chooses an epoch: for fine-tuning, a fifth of those to learn from are held back to choose it.
Results are written for each part and network when it is done: ``--parts`` and ``--models`` go on with the others.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from statistics import mean, stdev
from typing import Any, NamedTuple

import numpy as np

from amalthea.transfer import ImageClassifier
from benchmarks.measure import write
from benchmarks.pets import DATA
from benchmarks.transfer import empty_cache

Row = dict[str, object]
Told = Iterator["Judged"]
Recipe = Callable[[int], Told]

MODELS: dict[str, dict[str, Any]] = {
    "MobileNet": {"alpha": 0.75, "weights": DATA / "weights" / "mobilenet_7_5_224_tf.h5"},
    "EfficientNetLite0": {},
}
RATES = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2)
TUNING_RATES = (1e-4,)  # the default
CHOOSING = 0.2  # part of the pictures to learn from, held back to choose the best epoch
LARGER = {"image_size": 256, "learning_rate": 1e-3}  # instead of 224 pixels and 5e-4
VIEWS = {"views": 2}
TRAIN, VALIDATION = DATA / "pets" / "train", DATA / "pets" / "validation"
FOLDS = 5
UNIT = "part told right, mean and standard deviation over the seeds; seconds of a seed, with the features that are kept"


class Judged(NamedTuple):
    """What a recipe has reached.

    Attributes:
        recipe: how it is called in the results.
        pictures: what it was judged by, as it is called there.
        accuracy: the part of these that it told right; or a difference of two such parts.
        rate: the learning rate, where the recipe has found it.
    """

    recipe: str
    pictures: str
    accuracy: float
    rate: float | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    for model, part in product(options.models, options.parts):
        with empty_cache():
            rows = [row for recipe in PARTS[part] for row in _rows(partial(recipe, model), options.seeds)]
        write(f"recipes-{part}-{model}", rows, printed=False, unit=UNIT, seeds=options.seeds)


def defaults(model: str, seed: int) -> Told:
    for judged, learned, held_back in _parts(seed):
        yield Judged("defaults", judged, _classifier(model, seed).fit(*learned).score(*held_back))


def augmented(model: str, seed: int) -> Told:
    for judged, learned, held_back in _parts(seed):
        classifier = _classifier(model, seed, augment=4).fit(*learned)
        yield Judged("augment=4", judged, classifier.score(*held_back))
        yield Judged("augment=4, views=2", judged, classifier.evaluate(*held_back, views=2).accuracy)


def larger(model: str, seed: int) -> Told:
    """Pictures larger than those that the network was trained on, in which it sees more of each animal's coat."""
    for judged, learned, held_back in _parts(seed):
        classifier = _classifier(model, seed, **LARGER).fit(*learned)
        yield Judged(_named(LARGER), judged, classifier.score(*held_back))
        yield Judged(_named(LARGER | VIEWS), judged, classifier.evaluate(*held_back, **VIEWS).accuracy)


def larger_augmented(model: str, seed: int) -> Told:
    """By the validation pictures alone, for this computes the most pixels of all."""
    classifier = _classifier(model, seed, **LARGER, augment=4).fit(TRAIN)
    yield Judged(_named(LARGER | {"augment": 4}), "validation", classifier.score(VALIDATION))
    yield Judged(
        _named(LARGER | {"augment": 4} | VIEWS), "validation", classifier.evaluate(VALIDATION, **VIEWS).accuracy
    )


def head(model: str, seed: int) -> Told:
    """What fine-tuning begins with: from fewer pictures than the defaults, for a part of them is held back."""
    for judged, learned, held_back in _parts(seed):
        classifier = _classifier(model, seed).fit(*learned, validation=CHOOSING)
        yield Judged("head alone", judged, classifier.score(*held_back))


def fine_tuned(rate: float, model: str, seed: int) -> Told:
    name = f"fine_tune(blocks=2, learning_rate={rate:g})"
    for judged, learned, held_back in _parts(seed):
        classifier = _classifier(model, seed).fit(*learned, validation=CHOOSING)
        before = classifier.score(*held_back)
        after = classifier.fine_tune(blocks=2, learning_rate=rate).score(*held_back)
        yield Judged(name, judged, after)
        yield Judged(f"{name}, gain over its head", judged, after - before)


def suggested_rate(model: str, seed: int) -> Told:
    for judged, learned, held_back in _parts(seed):
        rate = _classifier(model, seed).lr_find(*learned).suggestion
        classifier = _classifier(model, seed, learning_rate=rate).fit(*learned)
        yield Judged("learning_rate of lr_find", judged, classifier.score(*held_back), rate)


def at_rate(rate: float, model: str, seed: int) -> Told:
    for judged, learned, held_back in _parts(seed):
        classifier = _classifier(model, seed, learning_rate=rate)
        yield Judged(f"learning_rate={rate:g}", judged, classifier.fit(*learned).score(*held_back))


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
    found: dict[str, dict[str, list[Judged]]] = {}
    start = time.perf_counter()
    for seed in range(seeds):
        for judged in recipe(seed):
            found.setdefault(judged.recipe, {}).setdefault(judged.pictures, []).append(judged)
    seconds = (time.perf_counter() - start) / seeds / len(found)
    for name, judgements in found.items():
        row: Row = {"recipe": name}
        for pictures, judged_by in judgements.items():
            accuracies = [judged.accuracy for judged in judged_by]
            row[pictures] = round(mean(accuracies), 4)
            row[f"{pictures}, deviation"] = round(stdev(accuracies), 4) if seeds > 1 else None
            if rates := [f"{judged.rate:g}" for judged in judged_by if judged.rate]:
                row[f"{pictures}, rates"] = ", ".join(rates)
        row["seconds"] = round(seconds, 1)
        print(json.dumps(row), flush=True)
        yield row


PARTS: dict[str, tuple[Callable[[str, int], Told], ...]] = {
    "pictures": (defaults, larger, augmented, larger_augmented),
    "rates": (suggested_rate, *(partial(at_rate, rate) for rate in RATES)),
    "fine-tuning": (head, *(partial(fine_tuned, rate) for rate in TUNING_RATES)),
}


if __name__ == "__main__":
    main()
