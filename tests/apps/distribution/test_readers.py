"""The folder of a run is a table to whatever reads tables: all of its rows, and nothing else."""

import shutil
from glob import glob

import pytest

import amalthea

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

import pyarrow.dataset  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from tests.apps.distribution.pictures import copy_photographs  # noqa: E402
from tests.apps.distribution.runs import failures, parts  # noqa: E402

pytestmark = pytest.mark.single_backend


def read_by_pandas(folder):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    return pa.Table.from_pandas(pandas.read_parquet(folder), preserve_index=False).to_pylist()


def read_by_pyarrow(folder):
    return pyarrow.dataset.dataset(folder).to_table().to_pylist()


def read_by_pattern(folder):
    """As DuckDB and Polars do, to which a pattern also means names that begin with a dot."""
    named = glob("*.parquet", root_dir=folder, include_hidden=True)
    return [row for name in sorted(named) for row in pq.read_table(folder / name).to_pylist()]


@pytest.fixture(scope="module")
def folder(small_network, test_data, tmp_path_factory):
    """Of a run of four shards, one of whose pictures cannot be used."""
    place = tmp_path_factory.mktemp("readers")
    photographs = copy_photographs(test_data, place / "photographs")
    amalthea.distribute(photographs, small_network, out=place / "out", shard_size=2, threads=1)
    return place / "out"


@pytest.mark.parametrize("read", [read_by_pandas, read_by_pyarrow, read_by_pattern])
def test_it_has_the_rows_and_nothing_else(read, folder, tmp_path):
    assert len(parts(folder)) == 8
    assert read(folder) == parts(folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "_failures",
        "_run",
        *(f"part-0000{shard}.parquet" for shard in range(5)),
    ]
    changed = shutil.copytree(folder, tmp_path / "changed")
    shutil.copy(folder / "part-00000.parquet", changed / "x.parquet")
    assert len(read(changed)) == 10, "it would have read what is no row as well"


@pytest.mark.parametrize("read", [read_by_pandas, read_by_pyarrow, read_by_pattern])
def test_failures_are_a_table_of_their_own(read, folder):
    [failure] = read(folder / "_failures")
    assert [failure] == failures(folder)
    assert failure["path"].endswith("broken.jpg")


def test_without_failures_there_is_no_folder_of_them(small_network, folder, tmp_path):
    picture = parts(folder)[0]["path"]
    amalthea.distribute(picture, small_network, out=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["_run", "part-00000.parquet"]
