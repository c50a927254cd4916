"""Features are those that Keras computes, and are computed once."""

import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.images import read_picture, resize, scale
from amalthea.storage import cache_folder
from amalthea.transfer.features.extraction import extract
from amalthea.transfer.features.store import FileFeatureStore
from tests.live_weights import copy_weights
from tests.transfer.features.networks import PREPARATION, SIZE, picture_files, small_network


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return small_network()


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """More than are computed at once."""
    return picture_files(tmp_path_factory.mktemp("pictures"), 150)


def pixels(paths: list[Path]) -> np.ndarray:
    return np.stack([resize(read_picture(path), SIZE) for path in paths])


def expected(network: keras.Model, paths: list[Path]) -> np.ndarray:
    return network.predict(scale(pixels(paths), PREPARATION.scaling), verbose=0)


def test_the_features_of_keras(network, paths):
    found = extract(network, paths, PREPARATION)
    assert found.features.shapes == ((16, 12, 8),)
    assert found.kept.tolist() == list(range(150))
    assert found.errors == {}
    [features] = found.features.take(range(150))
    np.testing.assert_allclose(features, expected(network, paths), atol=1e-4)


def test_a_second_run_computes_nothing(network, paths, computed):
    first = extract(network, paths, PREPARATION)
    assert computed == [64, 64, 22]
    second = extract(network, [str(path) for path in reversed(paths)], PREPARATION)
    assert computed == [64, 64, 22]
    np.testing.assert_array_equal(second.features.take(range(150))[0], first.features.take(range(149, -1, -1))[0])


def test_only_new_pictures_are_computed(network, paths, computed):
    extract(network, paths[:10], PREPARATION)
    found = extract(network, paths[5:20], PREPARATION)
    assert computed == [10, 10]
    np.testing.assert_allclose(found.features.take(range(15))[0], expected(network, paths[5:20]), atol=1e-4)


def test_equal_pictures_are_computed_once(network, paths, tmp_path, computed):
    copies = [Path(shutil.copy(paths[0], tmp_path / f"{number}.png")) for number in range(3)]
    found = extract(network, [copies[0], paths[1], copies[1], paths[0], copies[2]], PREPARATION)
    assert computed == [2]
    [features] = found.features.take(range(5))
    for row in (2, 3, 4):
        np.testing.assert_array_equal(features[row], features[0])
    assert np.abs(features[0] - features[1]).max() > 0.1


def test_several_tensors(network, paths):
    several = keras.Model(network.inputs, [network.layers[1].output, network.output])
    found = extract(several, paths[:5], PREPARATION)
    assert found.features.shapes == ((16, 12, 8), (16, 12, 8))
    answers = several.predict(scale(pixels(paths[:5]), PREPARATION.scaling), verbose=0)
    for features, answer in zip(found.features.take([4, 2]), answers, strict=True):
        np.testing.assert_allclose(features, answer[[4, 2]], atol=1e-4)
    assert np.abs(answers[0] - answers[1]).max() > 0.1


@pytest.mark.parametrize("kind", ["uint8", "float32", "float64", "int64"])
def test_pictures_in_memory(kind, network, paths, computed):
    given = pixels(paths[:70]).astype(kind)
    before = given.copy()
    for _ in range(2):
        found = extract(network, given, PREPARATION)
    assert computed == [64, 6]
    np.testing.assert_allclose(found.features.take(range(70))[0], expected(network, paths[:70]), atol=1e-4)
    np.testing.assert_array_equal(given, before)


@pytest.mark.single_backend
@pytest.mark.parametrize("in_memory", [False, True])
def test_channels_first(in_memory, network, paths):
    other = small_network(data_format="channels_first")
    copy_weights(network, other)
    given = pixels(paths[:6]).astype("float32") if in_memory else paths[:6]
    found = extract(other, given, PREPARATION)
    assert found.features.shapes == ((8, 16, 12),)
    [features] = found.features.take(range(6))
    np.testing.assert_allclose(features.transpose(0, 2, 3, 1), expected(network, paths[:6]), atol=1e-4)


@pytest.mark.single_backend
def test_float16(network, paths, computed):
    found = extract(network, paths[:5], PREPARATION, dtype="float16")
    [features] = found.features.take(range(5))
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, expected(network, paths[:5]), rtol=1e-3, atol=1e-3)
    extract(network, paths[:5], PREPARATION)
    assert computed == [5, 5]


@pytest.mark.single_backend
def test_bfloat16(network, paths, computed):
    extract(network, paths[:5], PREPARATION)
    try:
        found = extract(network, paths[:5], PREPARATION, precision="bfloat16")
    except ArgumentError as refusal:
        assert "bfloat16" in str(refusal)
        pytest.skip("this processor has no bfloat16")
    assert computed == [5, 5]
    answers = expected(network, paths[:5])
    error = np.abs(found.features.take(range(5))[0] - answers).max() / answers.std()
    assert 1e-4 < error < 0.1


@pytest.mark.single_backend
def test_features_that_float16_cannot_hold(paths):
    large = keras.Sequential([keras.Input((*SIZE, 3)), keras.layers.Conv2D(1, 1, kernel_initializer="ones")])
    large.set_weights([weight * 100_000 for weight in large.get_weights()])
    with pytest.raises(ArgumentError, match=r"Features reach \d{3},\d{3}, float16 only 65,504\. .*dtype='float32'"):
        extract(large, paths[:2], PREPARATION, dtype="float16")


