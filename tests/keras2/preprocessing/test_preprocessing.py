"""Pictures as Keras 2 transformed them: compared with keras-preprocessing 1.1.2 itself."""

import shutil
from importlib.util import find_spec

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentTypeError
from amalthea.keras2._spelling import recording
from amalthea.keras2._spelling.era import written_for
from amalthea.keras2.preprocessing import image, sequence, text

pytestmark = pytest.mark.single_backend

WARPS = pytest.mark.skipif(not find_spec("cv2"), reason="OpenCV is not installed")
PICTURES = np.random.default_rng(4).integers(0, 256, (6, 12, 10, 3)).astype("float32")


@pytest.fixture
def then():
    """keras-preprocessing 1.1.2."""
    return pytest.importorskip("keras_preprocessing.image")


@pytest.mark.filterwarnings("ignore:Please import `affine_transform`:DeprecationWarning")
def test_transformations_are_those_of_then(then):
    movement = {"theta": 20, "tx": 1.5, "ty": -2, "shear": 10, "zx": 0.9, "zy": 1.1, "flip_horizontal": True}
    ours = image.ImageDataGenerator(data_format="channels_last").apply_transform(PICTURES[0].copy(), movement)
    theirs = then.ImageDataGenerator(data_format="channels_last", dtype="float32")
    np.testing.assert_allclose(ours, theirs.apply_transform(PICTURES[0].copy(), movement), atol=0.01)
    affine = image.apply_affine_transform(PICTURES[0], theta=20, tx=2, row_axis=0, col_axis=1, channel_axis=2)
    np.testing.assert_allclose(
        affine,
        then.apply_affine_transform(PICTURES[0], theta=20, tx=2, row_axis=0, col_axis=1, channel_axis=2),
        atol=0.01,
    )
    brighter = image.ImageDataGenerator(data_format="channels_last").apply_transform(PICTURES[0], {"brightness": 0.7})
    np.testing.assert_allclose(brighter, then.apply_brightness_shift(PICTURES[0], 0.7), atol=1)


def test_shifts_need_no_advice():
    """Keras 3 exchanged the two; as they were then, their names say what they do."""
    generator = image.ImageDataGenerator(width_shift_range=0.1, height_shift_range=0.3)
    assert generator.compat == "1.1.2"
    assert image.ImageDataGenerator(compat=None, width_shift_range=0.1, height_shift_range=0.1).compat is None


def test_shear_is_in_radians_for_keras_1_and_in_degrees_for_keras_2():
    with written_for(1), recording() as notes:
        assert image.ImageDataGenerator(shear_range=0.2).shear_range == pytest.approx(11.459, abs=0.001)
    assert "shear_range=0.2 radians is 11.46 degrees today" in [note.text for note in notes]
    with written_for(2), pytest.warns(AmaltheaWarning, match=r"at most 0.2 degrees, which nobody sees") as said:
        assert image.ImageDataGenerator(shear_range=0.2).shear_range == 0.2
    assert said[0].filename == __file__


def test_old_names_of_arguments():
    generator = image.ImageDataGenerator(dim_ordering="th")
    assert generator.data_format == "channels_first"
    batches = image.ImageDataGenerator(dim_ordering="tf").flow(X=PICTURES, y=np.arange(6), batch_size=4, shuffle=False)
    assert next(batches)[1].tolist() == [0, 1, 2, 3]
    with pytest.raises(ArgumentTypeError, match=r"no argument 'rotaton_range'. Did you mean rotation_range"):
        image.ImageDataGenerator(rotaton_range=3)


def flow():
    generator = image.ImageDataGenerator(rotation_range=40, data_format="channels_last")
    return generator.flow(PICTURES, np.arange(6), batch_size=3)


@WARPS
def test_batches_go_by_numpys_seed_and_leave_it_alone():
    np.random.seed(11)
    state = np.random.get_state()[1].copy()
    first = [next(batches) for batches in [flow()] for _ in range(3)]
    other = next(flow())
    assert (np.random.get_state()[1] == state).all()
    np.random.seed(12)
    assert not np.array_equal(next(flow())[0], first[0][0])
    np.random.seed(11)
    again = [next(batches) for batches in [flow()] for _ in range(3)]
    for (x, y), (same_x, same_y) in zip(first, again, strict=True):
        np.testing.assert_array_equal(x, same_x)
        np.testing.assert_array_equal(y, same_y)
    assert not np.array_equal(first[0][0], other[0])  # a second iterator has numbers of its own
    seeded = image.ImageDataGenerator(rotation_range=40, data_format="channels_last")
    np.testing.assert_array_equal(
        next(seeded.flow(PICTURES, batch_size=3, seed=5)), next(seeded.flow(PICTURES, batch_size=3, seed=5))
    )


