"""Batches of arrays, beside those of keras-preprocessing 1.1.2."""

import gc
from pathlib import Path
from typing import Any
from weakref import ref

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.preprocessing.image import ImageDataGenerator
from tests.images.batch_samples import picture_threads, wait_until
from tests.preprocessing.references import keras_legacy

pytestmark = pytest.mark.single_backend

COUNT = 7
PICTURES = np.random.default_rng(0).random((COUNT, 6, 5, 3)).astype(np.float32) * 255
LABELS = np.arange(COUNT)


def test_batches_labels_and_weights_are_those_of_keras() -> None:
    arguments: dict[str, Any] = {"batch_size": 3, "shuffle": False}
    others: list[dict[str, Any]] = [
        {},
        {"y": LABELS},
        {"y": np.eye(COUNT), "sample_weight": LABELS + 1},
        {"sample_weight": LABELS + 1},
    ]
    for x in (PICTURES, PICTURES.astype(np.uint8), (PICTURES, LABELS * 2), [PICTURES, [LABELS * 2, PICTURES[:, 0]]]):
        for more in others:
            mine, theirs = (
                kind(rescale=0.5).flow(x, **more, **arguments)
                for kind in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
            )
            for _ in range(4):
                assert_same(next(mine), next(theirs))


def assert_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, list | tuple):
        assert len(one) == len(other)
        for mine, theirs in zip(one, other, strict=True):
            assert_same(mine, theirs)
    else:
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_pictures_stay_as_they_are() -> None:
    pictures = PICTURES.copy()
    iterator = ImageDataGenerator(rescale=0.5, samplewise_center=True).flow(pictures)
    for _ in range(2):
        next(iterator)
    np.testing.assert_array_equal(pictures, PICTURES)
    np.testing.assert_array_equal(iterator.x, PICTURES)


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_same_batches_for_any_number_of_threads(shuffle: bool) -> None:
    generator = ImageDataGenerator(channel_shift_range=50.0, horizontal_flip=True, vertical_flip=True)
    runs = []
    for workers in (0, 1, 4):
        iterator = generator.flow(PICTURES, LABELS, batch_size=3, shuffle=shuffle, seed=9, workers=workers)
        runs.append([next(iterator) for _ in range(9)])
    for run in runs[1:]:
        for one, other in zip(runs[0], run, strict=True):
            assert_same(one, other)
    epochs = [np.concatenate([pictures for pictures, _ in runs[0][3 * e : 3 * e + 3]]) for e in range(3)]
    assert np.abs(epochs[0] - epochs[1]).mean() > 1


def test_an_epoch_can_be_reproduced_alone() -> None:
    generator = ImageDataGenerator(channel_shift_range=50.0)
    iterator = generator.flow(PICTURES, LABELS, batch_size=4, seed=9)
    wanted = [next(iterator) for _ in range(6)][4:]
    alone = generator.flow(PICTURES, LABELS, batch_size=4, seed=9)
    alone.epoch = 2
    for i, batch in enumerate(wanted):
        assert_same(alone[i], batch)


def test_an_iterator_that_nobody_needs_is_gone() -> None:
    iterator = ImageDataGenerator(horizontal_flip=True).flow(PICTURES, batch_size=2, workers=2)
    next(iterator)
    there = ref(iterator)
    del iterator

    def gone() -> bool:
        gc.collect()
        return there() is None

    wait_until(gone)  # a thread may just be at one of its pictures


def test_labels_belong_to_their_pictures() -> None:
    pictures = np.broadcast_to(LABELS[:, None, None, None], (COUNT, 2, 2, 3))
    iterator = ImageDataGenerator().flow((pictures, LABELS * 3), LABELS, 2, sample_weight=LABELS + 1, seed=1)
    seen = []
    for _ in range(12):
        (pixels, others), labels, weights = next(iterator)
        assert pixels[:, 0, 0, 0].tolist() == labels.tolist()
        assert (others.tolist(), weights.tolist()) == ((labels * 3).tolist(), (labels + 1).tolist())
        seen += labels.tolist()
    assert [sorted(seen[e : e + COUNT]) for e in (0, COUNT, 2 * COUNT)] == [LABELS.tolist()] * 3


@pytest.mark.parametrize("subset", ["training", "validation"])
@pytest.mark.parametrize("split", [0.3, 0.5])
def test_subsets_are_those_of_keras(subset: str, split: float) -> None:
    for x, y in ((PICTURES, None), (PICTURES, LABELS % 2), ((PICTURES, LABELS), LABELS % 2)):
        mine, theirs = (
            kind(validation_split=split).flow(x, y, shuffle=False, subset=subset)
            for kind in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
        )
        assert (mine.n, len(mine)) == (theirs.n, len(theirs))
        assert_same(next(mine), next(theirs))


