"""Which pictures each fold holds back; compared with scikit-learn's own splits."""

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from amalthea.errors import ArgumentError
from amalthea.transfer.classifier.labelled import Samples
from amalthea.transfer.selection.folds import check_folds, folds_of

pytestmark = pytest.mark.single_backend

LABELS = np.array([0] * 14 + [1] * 9 + [2] * 7)
GROUPS = np.arange(30) // 2


def samples(labels=LABELS, classes=("cat", "dog", "owl")) -> Samples:
    return Samples(np.zeros((len(labels), 1, 1, 3), np.uint8), np.asarray(labels), np.array(classes))


def expected(splitter, groups=None) -> list[list[int]]:
    return [held.tolist() for _, held in splitter.split(np.zeros(30), LABELS, groups)]


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize(
    ("stratified", "groups", "splitter"),
    [
        (True, None, StratifiedKFold),
        (False, None, KFold),
        (True, GROUPS, StratifiedGroupKFold),
        (False, GROUPS, GroupKFold),
    ],
)
def test_as_scikit_learn_divides(seed, stratified, groups, splitter):
    folds = folds_of(samples(), 4, seed, stratified=stratified, groups=groups)
    theirs = expected(splitter(4, shuffle=True, random_state=seed), groups)
    assert [np.flatnonzero(folds == number).tolist() for number in range(4)] == theirs


def test_groups_stay_together_and_may_be_names():
    names = [f"animal {number}" for number in GROUPS]
    folds = folds_of(samples(), 3, 0, groups=names)
    assert all(len(set(folds[group == GROUPS])) == 1 for group in GROUPS)


def test_the_seed_decides():
    assert not np.array_equal(folds_of(samples(), 4, 0), folds_of(samples(), 4, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 1}, "k=1; allowed: whole numbers from 2 on"),
        ({"k": 2.5}, "k=2.5; allowed: whole numbers from 2 on"),
        ({"k": 31}, "k=31 folds of 30 pictures; each fold needs one"),
        ({"k": 8}, "k=8, but the class 'owl' has 7 usable pictures.*Give a smaller k, or stratified=False"),
        ({"k": 3, "groups": GROUPS[:5]}, r"groups of shape \(5,\) for 30 pictures; needed is one for each"),
        ({"k": 3, "groups": [0, 1] * 15}, "k=3, but the pictures are of 2 groups, each of which stays together"),
    ],
)
def test_what_cannot_be_divided(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        check_folds(samples(), **{"stratified": True, "groups": None, **arguments})
    with pytest.raises(ArgumentError, match=message):
        folds_of(samples(), arguments.pop("k"), 0, **arguments)


def test_without_equal_parts_a_class_may_be_smaller():
    assert set(folds_of(samples(), 8, 0, stratified=False)) == set(range(8))


def test_a_class_of_one_group_cannot_be_learned_in_its_fold():
    groups = [*range(23), *[99] * 7]
    with pytest.raises(ArgumentError, match=r"all pictures of the class 'owl', and learn.*pictures of more groups, or"):
        folds_of(samples(), 3, 0, groups=groups)


def test_without_equal_parts_all_of_a_class_may_come_into_one_fold():
    with pytest.raises(ArgumentError, match=r"of the class 'owl', and learn.*Give more of its pictures, strat"):
        folds_of(samples([0, 0, 0, 1, 1, 1, 2]), 7, 0, stratified=False)