@pytest.fixture
def bad(paths, tmp_path) -> list[Path]:
    """Good pictures at 0, 3 and 5; the two texts are equal."""
    for name in ("text.jpg", "copy.jpg"):
        (tmp_path / name).write_text("no picture")
    cut_off = tmp_path / "cut_off.png"
    cut_off.write_bytes(paths[2].read_bytes()[:-500])
    names = ["text.jpg", "missing.jpg", None, "copy.jpg", None, "cut_off.png"]
    return [paths[0], *(tmp_path / name if name else paths[1] for name in names)]


@pytest.mark.single_backend
def test_pictures_that_cannot_be_used(network, paths, bad):
    found = extract(network, bad, PREPARATION, on_error="skip")
    assert found.kept.tolist() == [0, 3, 5]
    assert {index: type(error) for index, error in found.errors.items()} == {
        1: ImageError,
        2: MissingFileError,
        4: ImageError,
        6: ImageError,
    }
    for index, error in found.errors.items():
        assert bad[index].name in str(error)
    keras_features = expected(network, [paths[0], paths[1], paths[1]])
    np.testing.assert_allclose(found.features.take(range(3))[0], keras_features, atol=1e-4)
    nothing = extract(network, bad[1:3], PREPARATION, on_error="skip")
    assert len(nothing.features) == 0
    assert nothing.features.take([])[0].shape == (0, 16, 12, 8)


@pytest.mark.single_backend
def test_pictures_that_cannot_be_used_are_an_error_as_asked(network, bad):
    with pytest.raises(ImageError, match=r"text\.jpg is no picture"):
        extract(network, bad, PREPARATION)
    with pytest.raises(MissingFileError, match=r"missing\.jpg"):
        extract(network, bad[2:], PREPARATION)


@pytest.mark.single_backend
def test_a_file_that_changes_while_it_is_read_is_an_error(network, paths, tmp_path, monkeypatch):
    from amalthea.transfer.features import sources

    path = Path(shutil.copy(paths[0], tmp_path))
    original = sources.read_resized

    def changing(*arguments, **keywords):
        yield from original(*arguments, **keywords)
        shutil.copy(paths[1], path)

    def changed_before(given, *arguments, **keywords):
        given = list(given)
        shutil.copy(paths[1], path)
        yield from original(given, *arguments, **keywords)

    monkeypatch.setattr(sources, "read_resized", changed_before)
    with pytest.raises(ImageError, match=rf"{path.name} changed while it was read\. Run again"):
        extract(network, [path], PREPARATION)
    monkeypatch.setattr(sources, "read_resized", changing)
    extract(network, [path], PREPARATION)


@pytest.mark.single_backend
def test_copies_of_a_file_that_changes_while_it_is_read(network, paths, tmp_path, computed, monkeypatch):
    from amalthea.transfer.features import sources

    copies = [Path(shutil.copy(paths[0], tmp_path / f"{number}.png")) for number in range(3)]
    original = sources.read_resized

    def changed_before(*arguments, **keywords):
        shutil.copy(paths[1], copies[0])
        yield from original(*arguments, **keywords)

    monkeypatch.setattr(sources, "read_resized", changed_before)
    found = extract(network, copies, PREPARATION, on_error="skip")
    assert found.kept.tolist() == [1, 2]
    assert "0.png changed while it was read" in str(found.errors[0])
    np.testing.assert_allclose(found.features.take([0, 1])[0], expected(network, copies[1:]), atol=1e-4)
    assert computed == [1]


@pytest.mark.single_backend
def test_a_run_that_is_interrupted_continues(network, paths, computed, monkeypatch):
    from amalthea.transfer.features.network import FrozenNetwork

    def interrupted(self, pictures):
        if sum(computed) >= 128:
            raise KeyboardInterrupt
        return original(self, pictures)

    original = FrozenNetwork.__call__
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(FrozenNetwork, "__call__", interrupted)
        extract(network, paths, PREPARATION)
    found = extract(network, paths, PREPARATION)
    np.testing.assert_allclose(found.features.take(range(150))[0], expected(network, paths), atol=1e-4)
    assert sum(int(path.stat().st_size) for path in (cache_folder() / "features").rglob("records.bin")) == (
        150 * 16 * 12 * 8 * 4
    )


@pytest.mark.single_backend
def test_a_store_of_ones_own(network, paths, tmp_path):
    extract(network, paths[:3], PREPARATION, store=FileFeatureStore(tmp_path / "mine"))
    assert len(list((tmp_path / "mine").glob("*/records.bin"))) == 1
    assert not (cache_folder() / "features").exists()


@pytest.mark.single_backend
def test_a_store_that_counts_as_false(network, paths, tmp_path):
    class Counted(FileFeatureStore):
        def __len__(self) -> int:
            return 0

    extract(network, paths[:3], PREPARATION, store=Counted(tmp_path / "mine"))
    assert not (cache_folder() / "features").exists()


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dtype": "float64"}, "dtype='float64'; allowed are 'float32' and 'float16'"),
        ({"on_error": "ignore"}, "on_error='ignore'; allowed are 'raise' and 'skip'"),
        ({"precision": "int8"}, "int8"),
        ({"pictures": "cat.jpg"}, "pictures='cat.jpg'; allowed is a list of paths"),
        ({"pictures": np.zeros((2, 8, 8, 3))}, r"shape \(N, 32, 24, 3\), RGB in \[0, 255\]; given was \(2, 8, 8, 3\)"),
        ({"pictures": np.zeros((2, *SIZE, 3), bool)}, "given was .* of type bool"),
        ({"preparation": replace(PREPARATION, size=(24, 32))}, r"takes inputs of shape \(None, 32, 24, 3\), not pict"),
    ],
    ids=str,
)
def test_wrong_arguments(arguments, message, network, paths):
    given = {"prefix": network, "pictures": paths[:1], "preparation": PREPARATION} | arguments
    with pytest.raises(ArgumentError, match=message):
        extract(**given)
