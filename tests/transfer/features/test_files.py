"""Features in files that NumPy and pyarrow read."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from amalthea.errors import ArgumentError, MissingDependencyError, MissingFileError
from amalthea.transfer.features.files import write_features
from amalthea.transfer.features.rows import Features

pytestmark = pytest.mark.single_backend

ROWS = 600  # more than are written at once


@pytest.fixture
def features() -> Features:
    """600 rows of shape (2, 3)."""
    records = np.arange(ROWS * 6, dtype=np.float32).reshape(ROWS, 6)
    return Features(shapes=((2, 3),), rows=np.arange(ROWS)[::-1], stored=records, unstored=records[:0])


NAMES = [f"{number} katze 'ü'.jpg" for number in range(ROWS)]


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
