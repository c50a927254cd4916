"""Several views of a picture: which they are, and that their answers are averaged."""

import sys

import numpy as np
import pytest
from PIL import Image, ImageOps

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError, ImageError, MissingDependencyError
from amalthea.images import Augmentation, read_picture
from amalthea.runtime import Views
from tests.live_weights import built_alive
from tests.runtime.test_saving import CLASSES, classifier

pytestmark = pytest.mark.single_backend
SIZE = (32, 48)


@pytest.fixture(scope="module")
def predictor():
    return amalthea.predictor(built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=(*SIZE, 3))))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """More pictures than are computed at once, of the size that the network takes."""
    folder, generator = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = [folder / f"{number:02}.png" for number in range(35)]
    for path in paths:
        small = generator.integers(0, 256, (4, 6, 3), np.uint8)
        Image.fromarray(small).resize(SIZE[::-1], Image.Resampling.BICUBIC).save(path)
    return paths


def picture(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*SIZE, 3), np.uint8)


def changed_files(files, folder, change):
    """Copies of the pictures, each changed by a function of arrays."""
    folder.mkdir()
    for path in files:
        Image.fromarray(np.ascontiguousarray(change(read_picture(path)))).save(folder / path.name)
    return [folder / path.name for path in files]


def test_the_first_two():
    original = picture()
    views = Views(2)
    assert np.array_equal(views.view(original, 0), original)
    assert np.array_equal(views.view(original, 1), np.asarray(ImageOps.mirror(Image.fromarray(original))))
    assert np.array_equal(original, picture())


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_further_ones_are_always_the_same(kind):
    pytest.importorskip("cv2", reason="warps need OpenCV")
    original = picture().astype(kind)
    views = Views(4, Augmentation(rotation=30))
    changed = views.view(original, 2)
    assert (changed.shape, changed.dtype) == (original.shape, original.dtype)
    assert not np.array_equal(changed, original)
    assert np.array_equal(views.view(original, 2), changed)
    assert np.array_equal(Views(9, Augmentation(rotation=30)).view(original.copy(), 2), changed)
    assert not np.array_equal(views.view(original, 3), changed)
    assert not np.array_equal(Views(4, Augmentation(rotation=30), seed=1).view(original, 2), changed)
    assert not np.array_equal(Views(4).view(original, 2), changed)
    assert np.array_equal(original, picture().astype(kind))


def test_another_picture_is_changed_otherwise():
    pytest.importorskip("cv2", reason="warps need OpenCV")
    shade = np.tile(np.arange(48, dtype=np.uint8)[None, :, None], (32, 1, 3))
    views = Views(3, Augmentation(width_shift=0.5))
    # The mean of a slope tells how far it was shifted.
    shifts = {round(float(views.view(shade + np.uint8(level), 2).mean()) - level, 2) for level in range(8)}
    assert len(shifts) > 4


def test_what_may_change_is_chosen():
    pytest.importorskip("cv2", reason="warps need OpenCV")
    views = Views(10, Augmentation(horizontal_flip=True))
    original = picture()
    mirrored = [np.array_equal(views.view(original, number), original[:, ::-1]) for number in range(2, 10)]
    plain = [np.array_equal(views.view(original, number), original) for number in range(2, 10)]
    assert all(one != other for one, other in zip(mirrored, plain, strict=True))
    assert any(mirrored) and any(plain)


def test_the_answers_are_averaged(predictor, files, tmp_path):
    plain = np.stack(list(predictor.probabilities(files)))
    mirrored = np.stack(list(predictor.probabilities(changed_files(files, tmp_path / "m", lambda each: each[:, ::-1]))))
    assert np.abs(plain - mirrored).max() > 1e-4  # of 1000 classes
    found = np.stack(list(predictor.probabilities(files, views=2)))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, (plain + mirrored) / 2, rtol=1e-5)
    assert np.array_equal(np.stack(list(predictor.probabilities(files, views=1))), plain)
    for prediction, scores in zip(predictor.predict_images(files, top=1, views=2), found, strict=True):
        assert prediction.classes[0].name == predictor.classes[scores.argmax()]
        assert prediction.classes[0].probability == pytest.approx(float(scores.max()))


def test_all_views_are_averaged(predictor, files, tmp_path):
    pytest.importorskip("cv2", reason="warps need OpenCV")
    views = Views(4, seed=3)
    parts = []
    for number in range(4):
        copies = changed_files(files[:5], tmp_path / str(number), lambda each, number=number: views.view(each, number))
        parts.append(np.stack(list(predictor.probabilities(copies))))
    found = np.stack(list(predictor.probabilities(files[:5], views=views)))
    np.testing.assert_allclose(found, np.mean(parts, axis=0), rtol=1e-5)
    assert np.abs(np.diff(parts, axis=0)).max(axis=(1, 2)).min() > 1e-4
    alone = np.stack([next(predictor.probabilities([path], views=views)) for path in files[4::-1]])
    np.testing.assert_allclose(alone[::-1], found, rtol=1e-4)


def test_of_a_graph_that_scales_pictures_itself(files, tmp_path):
    amalthea.save(classifier((*SIZE, 3)), tmp_path / "own.onnx", classes=CLASSES, scaling="tf")
    loaded = amalthea.load(tmp_path / "own.onnx")
    mirrored = changed_files(files[:3], tmp_path / "m", lambda each: each[:, ::-1])
    plain, other, both = (
        np.stack(list(loaded.probabilities(paths, views=views)))
        for paths, views in ((files[:3], 1), (mirrored, 1), (files[:3], 2))
    )
    np.testing.assert_allclose(both, (plain + other) / 2, atol=1e-6)
    assert np.abs(plain - other).max() > 1e-4


def test_files_that_are_no_pictures(predictor, files, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    paths = [files[0], tmp_path / "text.jpg", files[1]]
    found = list(predictor.probabilities(paths, on_error="return", views=2))
    assert [type(each) for each in found] == [np.ndarray, ImageError, np.ndarray]
    np.testing.assert_allclose(found[2], next(predictor.probabilities(files[1:2], views=2)), atol=1e-6)
    with pytest.raises(ImageError, match=r"text.jpg"):
        list(predictor.probabilities(paths, views=2))


@pytest.mark.parametrize("views", [0, -1, 1.5, "2", True, None])
def test_what_is_no_number_of_views(predictor, files, views):
    message = rf"views={views!r}; allowed are whole numbers from 1 on, 1 for the picture alone"
    with pytest.raises(ArgumentError, match=message):
        predictor.probabilities(files, views=views)
    with pytest.raises(ArgumentError, match="views="):
        Views(views)


@pytest.mark.parametrize("seed", [-1, 0.5, "2", True, None])
def test_what_is_no_seed(seed):
    with pytest.raises(ArgumentError, match=rf"seed={seed!r}; allowed are whole numbers from 0 on\."):
        Views(2, seed=seed)
    assert Views(2, seed=np.int64(7)).seed == 7


def test_two_views_need_no_opencv(predictor, files, monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert len(list(predictor.probabilities(files[:2], views=2))) == 2
    with pytest.raises(MissingDependencyError, match=r"needs OpenCV: pip install \"amalthea\[training\]\""):
        predictor.probabilities(files, views=3)
