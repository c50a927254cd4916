"""Test-time augmentation of a classifier: views of each picture, whose answers are averaged."""

import sys

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import AmaltheaWarning, ArgumentError, ImageError, MissingDependencyError
from amalthea.images import Augmentation
from amalthea.runtime import Views
from tests.transfer.classifier.untrained import answers_of_keras, untrained, varied

pytestmark = pytest.mark.single_backend
PICTURES = varied(40)


def written(folder, pictures):
    folder.mkdir()
    for number, picture in enumerate(pictures):
        Image.fromarray(np.ascontiguousarray(picture)).save(folder / f"{number:02}.png")
    return sorted(folder.iterdir())


@pytest.mark.parametrize(
    ("classes", "head", "data_format"),
    [(3, "categorical_crossentropy", "channels_first"), (2, "binary_crossentropy", "channels_last")],
)
def test_pictures_and_their_mirror_images(classes, head, data_format, tmp_path):
    fitted = untrained(classes, data_format=data_format, loss=head)
    plain, mirrored = (answers_of_keras(fitted, pictures) for pictures in (PICTURES, PICTURES[:, :, ::-1]))
    assert np.abs(plain - mirrored).max() > 0.01
    expected = (plain + mirrored) / 2
    np.testing.assert_allclose(fitted.predict_proba(PICTURES, views=2), expected, atol=1e-5)
    files = written(tmp_path / "pictures", PICTURES)
    np.testing.assert_allclose(fitted.predict_proba(files, views=2), expected, atol=1e-5)
    assert fitted.predict(files, views=2).tolist() == fitted.classes_[expected.argmax(axis=1)].tolist()
    np.testing.assert_allclose(fitted.predict_proba(PICTURES, views=1), plain, atol=1e-5)


def test_further_views_are_drawn_as_the_classifier_augments(tmp_path):
    own = Augmentation(rotation=90)
    fitted = untrained(augment="live", augmentation=own, seed=5)
    views = Views(4, own, 5)
    parts = [
        answers_of_keras(fitted, np.stack([views.view(picture, number) for picture in PICTURES])) for number in range(4)
    ]
    found = fitted.predict_proba(PICTURES, views=4)
    np.testing.assert_allclose(found, np.mean(parts, axis=0), atol=1e-5)
    np.testing.assert_array_equal(fitted.predict_proba(PICTURES, views=4), found)
    np.testing.assert_allclose(fitted.predict_proba(PICTURES[7:9], views=4), found[7:9], atol=1e-5)
    np.testing.assert_allclose(fitted.predict_proba(written(tmp_path / "p", PICTURES), views=4), found, atol=1e-5)
    others = untrained(augment="live", augmentation=own, seed=6), untrained(seed=5)
    for other in others:
        assert np.abs(other.predict_proba(PICTURES, views=4) - found).max() > 0.001


def test_judged_by_views(tmp_path):
    fitted = untrained(on_error="skip")
    names = np.array(["blue", "green", "red"])[np.random.default_rng(0).integers(0, 3, 40)]
    answers = fitted.classes_[fitted.predict_proba(PICTURES, views=2).argmax(axis=1)]
    report = fitted.evaluate(PICTURES, names, views=2)
    assert report.accuracy == pytest.approx(np.mean(answers == names))
    assert [sum(row) for row in report.confusion] == [int((names == name).sum()) for name in fitted.classes_]

    files = written(tmp_path / "pictures", PICTURES)
    (tmp_path / "pictures" / "broken.png").write_bytes(b"no picture")
    files.insert(3, tmp_path / "pictures" / "broken.png")
    labels = [*names[:3], "red", *names[3:]]
    with pytest.warns(AmaltheaWarning, match=r"1 of 41 pictures cannot be used and are left out:\n.*broken"):
        skipping = fitted.evaluate(files, labels, views=2)
    assert (skipping.confusion, skipping.skipped) == (report.confusion, 1)
    with pytest.raises(ArgumentError, match="None of the pictures can be read"):
        fitted.evaluate([files[3]], ["red"], views=2)
    with pytest.raises(ImageError, match=r"broken.png"):
        fitted.set_params(on_error="raise").evaluate(files, labels, views=2)


@pytest.mark.parametrize("views", [0, 2.5, "all", True])
def test_what_is_no_number_of_views(views):
    fitted = untrained()
    for ask in (fitted.predict, fitted.predict_proba):
        with pytest.raises(ArgumentError, match=rf"views={views!r}; allowed are whole numbers from 1 on"):
            ask(PICTURES, views=views)
    with pytest.raises(ArgumentError, match=rf"views={views!r}; allowed are whole numbers from 1 on"):
        fitted.evaluate(PICTURES, ["red"] * 40, views=views)


def test_two_views_need_no_opencv(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert untrained().predict_proba(PICTURES, views=2).shape == (40, 3)
    with pytest.raises(MissingDependencyError, match="needs OpenCV"):
        untrained().predict_proba(PICTURES, views=3)


def test_scaled_pictures_are_not_brightened():
    fitted = untrained(augment="live", augmentation=Augmentation(brightness=(0.5, 1.5)))
    fitted.scaling = 1
    scaled = PICTURES.astype(np.float32) / 100 - 1
    with pytest.raises(ArgumentError, match=r"brightness=\(0.5, 1.5\) clips values to \[0, 255\]"):
        fitted.predict_proba(scaled, views=3)
    assert fitted.predict_proba(scaled, views=2).shape == (40, 3)
