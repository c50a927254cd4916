"""Features of a layer, in files that NumPy and pyarrow read."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea import _keras
from amalthea.applications import MobileNet
from amalthea.applications.mobilenet import preprocess_input
from amalthea.errors import ArgumentError, MissingDependencyError, MissingFileError
from amalthea.preprocessing.image import img_to_array, load_img
from amalthea.transfer.base import Wishes
from amalthea.transfer.features.files import layer_features, write_features
from amalthea.transfer.features.rows import Features
from tests.live_weights import set_live_weights
from tests.transfer.features.networks import picture_files

pytestmark = pytest.mark.single_backend

SMALL = Wishes(alpha=0.25, size=(64, 64))
ROWS = 600  # more than are written at once


@pytest.fixture(scope="module")
def model() -> keras.Model:
    model = MobileNet(alpha=0.25, weights=None, input_shape=(64, 64, 3))
    set_live_weights(model)
    _keras.pin_openvino_precision()  # of predict
    return model


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return picture_files(tmp_path_factory.mktemp("pictures"), 5)


@pytest.fixture
def features() -> Features:
    """600 rows of shape (2, 3)."""
    records = np.arange(ROWS * 6, dtype=np.float32).reshape(ROWS, 6)
    return Features(shapes=((2, 3),), rows=np.arange(ROWS)[::-1], stored=records, unstored=records[:0])


NAMES = [f"{number} katze 'ü'.jpg" for number in range(ROWS)]


def answers(model: keras.Model, paths: list[Path]) -> np.ndarray:
    pictures = np.stack([img_to_array(load_img(path, target_size=(64, 64))) for path in paths])
    return model.predict(preprocess_input(pictures), verbose=0)


@pytest.mark.parametrize(
    ("layer", "pooling"), [(None, None), ("conv_pw_6_relu", None), ("conv_pw_6_relu", "avg"), ("conv_pw_6_relu", "max")]
)
def test_a_layer_of_a_model(layer, pooling, model, paths):
    found = layer_features(model, paths, layer=layer, pooling=pooling)
    end = model.get_layer(layer).output if layer else model.output
    pools = {"avg": keras.layers.GlobalAveragePooling2D(), "max": keras.layers.GlobalMaxPooling2D()}
    expected = answers(keras.Model(model.inputs, pools[pooling](end) if pooling else end), paths)
    assert found.features.shapes == (expected.shape[1:],)
    np.testing.assert_allclose(found.features.take(range(5))[0], expected, atol=1e-3 * expected.std())


def test_a_network_by_name(cached_weights, paths):
    wishes = Wishes(alpha=0.25)
    found = layer_features("MobileNet", paths, layer="predictions", pooling="avg", wishes=wishes)  # there is none to do
    assert found.features.shapes == ((1000,),)
    np.testing.assert_allclose(found.features.take(range(5))[0].sum(axis=1), 1, atol=1e-5)


def test_a_layer_that_is_not_there(model, paths):
    with pytest.raises(ArgumentError, match=r"has no layer 'conv_pw_6_rule'\. Did you mean conv_pw_6_relu"):
        layer_features(model, paths, layer="conv_pw_6_rule")


def test_what_cannot_be_pooled(model, paths):
    with pytest.raises(ArgumentError, match="pooling='mean'; allowed are 'avg', 'max' and None"):
        layer_features(model, paths, pooling="mean")
    rows = keras.Model(model.inputs, keras.layers.Reshape((100, 10), name="in_rows")(model.output), name="rows")
    with pytest.raises(ArgumentError, match=r"of 'rows' have the shape \(100, 10\), which is no feature map"):
        layer_features(rows, paths, pooling="avg", wishes=Wishes(scaling="tf"))


def test_npz(features, tmp_path):
    write_features(tmp_path / "features.npz", features, [Path(name) for name in NAMES])
    program = (
        "import numpy, sys; content = numpy.load(sys.argv[1])\n"
        "assert sorted(content) == ['features', 'paths']\n"
        "assert content['features'].shape == (600, 2, 3) and content['features'].dtype == numpy.float32\n"
        "assert content['features'].ravel().tolist() == [6 * row + i for row in reversed(range(600)) for i in range(6)]"
        "\nassert content['paths'].tolist() == [f\"{n} katze 'ü'.jpg\" for n in range(600)]\n"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "features.npz"], check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["features.npz"]


def test_parquet(features, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_features(tmp_path / "features.parquet", features, NAMES)
    table = parquet.read_table(tmp_path / "features.parquet")
    assert table.column_names == ["path", "features"]
    assert str(table.schema.field("features").type) == "fixed_size_list<element: float>[6]"
    assert table.schema.metadata == {b"shape": b"(2, 3)"}
    assert table["path"].to_pylist() == NAMES
    flat = table["features"].combine_chunks().flatten().to_numpy()
    np.testing.assert_array_equal(flat.reshape(ROWS, 2, 3), features.take(range(ROWS))[0])


@pytest.mark.parametrize("suffix", ["npz", "parquet"])
def test_no_rows(suffix, features, tmp_path):
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    write_features(tmp_path / f"features.{suffix}", features.subset([]), [])
    if suffix == "npz":
        with np.load(tmp_path / "features.npz") as content:
            assert content["features"].shape == (0, 2, 3)
            assert content["paths"].shape == (0,)


def test_files_that_cannot_be_written(features, tmp_path, monkeypatch):
    with pytest.raises(ArgumentError, match=r"features\.csv: the suffix chooses the format; allowed are \.npz and \.p"):
        write_features(tmp_path / "features.csv", features, NAMES)
    with pytest.raises(MissingFileError, match=r"there is no folder .*nowhere\. Make it first"):
        write_features(tmp_path / "nowhere" / "features.npz", features, NAMES)
    with pytest.raises(ArgumentError, match="600 rows of 1 tensors and 1 paths"):
        write_features(tmp_path / "features.npz", features, NAMES[:1])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError, match=r'pyarrow: pip install "amalthea\[parquet\]"\. Or write \.npz'):
        write_features(tmp_path / "features.parquet", features, NAMES)
    assert list(tmp_path.iterdir()) == []