@WARPS
def test_single_transformations_go_by_numpys_seed():
    settings = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}

    def pictures():
        np.random.seed(2)
        return [
            image.random_rotation(PICTURES[0], 40, **settings),
            image.random_shift(PICTURES[0], 0.3, 0.3, 0, 1, 2, fill_mode="constant", cval=1.0),
            image.random_shear(PICTURES[0], 30, **settings, interpolation_order=0),
            image.random_zoom(PICTURES[0], (0.5, 1.5), **settings),
            image.random_channel_shift(PICTURES[0], 50, 2),
            image.random_brightness(PICTURES[0], (0.2, 0.8)),
            image.ImageDataGenerator(rotation_range=40, data_format="channels_last").random_transform(PICTURES[0]),
        ]

    first = pictures()
    np.random.seed(3)
    image.random_rotation(PICTURES[0], 40, **settings)
    for one, other in zip(first, pictures(), strict=True):
        assert one.shape == PICTURES[0].shape
        assert not np.array_equal(one, PICTURES[0])
        np.testing.assert_array_equal(one, other)


@WARPS
def test_a_matrix_moves_pixels():
    matrix = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 1.0]])
    moved = image.apply_transform(PICTURES[0], matrix, channel_axis=2)
    np.testing.assert_allclose(moved[:-1], PICTURES[0][1:], atol=0.01)


def test_pictures_are_loaded_with_the_arguments_of_every_keras(test_data):
    path = str(test_data / "images" / "elephant.jpg")
    for grey in (
        image.load_img(path, grayscale=True, target_size=(30, 20)),
        image.load_img(path, True, (30, 20)),
        image.load_img(path, "grayscale", target_size=(30, 20)),
        image.load_img(path, color_mode="grayscale", target_size=(30, 20)),
        image.load_img(path, False, "grayscale", (30, 20)),
    ):
        assert (grey.mode, grey.size) == ("L", (20, 30))
    assert image.load_img(path, False, (30, 20)).size == (20, 30)
    colours = image.load_img(path, target_size=(30, 20))
    assert colours.mode == "RGB"
    assert image.img_to_array(colours, dim_ordering="th").shape == (3, 30, 20)
    array = image.img_to_array(colours, "tf")
    assert array.shape == (30, 20, 3)
    assert image.array_to_img(array, dim_ordering="tf", scale=False).tobytes() == colours.tobytes()


def test_a_saved_picture_comes_back(tmp_path):
    image.save_img(tmp_path / "a.png", PICTURES[0], dim_ordering="tf", scale=False)
    np.testing.assert_array_equal(image.img_to_array(image.load_img(tmp_path / "a.png"), "tf"), PICTURES[0])


def test_series_and_texts():
    assert sequence.pad_sequences([[1], [2, 3]]).tolist() == [[0, 1], [2, 3]]
    tokenizer = text.Tokenizer(nb_words=3)
    tokenizer.fit_on_texts(["a cat and a dog and a horse"])
    assert tokenizer.texts_to_sequences(["a cat and a horse"]) == [[1, 2, 1]]
    series = sequence.TimeseriesGenerator(np.arange(10), np.arange(10), length=3, batch_size=2)
    assert series[0][0].tolist() == [[0, 1, 2], [1, 2, 3]]


def test_users_iterators_stay():
    class Squares(image.Iterator):
        def _get_batches_of_transformed_samples(self, index_array):
            return index_array**2

    assert next(Squares(3, 2, False, 0)).tolist() == [0, 1]
    assert issubclass(Squares, keras.utils.PyDataset)


def test_iterators_count_by_the_names_of_keras_1(test_data, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(2):
            shutil.copy(test_data / "images" / "elephant.jpg", tmp_path / name / f"{number}.jpg")
    generator = image.ImageDataGenerator()
    for batches in (generator.flow_from_directory(tmp_path), image.DirectoryIterator(tmp_path, generator)):
        assert isinstance(batches, image.DirectoryIterator)
        assert (batches.nb_sample, batches.nb_class) == (batches.samples, batches.num_classes) == (4, 2)
    batches = generator.flow(PICTURES, batch_size=4)
    assert isinstance(batches, image.NumpyArrayIterator)
    assert (batches.N, batches.n) == (6, 6)
    assert not hasattr(batches, "nb_class")
