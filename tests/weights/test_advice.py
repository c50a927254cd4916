"""What to do about a file that does not fit, or about what is no file or no network."""

from collections.abc import Callable
from pathlib import Path

import pytest

from amalthea.errors import ArgumentError, WeightsMismatchError
from amalthea.weights import load_weights, read_weights
from tests.weights.small_files import equal, set_random_weights, small_h5_network, write_small_h5

keras = pytest.importorskip("keras")
layers = keras.layers


def base(**settings: int) -> "keras.Model":
    image = keras.Input((8, 8, 3))
    x = image
    for number in range(3):
        x = layers.Conv2D(4, 3, name=f"conv_{number}", **settings)(x)
    return keras.Model(image, x, name="base")


def around(inner: "keras.Model") -> "keras.Model":
    """As the tutorials put a classifier on a base."""
    return keras.Sequential([keras.Input((8, 8, 3)), inner, layers.Flatten(), layers.Dense(2, name="predictions")])


def flat(*names: str, classes: int = 3) -> "keras.Model":
    middle = [layers.Dense(4, name=name) for name in names[:-1]]
    return keras.Sequential([keras.Input((4,)), *middle, layers.Dense(classes, name=names[-1])])


def saved(model: "keras.Model", path: Path) -> Path:
    (model.save_weights if path.name.endswith(".weights.h5") else model.save)(path)
    return path


@pytest.mark.parametrize("name", ["pets.keras", "pets.weights.h5"])
def test_a_network_within_that_of_the_file(name: str, tmp_path: Path) -> None:
    whole = around(set_random_weights(base(), seed=1))
    path, ours = saved(whole, tmp_path / name), set_random_weights(base(), seed=2)
    expected = (
        r"\nThe file has these layers within its model 'base': fill the whole model that was saved, and take its "
        r"get_layer\('base'\)."
    )
    with pytest.raises(WeightsMismatchError, match=expected):
        load_weights(ours, path)
    other = around(base())
    load_weights(other, path)  # what the message says to do
    assert equal(other.get_layer("base").get_weights(), whole.get_layer("base").get_weights())


@pytest.mark.parametrize("name", ["base.keras", "base.weights.h5"])
def test_the_network_of_the_file_within_this_one(name: str, tmp_path: Path) -> None:
    theirs, ours = set_random_weights(base(), seed=1), around(set_random_weights(base(), seed=2))
    path = saved(theirs, tmp_path / name)
    expected = r"\nThe file has only the model 'base' within this one: fill model.get_layer\('base'\).$"
    with pytest.raises(WeightsMismatchError, match=expected):
        load_weights(ours, path)
    load_weights(ours.get_layer("base"), path)
    assert equal(ours.get_layer("base").get_weights(), theirs.get_weights())


def test_another_network_within_that_of_the_file_is_none_of_ours(tmp_path: Path) -> None:
    path = saved(around(base(padding="same")), tmp_path / "pets.keras")
    ours = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(3)])
    with pytest.raises(WeightsMismatchError, match="2 in the model and 4 in the file") as caught:
        load_weights(ours, path)
    assert "get_layer" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "classes", "advice", "loaded"),
    [
        (("b", "a", "c", "predictions"), 3, "4 of 4 layers fit: .*, by_name=True)", 4),
        (("new", "a", "b", "c", "predictions"), 3, "4 of 5 layers fit: .*, by_name=True)", 4),
        (("a", "b", "c", "predictions"), 7, "3 of 4 layers fit: .*, by_name=True, skip_mismatch=True)", 3),
    ],
)
def test_options_that_would_fill_most_layers(
    names: tuple[str, ...], classes: int, advice: str, loaded: int, tmp_path: Path
) -> None:
    theirs = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(4, name="a"),
            layers.Dense(5, name="b"),
            layers.Dense(4, name="c"),
            layers.Dense(3, name="predictions"),
        ]
    )
    widths = {"a": 4, "b": 5, "c": 4, "new": 4, "predictions": classes}
    ours = {name: layers.Dense(widths[name], name=name) for name in names}
    inputs = {"a": 4, "b": 4, "c": 5, "new": 4, "predictions": 4}
    for name, layer in ours.items():
        layer.build((None, inputs[name]))
    path = saved(theirs, tmp_path / "theirs.keras")
    call = rf"amalthea.load_weights\(model, '{path}'"
    expected = "By their names, " + advice.replace(".*", call).replace(")", r"\)") + " fills these.$"
    with pytest.raises(WeightsMismatchError, match=expected):
        load_weights(list(ours.values()), path)
    report = load_weights(list(ours.values()), path, by_name=True, skip_mismatch=classes == 7)
    assert len(report.loaded) == loaded


def test_by_name_the_other_option_is_told(tmp_path: Path) -> None:
    path = saved(flat("a", "b", "c", "predictions"), tmp_path / "theirs.keras")
    with pytest.raises(WeightsMismatchError, match=r"3 of 4 layers fit: .*, by_name=True, skip_mismatch=True\)"):
        load_weights(flat("a", "b", "c", "predictions", classes=7), path, by_name=True)


def test_nothing_is_advised_where_little_would_fit(tmp_path: Path) -> None:
    path = saved(flat("a", "b", "predictions"), tmp_path / "theirs.keras")
    with pytest.raises(WeightsMismatchError) as caught:
        load_weights(flat("x", "y", "predictions", classes=7), path)
    assert "By their names" not in str(caught.value)


@pytest.mark.parametrize("model", ["MobileNet", None, 7, b"conv"], ids=repr)
def test_no_network_is_told(model: object, tmp_path: Path) -> None:
    path = write_small_h5(tmp_path / "small.h5")
    expected = rf"^{model!r} is neither a model nor a list of layers.*amalthea.get_model\(name, weights=path\).$"
    with pytest.raises(ArgumentError, match=expected):
        load_weights(model, path)


@pytest.mark.parametrize("read", [read_weights, lambda path: load_weights(small_h5_network(), path)])
@pytest.mark.parametrize("path", [None, 3, b"small.h5", ["small.h5"]], ids=repr)
def test_no_path_is_told(path: object, read: Callable[[object], object]) -> None:
    with pytest.raises(ArgumentError, match=r"is no path of a weight file; weights of Keras"):
        read(path)
