"""Numbers and files that Python 2 let pass."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from amalthea.keras2._running.leniency import reading, value_of, whole, with_bytes, writing
from amalthea.keras2._spelling import recording

pytestmark = pytest.mark.single_backend


def test_whole_floats_count_and_all_else_stays():
    assert ([0] * whole(4 / 2), whole(2.5), whole("2.0"), whole(None)) == ([0, 0], 2.5, "2.0", None)
    assert isinstance(whole(3.0), int)
    with pytest.raises(TypeError, match="can't multiply sequence by non-int of type 'float'"):
        [0] * whole(5 / 2)
    assert [0] * whole(np.float64(2)) == [0, 0]


def test_arrays_in_text_files(tmp_path):
    path, array = tmp_path / "features.npy", np.arange(600, dtype="float32").reshape(2, 300)
    with open(path, "w") as file:
        with_bytes(np.save)(file, array)
        np.testing.assert_array_equal(np.load(path), array)  # a script need not close it
    with open(path) as file:
        np.testing.assert_array_equal(with_bytes(np.load)(file), array)


def test_several_in_one_file_with_text_before_them(tmp_path):
    path = tmp_path / "both"
    with open(path, "w") as file:
        file.write("head\n")
        with_bytes(np.save)(file, np.ones(3))
        with_bytes(pickle.dump)({"a": 1}, file)
    content = path.read_bytes()
    assert content.startswith(b"head\n\x93NUMPY")
    with open(path, "rb") as file:
        file.readline()
        np.testing.assert_array_equal(np.load(file), np.ones(3))
        assert pickle.load(file) == {"a": 1}


def test_an_archive_reads_later_and_closes_its_file(tmp_path):
    path = tmp_path / "both.npz"
    np.savez(path, a=np.ones(2), b=np.zeros(3))
    archive = with_bytes(np.load)(open(path))  # noqa: SIM115
    assert archive["b"].tolist() == [0, 0, 0]
    file = archive.fid
    archive.close()
    assert file.closed


def test_what_is_no_text_file_is_passed_on(tmp_path):
    file = io.BytesIO()
    with_bytes(np.save)(file=file, arr=np.ones(2))
    assert file.getvalue().startswith(b"\x93NUMPY")
    with_bytes(np.save)(tmp_path / "a.npy", np.ones(2))
    assert (tmp_path / "a.npy").exists()
    with open(tmp_path / "b.npy", "w") as text, pytest.raises(TypeError, match="must be str, not bytes"):
        np.save(text, np.ones(2))  # what it is for


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of the file that nobody closes
def test_pickles_in_text_files(tmp_path):
    path = tmp_path / "labels.cpickle"
    with open(path, "w") as file:
        writing(file.write)("head\n")
        assert writing(file.write)(pickle.dumps([200, 1])) == len(pickle.dumps([200, 1]))
        assert path.read_bytes() == b"head\n" + pickle.dumps([200, 1])  # a script need not close it
        with pytest.raises(TypeError, match="must be str, not bytes"):
            file.write(b"a")  # what it is for
    path.write_bytes(pickle.dumps([200, 1]))
    with open(path) as file:
        assert pickle.loads(reading(file.read)()) == [200, 1]
    assert pickle.loads(reading(open(path).read)()) == [200, 1]  # noqa: SIM115 - which nobody else holds
    lines, of_bytes = io.StringIO(), io.BytesIO(b"\xff")
    assert (writing(lines.write), reading(of_bytes.read)) == (lines.write, of_bytes.read)


def test_values_of_data_sets(tmp_path):
    import h5py

    class Option:
        value = 3

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = np.arange(3)
        assert value_of(file["x"]).tolist() == [0, 1, 2]
        assert isinstance(value_of(file["x"]), np.ndarray)
        assert not hasattr(file["x"], "value")  # h5py itself is as it was
    assert value_of(Option) == 3
    with pytest.raises(AttributeError, match="'int' object has no attribute 'value'"):
        value_of(1)


def test_it_is_noted_with_the_line_that_asked():
    with recording() as notes:
        whole(4.0)
    ((file, line, text),) = notes
    assert (file, text) == (__file__, "4.0 is taken as 4")
    assert Path(file).read_text().splitlines()[line - 1].strip() == "whole(4.0)"