def test_subsets_of_different_labels() -> None:
    generator = ImageDataGenerator(validation_split=0.3)
    with pytest.raises(ArgumentError, match=r"subsets have different number of classes after the split.*Shuffle x and"):
        generator.flow(PICTURES, LABELS, subset="training")
    assert generator.flow(PICTURES, LABELS, subset="validation", ignore_class_split=True).n == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": PICTURES[..., 0]}, r"x is an array of pictures, which has 4 axes; given was \(7, 6, 5\)"),
        ({"x": PICTURES, "y": LABELS[1:]}, r"`x` \(images tensor\) and `y` \(labels\) have one row .* 7 and 6"),
        ({"x": PICTURES, "y": LABELS, "sample_weight": [1]}, r"and `sample_weight` have one row a picture; .* 7 and 1"),
        ({"x": (PICTURES, LABELS[1:])}, "All of the arrays in `x` have one row a picture; there are 7 and 6"),
        ({"x": PICTURES, "subset": "test"}, "subset='test' is unknown; choose 'training' or 'validation'"),
    ],
)
def test_wrong_arrays(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ImageDataGenerator(validation_split=0.3).flow(**arguments)


def test_pictures_are_saved_as_they_come(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "for it"
    generator = ImageDataGenerator(horizontal_flip=True)
    arguments: dict[str, Any] = {"save_prefix": "cat", "save_format": "png", "seed": 2}
    iterator = generator.flow(PICTURES, batch_size=4, shuffle=False, save_to_dir=folder, **arguments)
    assert list(folder.iterdir()) == []
    batches = [next(iterator) for _ in range(4)]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"cat_{index}_2-{epoch}.png" for index in range(COUNT) for epoch in (0, 1)
    )
    pixels = np.asarray(Image.open(folder / "cat_5_2-1.png"))
    np.testing.assert_array_equal(pixels, np.asarray(keras_legacy.image_utils.array_to_img(batches[3][1], scale=True)))
    generator.flow(PICTURES, save_to_dir=folder, save_format="jpeg", save_prefix="dog").next()
    assert len([*folder.glob("dog_*.jpeg")]) == COUNT


def test_other_types_and_formats() -> None:
    for dtype in ("float64", "float16", "uint8"):
        batch = ImageDataGenerator(dtype=dtype, vertical_flip=True).flow(PICTURES, batch_size=2).next()
        assert batch.dtype == dtype
    pictures = np.moveaxis(PICTURES, 3, 1)
    generator = ImageDataGenerator(data_format="channels_first", horizontal_flip=True)
    batch = generator.flow(pictures, batch_size=COUNT, shuffle=False, seed=1).next()
    flipped = [not np.array_equal(one, other) for one, other in zip(batch, pictures, strict=True)]
    assert True in flipped and False in flipped
    for one, other, turned in zip(batch, pictures, flipped, strict=True):
        np.testing.assert_array_equal(one, other[..., ::-1] if turned else other)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"x": "abc"}, "x='abc' is no array of pictures"),
        ({"x": None}, "x=None is no array of pictures"),
        ({"x": ["a.jpg"]}, r"x=\['a.jpg'\] is no array of .* flow_from_directory and flow_from_dataframe take files"),
        ({"x": [PICTURES, LABELS, LABELS]}, "is no array of pictures"),
        ({"x": PICTURES, "batch_size": None}, "batch_size=None; a batch has one picture at least"),
        ({"x": PICTURES, "batch_size": "4"}, "batch_size='4'; a batch"),
        ({"x": PICTURES, "workers": "2"}, "workers='2'; give a number of threads"),
        ({"x": PICTURES, "workers": 1.5}, "workers=1.5; give a number of threads"),
    ],
    ids=str,
)
def test_what_is_no_picture_or_number(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ImageDataGenerator().flow(**wrong)


def prepared_ahead(iterator: Any) -> Any:
    """The iterator after its first batch, with those after it prepared."""
    next(iterator)
    wait_until(lambda: not picture_threads())
    return iterator


def test_what_is_prepared_ahead_knows_what_was_changed() -> None:
    generator = ImageDataGenerator(featurewise_center=True)
    with pytest.warns(AmaltheaWarning, match="does nothing until"):
        iterator = prepared_ahead(generator.flow(PICTURES, batch_size=2, shuffle=False))
    generator.fit(PICTURES)
    for first in (2, 4):
        np.testing.assert_allclose(next(iterator), PICTURES[first : first + 2] - generator.mean, rtol=1e-4, atol=1e-4)
    iterator.reset()
    prepared_ahead(iterator)
    generator.featurewise_center, generator.rescale = False, 2
    np.testing.assert_allclose(next(iterator), PICTURES[2:4] * 2)


def test_a_function_that_was_mended() -> None:
    def function(x: np.ndarray) -> np.ndarray:
        if not mended and not any(np.array_equal(x, first) for first in PICTURES[:2]):
            raise RuntimeError("boom")
        return x

    mended = False
    iterator = ImageDataGenerator(preprocessing_function=function).flow(PICTURES, batch_size=2, shuffle=False)
    prepared_ahead(iterator)
    with pytest.raises(RuntimeError, match="boom"):
        next(iterator)
    wait_until(lambda: not picture_threads())
    mended = True
    np.testing.assert_array_equal(next(iterator), PICTURES[4:6])


def test_an_order_given_by_hand_is_that_of_the_batches() -> None:
    iterator = ImageDataGenerator().flow(PICTURES, LABELS, batch_size=4, seed=0)
    iterator.index_array = np.arange(COUNT)[::-1]
    assert [next(iterator)[1].tolist() for _ in range(2)] == [[6, 5, 4, 3], [2, 1, 0]]
    assert iterator.order.tolist() == [6, 5, 4, 3, 2, 1, 0]
    following = [label for _ in range(2) for label in next(iterator)[1].tolist()]
    assert following == iterator.order.tolist() != [6, 5, 4, 3, 2, 1, 0]
    iterator.index_array = np.arange(2)
    next(iterator)
    with pytest.raises(ArgumentError, match="fewer indices than there are pictures; give all 7"):
        next(iterator)
