"""What a second run in the same folder may be, and what it may not."""

import errno
import json
import shutil
import sys

import pytest

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError, StorageError

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")

from tests.apps.distribution.runs import everything, failures, parts, started  # noqa: E402

pytestmark = pytest.mark.single_backend


@pytest.fixture
def run(small_network, photographs, tmp_path):
    """A finished run of four shards, and the call that made it."""
    model = shutil.copy(small_network, tmp_path / "model.onnx")

    def again(data=photographs, **others):
        return amalthea.distribute(data, **{"model": model, "out": tmp_path / "out", "shard_size": 3, **others})

    again(scores=True)
    return again


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({"scores": True, "top": 3}, "top was 5, and is 3."),
        ({"shard_size": 4}, "shard_size was 3, and is 4; scores was True, and is False."),
        ({"scores": True, "model": "EfficientNetLite0"}, r"model was 'a file with SHA-256 \w{64}', and is 'Effic"),
        ({"task": "features", "model": "EfficientNetLite0"}, "task was 'predict', and is 'features'. Go on"),
    ],
)
def test_another_request_is_refused_with_what_differs(others, told, run, tmp_path):
    before = everything(tmp_path / "out")
    with pytest.raises(ArgumentError, match=rf"out holds a run of which something else was asked: {told}"):
        run(**others)
    assert everything(tmp_path / "out") == before


def test_another_file_under_the_same_name_is_another_model(run, small_network, tmp_path):
    amalthea.save(amalthea.get_model("MobileNet", alpha=0.25, weights=None), tmp_path / "model.onnx")
    with pytest.raises(ArgumentError, match=r"model was 'a file with SHA-256 .*, and is 'a file with SHA-256"):
        run(scores=True)
    shutil.copy(small_network, tmp_path / "another name.onnx")
    assert run(scores=True, model=tmp_path / "another name.onnx").computed == 0


def test_other_programs_and_settings_are_refused(run, tmp_path, monkeypatch):
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", "1000")
    with pytest.raises(ArgumentError, match="AMALTHEA_MAX_PIXELS was '89478485', and is '1000'"):
        run(scores=True)
    monkeypatch.delenv("AMALTHEA_MAX_PIXELS")
    monkeypatch.setattr("PIL.__version__", "1.0")
    with pytest.raises(ArgumentError, match=r"pillow was '\d.*', and is '1.0'"):
        run(scores=True)
    from amalthea.apps.distribution.computing import ShardWorker

    with pytest.raises(ArgumentError, match=r"This machine would compute other numbers .*: pillow is '1.0', not '\d"):
        ShardWorker(tmp_path / "out")


def test_other_pictures_are_refused_with_the_first_that_differs(run, photographs, tmp_path):
    names = sorted(path.name for path in photographs.iterdir())
    (photographs / names[3]).rename(photographs / "A.jpg")
    with pytest.raises(ArgumentError, match=f"of 9, number 1 was {photographs / names[0]}, and is .*/A.jpg. Go on"):
        run(scores=True)
    (photographs / "A.jpg").rename(photographs / names[3])
    shutil.copy(photographs / names[0], photographs / "zebra.jpg")
    with pytest.raises(ArgumentError, match=r"of 9, number 10 was no picture, and is .*/zebra.jpg"):
        run(scores=True)
    (photographs / "zebra.jpg").unlink()
    with pytest.raises(ArgumentError, match=rf"of 9, number 9 was .*/{names[8]}, and is no picture"):
        run([path for path in sorted(photographs.iterdir()) if path.name != names[8]], scores=True)
    assert run(scores=True).computed == 0


