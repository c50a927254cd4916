"""Batches of tables, beside those of Keras' legacy copy and keras-preprocessing 1.1.2."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError, ArgumentTypeError
from amalthea.preprocessing.image import DataFrameIterator, ImageDataGenerator
from tests.images.samples import PIXELS, encoded
from tests.preprocessing.references import keras_legacy, keras_preprocessing

pytestmark = pytest.mark.single_backend
pandas: Any = pytest.importorskip("pandas", reason="tables are those of pandas")

COUNT = 8


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Eight pictures, one of them in a folder, and what there is to learn of them."""
    monkeypatch.chdir(tmp_path)
    names = [f"{number}.png" for number in range(COUNT - 1)] + ["deep/7.png"]
    for number, name in enumerate(names):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(np.roll(PIXELS, number, 0), "PNG"))
    return pandas.DataFrame(
        {
            "filename": names,
            "class": ["dog", "cat", "cat", "dog", "cat", "cat", "dog", "cat"],
            "many": [["dog"], "cat", ("cat", "bird"), "dog", ["bird", "cat", "dog"], "cat", ["dog"], "bird"],
            "age": np.arange(COUNT) / 2,
            "size": np.arange(COUNT)[::-1],
            "box": [np.full((2, 2), number) for number in range(COUNT)],
            "weight": np.arange(COUNT) + 1,
        },
        index=[f"row {number}" for number in range(COUNT)],
    )


def both(rows: Any, directory: str | None = "pictures", **arguments: Any) -> list[Any]:
    """Ours and that of Keras."""
    arguments = {"target_size": (12, 10), "batch_size": 3, "shuffle": False, **arguments}
    return [
        kind(validation_split=0.4).flow_from_dataframe(rows, directory, **arguments)
        for kind in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
    ]


