"""Features of augmented pictures are computed once, whatever they are asked for together with."""

import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.errors import ImageError
from amalthea.images import TUTORIAL, Augmentation, read_picture, resize, scale
from amalthea.transfer.features.augmenting import Augmenting, numbers_of
from amalthea.transfer.features.extraction import extract
from amalthea.transfer.features.sources import source_of
from amalthea.transfer.features.versions import Versions
from tests.transfer.features.networks import PREPARATION, SIZE, picture_files, small_network

pytestmark = pytest.mark.single_backend

pytest.importorskip("cv2", reason="augmentation warps with OpenCV, which the plain installation lacks")

THREE = Augmenting(augmentation=TUTORIAL, seed=1, versions=3)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return small_network()


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return picture_files(tmp_path_factory.mktemp("pictures"), 30)


def by_hand(network: keras.Model, pictures: np.ndarray, numbers: list[int], version: int) -> np.ndarray:
    """What Keras returns for a version of each picture."""
    augmented = [THREE.augmented(picture, version, number) for picture, number in zip(pictures, numbers, strict=True)]
    return network.predict(scale(np.stack(augmented), PREPARATION.scaling), verbose=0)


@pytest.mark.parametrize("kind", ["files", "uint8", "float32"])
def test_the_features_of_keras_for_augmented_pictures(kind, network, paths):
    pixels = np.stack([resize(read_picture(path), SIZE) for path in paths])
    given = paths if kind == "files" else pixels.astype(kind)
    found = extract(network, Versions(given, THREE, range(3)), PREPARATION)
    assert found.kept.tolist() == list(range(90))
    plain = extract(network, given, PREPARATION).features.take(range(30))[0]
    numbers = numbers_of(source_of(given, PREPARATION).digests)
    for version in range(3):
        [features] = found.features.take(range(version * 30, version * 30 + 30))
        unscaled = pixels if kind == "files" else given
        np.testing.assert_allclose(features, by_hand(network, unscaled, numbers, version), atol=1e-4)
        assert np.abs(features - plain).mean() > 0.1


def test_a_second_run_and_parts_of_it_compute_nothing(network, paths, computed):
    whole = extract(network, Versions(paths, THREE, range(3)), PREPARATION).features
    assert sum(computed) == 90
    computed.clear()
    odd = paths[1::2]  # as in cross validation
    part = extract(network, Versions(odd, THREE, range(3)), PREPARATION).features
    np.testing.assert_array_equal(part.take(range(15))[0], whole.take(range(1, 30, 2))[0])
    two = extract(network, Versions(paths, THREE, (2, 0)), PREPARATION).features
    np.testing.assert_array_equal(two.take(range(60))[0], whole.take([*range(60, 90), *range(30)])[0])
    assert computed == []
    extract(network, Versions(paths, THREE, range(4)), PREPARATION)
    assert sum(computed) == 30


@pytest.mark.parametrize(
    "other", [replace(THREE, seed=2), replace(THREE, augmentation=Augmentation(rotation=40))], ids=["seed", "changes"]
)
def test_other_changes_are_a_miss(other, network, paths, computed):
    extract(network, Versions(paths[:4], THREE, range(3)), PREPARATION)
    extract(network, Versions(paths[:4], other, range(3)), PREPARATION)
    extract(network, paths[:4], PREPARATION)
    assert sum(computed) == 28


def test_copies_of_a_picture_differ(network, paths, tmp_path):
    copies = [paths[0], Path(shutil.copy(paths[0], tmp_path / "copy.png"))]
    [features] = extract(network, Versions(copies, THREE, range(3)), PREPARATION).features.take(range(6))
    assert all(np.abs(features[2 * version] - features[2 * version + 1]).max() > 0.1 for version in range(3))


def test_a_file_that_cannot_be_used(network, paths, tmp_path, computed):
    broken = tmp_path / "broken.png"
    broken.write_bytes(paths[0].read_bytes()[:200])
    given = Versions([paths[0], broken, paths[1]], THREE, range(3))
    with pytest.raises(ImageError, match=r"broken\.png"):
        extract(network, given, PREPARATION)
    found = extract(network, given, PREPARATION, on_error="skip")
    assert found.kept.tolist() == [0, 2, 3, 5, 6, 8]
    assert set(found.errors) == {1, 4, 7}
    assert all("broken.png" in str(error) for error in found.errors.values())
