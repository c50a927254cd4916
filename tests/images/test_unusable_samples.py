"""What becomes of samples that cannot be used."""

from contextlib import nullcontext

import numpy as np
import pytest
from numpy.typing import NDArray

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.images import Batches
from tests.images.batch_samples import NAMES, broken, noisy

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize("workers", [0, 2])
def test_an_unusable_sample_is_raised_with_its_name(workers: int) -> None:
    batches = Batches(broken(7, 8), 23, batch_size=5, shuffle=False, workers=workers, names=NAMES)
    assert batches.batch(0, 0)[1].tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(MissingFileError, match=r"^cats/07.jpg: it is damaged$"):
        batches.batch(0, 1)
    with pytest.raises(MissingFileError, match=r"cats/07.jpg"):
        list(batches.epoch(0))
    assert batches.batch(0, 2)[1].tolist() == [10, 11, 12, 13, 14]
    assert str(batches.problems[7]) == "cats/07.jpg: it is damaged"


def test_without_names_samples_have_numbers() -> None:
    with pytest.raises(ImageError, match=r"^picture 2: it is damaged$"):
        Batches(broken(2), 5, workers=1).batch(0, 0)


def test_a_message_names_its_file_once() -> None:
    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        raise ImageError(f"{NAMES[index]} is empty.")

    with pytest.raises(ImageError, match=r"^cats/00.jpg is empty.$"):
        Batches(sample, 23, names=NAMES, shuffle=False).batch(0, 0)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("on_error", ["raise", "skip", "replace"])
def test_any_other_error_is_raised_as_it_is_with_a_note(workers: int, on_error: str) -> None:
    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        return np.ones(3) * (1 // (index - 3))

    batches = Batches(sample, 23, shuffle=False, workers=workers, on_error=on_error, names=NAMES)
    with pytest.raises(ZeroDivisionError, match="division") as raised:
        batches.batch(0, 0)
    assert raised.value.__notes__ == ["This happened with cats/03.jpg."]


@pytest.mark.parametrize("workers", [0, 3])
def test_skipped_samples_are_left_out(workers: int) -> None:
    batches = Batches(
        broken(1, 5, 6, 7, 8, 9, 22),
        23,
        batch_size=5,
        shuffle=False,
        seed=3,
        workers=workers,
        on_error="skip",
        names=NAMES,
    )
    found = list(batches.epoch(0))
    assert [indices.tolist() for _, indices in found] == [
        [0, 2, 3, 4],
        [10, 11, 12, 13, 14],
        [15, 16, 17, 18, 19],
        [20, 21],
    ]
    assert all((pictures[:, 0] == indices).all() for pictures, indices in found)
    pictures, indices = batches.batch(0, 1)
    assert len(pictures) == len(indices) == 0
    assert sorted(batches.problems) == [1, 5, 6, 7, 8, 9, 22]
    report = batches.report().splitlines()
    assert report[0] == "7 of 23 pictures could not be used and were left out:"
    assert report[-1] == "  cats/22.jpg: it is damaged"
    assert len(report) == 8


@pytest.mark.parametrize("workers", [0, 3])
def test_replaced_samples_make_room_for_the_next_of_the_order(workers: int) -> None:
    arguments = {"batch_size": 5, "seed": 3, "on_error": "replace", "names": NAMES}
    unusable = (1, 5, 6, 7, 8, 9, 22)
    batches = Batches(broken(*unusable), 23, workers=workers, **arguments)
    order = batches.order(0).tolist()
    expected = []
    for place in range(23):
        while order[place % 23] in unusable:
            place += 1
        expected.append(order[place % 23])
    found = list(batches.epoch(0))
    assert [len(indices) for _, indices in found] == [5, 5, 5, 5, 3]
    assert np.concatenate([indices for _, indices in found]).tolist() == expected
    pictures = np.concatenate([pictures for pictures, _ in found])
    np.testing.assert_array_equal(pictures[:, 0], expected)
    assert len(np.unique(pictures[:, 1:])) == 23 * 3, "a replacement is not the same picture twice"
    assert batches.report().startswith(
        "7 of 23 pictures could not be used and were replaced by others:\n  cats/01.jpg: "
    )


@pytest.mark.parametrize("workers", [0, 2])
def test_where_none_can_be_used_there_is_no_replacement(workers: int) -> None:
    batches = Batches(broken(*range(23)), 23, shuffle=False, workers=workers, on_error="replace", names=NAMES)
    with pytest.raises(ImageError, match=r"None of the 23 pictures can be used. The first: cats/00.jpg: it is damaged"):
        batches.batch(0, 0)
    skipping = Batches(broken(*range(23)), 23, workers=workers, on_error="skip")
    assert list(skipping.epoch(0)) == []
    assert len(skipping.problems) == 23


@pytest.mark.parametrize("on_error", ["raise", "skip", "replace"])
def test_what_was_mended_since_is_no_problem_any_more(on_error: str) -> None:
    unusable = {1, 7}

    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        if index in unusable:
            raise ImageError(f"{NAMES[index]} is empty.")
        return np.zeros(3)

    batches = Batches(sample, 23, batch_size=12, shuffle=False, workers=0, on_error=on_error, names=NAMES)
    for mended, problems in ((None, [1] if on_error == "raise" else [1, 7]), (1, [7]), (7, [])):
        unusable.discard(mended or -1)
        with pytest.raises(ImageError) if on_error == "raise" and problems else nullcontext():
            batches.batch(0, 0)
        assert sorted(batches.problems) == problems
    assert batches.report() == "No picture was left out."


def test_nothing_to_report() -> None:
    batches = Batches(noisy, 5, on_error="skip")
    list(batches.epoch(0))
    assert batches.report() == "No picture was left out."
    assert batches.problems == {}


@pytest.mark.parametrize("workers", [0, 2])
def test_samples_of_different_shapes_or_types_are_refused(workers: int) -> None:
    for sample in (lambda index, _: np.zeros(index + 1), lambda index, _: np.zeros(2, [np.uint8, np.float32][index])):
        with pytest.raises(ArgumentError, match=r"The pictures of a batch are of one shape and type; there are"):
            Batches(sample, 2, workers=workers, on_error="skip").batch(0, 0)