def assert_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, list | tuple):
        for mine, theirs in zip(one, other, strict=True):
            assert_same(mine, theirs)
    else:
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"y_col": "many"},
    {"y_col": "many", "classes": ["bird", "dog", "bird"]},
    {"classes": ["dog", "cat"], "class_mode": "sparse"},
    {"class_mode": "binary", "weight_col": "weight"},
    {"class_mode": "input", "y_col": None},
    {"class_mode": None, "color_mode": "grayscale"},
    {"class_mode": "raw", "y_col": "age"},
    {"class_mode": "raw", "y_col": ["age", "size"], "weight_col": "age"},
    {"class_mode": "multi_output", "y_col": ["age", "box"]},
    {"subset": "training", "class_mode": "multi_output", "y_col": ["size"]},
    {"subset": "validation", "weight_col": "weight"},
    {"validate_filenames": False},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_all_is_as_in_keras(table: Any, options: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    before = table.copy()
    mine, theirs = both(table, **options)
    first, second = [line for line in capsys.readouterr().out.splitlines() if line]
    assert first == second
    for name in ("filenames", "filepaths", "samples", "n", "classes", "class_indices", "image_shape"):
        assert getattr(mine, name, None) == getattr(theirs, name, None), name
    for _ in range(len(mine) + 1):
        assert_same(next(mine), next(theirs))
    pandas.testing.assert_frame_equal(table, before)


def test_the_pets_are_as_in_the_last_release(test_data: Path) -> None:
    pets = test_data / "pets" / "validation"
    paths = sorted(pets.rglob("*.jpg"))
    rows = pandas.DataFrame({"filename": [str(path) for path in paths], "class": [path.parent.name for path in paths]})
    rows = rows.sample(frac=1, random_state=0)
    mine, theirs = (
        kind.flow_from_dataframe(rows, shuffle=False)
        for kind in (ImageDataGenerator(), keras_preprocessing().ImageDataGenerator())
    )
    for name in ("filenames", "classes", "class_indices", "n"):
        assert getattr(mine, name) == getattr(theirs, name), name


def test_rows_without_a_picture_are_left_out_and_told(table: Any) -> None:
    rows = pandas.concat([pandas.DataFrame({"filename": ["no.png", "no.txt"], "class": ["cat", "dog"]}), table])
    with pytest.warns(AmaltheaWarning, match=r"2 of 10 rows are left out: x_col='filename' names .*'pictures.no.png'"):
        iterator = ImageDataGenerator().flow_from_dataframe(rows, "pictures")
    assert iterator.filenames == table["filename"].tolist()


def test_a_table_without_a_picture(table: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told, but no error until a picture is needed, as in keras-preprocessing."""
    generator = ImageDataGenerator()
    with pytest.warns(AmaltheaWarning, match="8 of 8 rows are left out"):
        iterator = generator.flow_from_dataframe(table, "elsewhere", classes=["dog", "cat"])
    strange = generator.flow_from_dataframe(table, "pictures", classes=["fish"])
    found = "Found 0 validated image filenames belonging to {} classes."
    assert capsys.readouterr().out.splitlines() == [found.format(2), found.format(1)]
    assert (len(iterator), iterator.filenames, iterator.class_indices) == (0, [], {"dog": 0, "cat": 1})
    for ask in (lambda: iterator[0], lambda: next(iterator)):
        with pytest.raises(
            ArgumentError,
            match=r"'filename' names files in elsewhere .* The first, elsewhere.\S+, is not",
        ):
            ask()
    with pytest.raises(ArgumentError, match=r"No picture is left of 8 rows.* classes, where they are .* is there\."):
        next(strange)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"class_mode": "output"}, ArgumentError, "class_mode='output' is unknown; choose one of 'binary', 'categ"),
        ({"class_mode": "multioutput"}, ArgumentError, r"class_mode='multioutput' .* Did you mean 'multi_output'\?"),
        ({"color_mode": "cmyk"}, ArgumentError, "color_mode='cmyk' is unknown"),
        ({"subset": "test"}, ArgumentError, "subset='test' is unknown"),
        ({"class_mode": "binary", "classes": ["a"]}, ArgumentError, "'binary' needs two classes; there are 1"),
        (
            {"class_mode": "multi_output"},
            ArgumentTypeError,
            "'multi_output' needs a list of columns; given was y_col='cl",
        ),
        ({"x_col": "age"}, ArgumentTypeError, "x_col holds file names, .*; column 'age' has 0.0, a float"),
        (
            {"y_col": "age"},
            ArgumentTypeError,
            "With class_mode='categorical', labels are strings, or lists; column 'age'",
        ),
        (
            {"y_col": "many", "class_mode": "sparse"},
            ArgumentTypeError,
            r"'sparse', labels are strings; .*\['dog'\], a list",
        ),
        ({"classes": "cat"}, ArgumentTypeError, r"classes='cat' is one name; give a list of names"),
        ({"x_col": "nope"}, ArgumentError, "x_col='nope': the table has no such column; there are 'filename', 'class'"),
        ({"y_col": "nope"}, ArgumentError, "y_col='nope': the table has no such column; there are 'filename'"),
        ({"y_col": ["age", "no"], "class_mode": "raw"}, ArgumentError, "y_col='no': the table has no such column"),
        ({"weight_col": "nope"}, ArgumentError, "weight_col='nope': the table has no such column"),
        ({"weight_col": "class"}, ArgumentTypeError, "weight_col='class' holds numbers; there it has "),
        ({"has_extension": True}, ArgumentTypeError, "flow_from_dataframe has no argument 'has_extension'"),
        ({"traget_size": (9, 9)}, ArgumentTypeError, r"has no argument 'traget_size'\. Did you mean target_size"),
    ],
)
def test_wrong_arguments(table: Any, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        ImageDataGenerator().flow_from_dataframe(table, "pictures", **arguments)
    assert isinstance(caught.value, TypeError if error is ArgumentTypeError else ValueError)


def test_arguments_of_earlier_releases(table: Any) -> None:
    generator = ImageDataGenerator()
    for name in ("has_ext", "sort", "drop_duplicates"):
        with pytest.warns(DeprecationWarning, match=f"{name} does nothing"):
            generator.flow_from_dataframe(table, "pictures", **{name: True})
    with pytest.warns(DeprecationWarning, match="class_mode='other' is called 'raw' today"):
        assert generator.flow_from_dataframe(table, "pictures", y_col="age", class_mode="other").class_mode == "raw"
    with pytest.warns(AmaltheaWarning, match=r"classes=\['cat'\] means nothing with class_mode=None"):
        generator.flow_from_dataframe(table, "pictures", classes=["cat"], class_mode=None)


def test_without_a_generator_and_with_what_is_new(table: Any) -> None:
    pictures, labels = next(DataFrameIterator(table, "pictures", shuffle=False, batch_size=COUNT))
    assert (pictures.shape, labels.shape) == ((COUNT, 256, 256, 3), (COUNT, 2))
    Path("pictures", "3.png").write_bytes(b"broken")
    arguments: dict[str, Any] = {"on_error": "skip", "workers": 2, "keep_aspect_ratio": True, "class_mode": "raw"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        iterator = ImageDataGenerator().flow_from_dataframe(
            table, "pictures", y_col="age", weight_col="weight", shuffle=False, batch_size=COUNT, **arguments
        )
    pictures, ages, weights = next(iterator)
    assert len(pictures) == COUNT - 1
    assert ages.tolist() == [0, 0.5, 1, 2, 2.5, 3, 3.5]
    assert weights.tolist() == [1, 2, 3, 5, 6, 7, 8]
    assert "3.png" in iterator.report()
