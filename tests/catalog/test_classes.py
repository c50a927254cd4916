import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amalthea.catalog import ScoredClass, best_classes, check_top, imagenet_classes
from amalthea.errors import ArgumentError

pytestmark = pytest.mark.single_backend


def test_the_classes_are_those_of_keras(test_data: Path) -> None:
    official = json.loads((test_data / "imagenet_class_index.json").read_text())
    assert [list(entry) for entry in imagenet_classes()] == [official[str(number)] for number in range(1000)]


def test_the_best_come_first() -> None:
    scores = np.zeros(1000, "float32")
    scores[[285, 386, 0]] = 0.5, 0.375, 0.125
    assert best_classes(scores, top=3) == (
        ScoredClass("n02124075", "Egyptian_cat", 0.5),
        ScoredClass("n02504458", "African_elephant", 0.375),
        ScoredClass("n01440764", "tench", 0.125),
    )
    assert best_classes(scores.tolist(), top=3) == best_classes(scores, top=3)


def test_how_many() -> None:
    scores = np.random.default_rng(0).permutation(1000) / 499_500
    assert len(best_classes(scores)) == 5
    everything = best_classes(scores, top=5000)
    assert [scored.probability for scored in everything] == sorted(scores, reverse=True)
    assert best_classes(scores, top=np.int64(7)) == everything[:7]


@pytest.mark.parametrize("top", [0, -1, 2.0, "5", None])
def test_what_is_no_number_of_classes(top: Any) -> None:
    message = f"top={top!r} is not how many classes to return; give a whole number from 1 to 1000"
    with pytest.raises(ArgumentError, match=message):
        check_top(top)
    with pytest.raises(ArgumentError, match=message):
        best_classes(np.zeros(1000), top)