def test_relative_paths_count_from_where_they_counted(small_network, photographs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out"
    amalthea.distribute("photographs", small_network, out=out)
    shutil.copytree(photographs, tmp_path / "elsewhere" / "photographs")
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(ArgumentError, match=f"current folder was '{tmp_path}', and is '{tmp_path / 'elsewhere'}'"):
        amalthea.distribute("photographs", small_network, out=out)
    words = "the pictures were named by relative paths, and are by absolute ones"
    with pytest.raises(ArgumentError, match=words):
        amalthea.distribute(str(tmp_path / "photographs"), small_network, out=out)


def test_what_was_lost_or_damaged_of_a_finished_run_is_computed_again(run, tmp_path):
    out = tmp_path / "out"
    before = everything(out)
    (out / "part-00000.parquet").unlink()
    (out / "part-00001.parquet").write_bytes(b"cut off")
    (out / "_run/done/00002.json").write_text("{")
    (out / "_run/writing").mkdir()
    (out / "_run/writing/0123456789abcdef.parquet").write_bytes(b"of a killed writer")
    (out / "_run/done/.00002.0123456789abcdef.json").write_bytes(b"")
    assert run(scores=True).computed == 3
    assert everything(out) == before


def test_a_picture_that_can_be_read_the_next_time_has_one_row(run, photographs, tmp_path):
    """As after a kill between a shard's files and its record."""
    out = tmp_path / "out"
    assert [row["path"] for row in failures(out)] == [str(photographs / "broken.jpg")]
    shutil.copy(next(photographs.glob("B*")), photographs / "broken.jpg")
    (out / "_run/done/00002.json").unlink()
    done = run(scores=True)
    assert (done.computed, done.rows, done.failures) == (1, 9, 0)
    assert [row["path"] for row in parts(out)] == sorted(map(str, photographs.iterdir()))
    assert failures(out) == []


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        (
            "_run/pictures/00000.parquet",
            b"",
            "00000.parquet cannot be read: .* if it is damaged .* remove .*out first.",
        ),
        ("_run/manifest.json", b"{}", "manifest.json is damaged. Remove .*out, and run again."),
        (
            "_run/manifest.json",
            b'{"format": 7, "amalthea": "9.0"}',
            "has format 7, of amalthea 9.0; .* of format 1. Go on",
        ),
    ],
)
def test_a_manifest_that_cannot_be_used(file, content, words, run, tmp_path):
    (tmp_path / "out" / file).write_bytes(content)
    with pytest.raises(ArgumentError, match=words):
        run(scores=True)


def test_another_network_in_the_folder_is_refused(run, tmp_path):
    out = tmp_path / "out"
    amalthea.save(amalthea.get_model("MobileNet", alpha=0.25, weights=None), out / "_run/network.onnx")
    (out / "_run/done/00001.json").unlink()
    with pytest.raises(ArgumentError, match=r"network.onnx was replaced since the run was planned"):
        run(scores=True)


def test_a_folder_that_holds_something_else_stays_as_it_is(small_network, photographs):
    before = everything(photographs)
    with pytest.raises(ArgumentError, match=r"photographs holds something else, such as Bengal_\d+.jpg. Name a new"):
        amalthea.distribute(photographs, small_network, out=photographs)
    assert everything(photographs) == before
    mine = photographs.parent / "mine"
    (mine / "_run/pictures").mkdir(parents=True)
    for name in ("_run/network.onnx", "_run/pictures/00000.parquet"):
        (mine / name).write_text("as a run has them, but of somebody else")
    before = everything(mine)
    with pytest.raises(ArgumentError, match=r"mine holds something else, such as _run. Name a new folder"):
        amalthea.distribute(photographs, small_network, out=mine)
    assert everything(mine) == before


def test_two_runs_at_once_are_one(small_network, photographs, tmp_path):
    out = tmp_path / "out"
    # The first stops with its lock held, until its input ends.
    trap = (
        "from amalthea.apps.distribution import computing\n"
        "compute = computing.ShardWorker.compute\n"
        "def waiting(worker, shard):\n"
        "    print('at work', flush=True)\n"
        "    sys.stdin.read()\n"
        "    return compute(worker, shard)\n"
        "computing.ShardWorker.compute = waiting"
    )
    with started(photographs, trap, model=small_network, out=out, threads=1) as first:
        assert first.stdout.readline() == "at work\n"
        with pytest.raises(StorageError, match=f"Another process is at work in {out}. Wait until it has ended, or"):
            amalthea.distribute(photographs, small_network, out=out)
        first.stdin.close()
        assert first.stdout.read() == "1\n"
    assert amalthea.distribute(photographs, small_network, out=out).computed == 0
    assert len(parts(out)) == 8
    assert json.loads((out / "_run/done/00000.json").read_bytes())["rows"] == 8


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks otherwise")
def test_where_no_file_can_be_locked_a_warning_says_so(small_network, photographs, tmp_path, monkeypatch):
    """As on some network drives."""

    def without(number, operation):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", without)
    with pytest.warns(AmaltheaWarning, match=f"Nothing keeps a second run out of {tmp_path / 'out'}, for no file can"):
        done = amalthea.distribute(photographs, small_network, out=tmp_path / "out")
    assert done.rows == 8
