"""Pictures that cannot be used stop nothing: each gets a row that says why."""

import hashlib
import os
from pathlib import Path

import pytest
from PIL import Image

import amalthea
from tests.apps.commands import call

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

import pyarrow.parquet as pq  # noqa: E402

from tests.apps.distribution.runs import failures, parts  # noqa: E402

pytestmark = pytest.mark.single_backend


def test_each_has_its_reason_and_the_others_are_answered(small_network, photographs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cat = next(photographs.glob("Bengal*"))
    Path("bad").mkdir()
    Path("bad/cut.jpg").write_bytes(cat.read_bytes()[:5000])
    Path("bad/nothing.jpg").touch()
    Path("bad/folder.jpg").mkdir()
    os.mkfifo("bad/pipe.jpg")
    with open("bad/large.jpg", "wb") as large:
        large.truncate(2**30 + 1)
    lines = [
        "cut.jpg",
        "nothing.jpg",
        "folder.jpg",
        "pipe.jpg",
        "large.jpg",
        "gone.jpg",
        "https://example.org/a.jpg",
        "\0",
        str(cat),
    ]
    Path("bad/all.txt").write_text("\n".join(lines))
    done = amalthea.distribute(["photographs", "bad/all.txt"], small_network, out="out", shard_size=8)
    assert (done.pictures, done.rows, done.failures) == (18, 9, 9)
    assert [row["path"] for row in parts(Path("out"))][-1] == str(cat)
    reasons = {row["path"]: row for row in failures(Path("out"))}
    bad = tmp_path / "bad"
    for path, words in {
        "photographs/broken.jpg": "photographs/broken.jpg is no picture in a format that is read here",
        "bad/cut.jpg": "bad/cut.jpg cannot be decoded: ",
        "bad/nothing.jpg": "bad/nothing.jpg is empty (zero bytes). Fetch it again.",
        "bad/folder.jpg": f"There is no picture in the folder {bad}/folder.jpg: no file in it has the suffix",
        "bad/pipe.jpg": "bad/pipe.jpg is a device or a pipe, not a picture. Give the path of a file.",
        "bad/large.jpg": "bad/large.jpg has 1,073,741,825 bytes, more than the 1,073,741,824 that",
        "bad/gone.jpg": f"There is no file {bad}/gone.jpg (looked for at {bad}/gone.jpg). Check the path.",
        "https://example.org/a.jpg": "https://example.org/a.jpg is an address. Fetch the picture",
        "bad/\0": f"{bad}/\0 cannot be opened: ",
    }.items():
        assert reasons.pop(path)["reason"].startswith(words)
    assert not reasons


def test_names_in_tables_are_no_patterns(small_network, tmp_path):
    names = ["cats[1].jpg", "*.jpg", str(tmp_path)]
    pq.write_table(pa.table({"path": names, "bytes": [b"no picture", None, None]}), tmp_path / "t.parquet")
    amalthea.distribute(tmp_path / "t.parquet", small_network, out=tmp_path / "out")
    broken, *nothing = failures(tmp_path / "out")
    assert broken["reason"].startswith("cats[1].jpg is no picture in a format that is read here")
    assert [row["reason"] for row in nothing] == [
        f"{name} has no bytes in {tmp_path / 't.parquet'}. Fill the row." for name in names[1:]
    ]


def test_the_hash_is_that_of_what_was_read(small_network, photographs, tmp_path):
    (photographs / "gone.jpg").symlink_to("nowhere")
    data = [photographs, photographs / "gone.jpg"]
    amalthea.distribute(data, small_network, out=tmp_path / "out")
    broken, gone = failures(tmp_path / "out")
    assert broken["hash"] == hashlib.sha256(b"not a picture").hexdigest()
    assert gone["hash"] is None


def test_a_picture_with_too_many_pixels(small_network, photographs, tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # which the next line changes
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", "1000")
    answer = call("predict", photographs, "--model", small_network, "--out", tmp_path / "out")
    assert answer.exit_code == 1, "there is no answer at all"
    assert answer.stdout.startswith(f"Written: {tmp_path / 'out'}, 0 pictures in 1 shard, ")
    assert "Warning: 9 of 9 pictures cannot be used" in answer.stderr
    reasons = [row["reason"] for row in failures(tmp_path / "out")]
    assert sum("has more pixels than the limit of 1,000" in reason for reason in reasons) == 8
    table = pq.read_table(tmp_path / "out" / "part-00000.parquet")
    assert table.num_rows == 0
    assert table.column_names == ["path", "hash", "answer", "classes", "probabilities"]


def test_what_nothing_here_reads_is_counted_as_everywhere(small_network, photographs, tmp_path):
    (photographs / "phone.heic").touch()
    answer = call("predict", photographs, "--model", small_network, "--out", tmp_path / "out")
    assert answer.exit_code == 0
    skipped, _ = answer.stderr.splitlines()
    assert skipped == "Skipped: 1 .heic. They cannot be read here; convert them to JPEG or PNG."
