"""Everything by which pictures can be named, and how they are called then."""

import os
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

import amalthea
from amalthea.errors import ArgumentError, MissingFileError
from amalthea.images import find_pictures

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

import pyarrow.parquet as pq  # noqa: E402

from amalthea.apps.distribution.contents import contents  # noqa: E402
from amalthea.apps.distribution.sources import in_shards, listed  # noqa: E402
from amalthea.apps.distribution.stores import opened  # noqa: E402
from tests.apps.distribution.runs import failures, parts  # noqa: E402

pytestmark = pytest.mark.single_backend


def found(*data):
    """Of each picture how it is called, and its bytes or why there are none."""
    return [(path, content) for table in listed(list(map(str, data))) for path, content in contents(table, None)]


def paths(*data):
    return [path for path, _ in found(*data)]


@pytest.fixture
def small_files(tmp_path, monkeypatch):
    """Files that would be pictures, each of which holds its own name."""
    monkeypatch.chdir(tmp_path)
    for name in ("pets/b.jpg", "pets/a cat.JPG", "pets/deep/c.png", "pets/.hidden.jpg", "pets/notes.md", "one.dat"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)
    return tmp_path


def test_files_folders_and_patterns_as_everywhere(small_files):
    data = ["one.dat", "pets", "pets/*.jpg", "nowhere.jpg"]
    assert paths(*data) == list(map(str, find_pictures(data)))
    assert dict(found("pets"))["pets/a cat.JPG"] == b"pets/a cat.JPG"
    assert isinstance(dict(found("nowhere.jpg"))["nowhere.jpg"], MissingFileError)


def test_lists_count_from_their_folder(small_files):
    absolute = str(small_files / "one.dat")
    Path("pets/all.txt").write_text(f"\ufeffb.jpg\r\n\r\n{absolute}\ndeep/c.png", encoding="utf-8")
    Path("pets/all.csv").write_text(f'class,path\ncat,b.jpg\n"a, b",{absolute}\n,deep/c.png\n')
    pq.write_table(pa.table({"n": [1, 2, 3], "path": ["b.jpg", absolute, "deep/c.png"]}), "pets/all.parquet")
    expected = ["pets/b.jpg", absolute, "pets/deep/c.png"]
    for name in ("all.txt", "all.csv", "all.parquet"):
        assert paths(Path("pets", name)) == expected
        assert [content.decode() for _, content in found(f"pets/{name}")] == [
            "pets/b.jpg",
            "one.dat",
            "pets/deep/c.png",
        ]
    assert paths("one.dat", "pets/*.csv", "one.dat") == ["one.dat", *expected, "one.dat"]


def test_other_columns_of_a_list_may_hold_anything(small_files):
    """Also further down than pyarrow looks for their types."""
    rows = [f"{number:09},one.dat" for number in range(100_000)]
    lines = ["n,path", *rows, '"no number, but words",one.dat']
    Path("all.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    assert sum(map(len, listed(["all.csv"]))) == 100_001


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux")
def test_names_in_another_encoding(small_files):
    latin = os.fsdecode(b"caf\xe9")
    Path("pets", f"{latin}.jpg").write_text("latin")
    assert Path("pets", f"{latin}.jpg") in find_pictures(["pets"])
    told = dict(found("pets"))
    assert len(told) == 4
    assert str(told["pets/caf\\udce9.jpg"]).startswith("There is no file pets/caf\\udce9.jpg (looked for at ")
    Path(f"{latin}.txt").write_text("one.dat\n")
    with pytest.raises(ArgumentError, match=r"The name of /.*/caf\\udce9.txt is not in UTF-8. Rename it, or"):
        paths(f"{latin}.txt")


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({"bytes": [b"x", b"y", None]}, ["t.parquet#0", "t.parquet#1", "t.parquet#2"]),
        ({"id": [7, 8, 9], "image": [b"x", b"y", None]}, ["7", "8", "9"]),
        ({"path": ["k/l", None, "m"], "id": [7, 8, 9], "bytes": [b"x", b"y", None]}, ["k/l", "t.parquet#1", "m"]),
        (
            {"label": [0, 1, 2], "image": [{"bytes": b"x", "path": "l.jpg"}, {"bytes": b"y", "path": None}, None]},
            ["l.jpg", "t.parquet#1", "t.parquet#2"],
        ),
    ],
)
def test_tables_that_hold_the_pictures_themselves(columns, names, small_files):
    pq.write_table(pa.table(columns), "t.parquet", row_group_size=2)
    (first, x), (second, y), (third, problem) = found("t.parquet")
    assert [first, second, third] == names
    assert (x, y) == (b"x", b"y")
    assert str(problem) == f"{names[2]} has no bytes in t.parquet. Fill the row."


def test_a_table_of_hugging_face_whose_pictures_lie_beside_it(small_files):
    rows = [{"bytes": None, "path": "pets/b.jpg"}, {"bytes": b"x", "path": "y.jpg"}]
    pq.write_table(pa.table({"image": rows}), "t.parquet")
    assert found("t.parquet") == [("pets/b.jpg", b"pets/b.jpg"), ("y.jpg", b"x")]


def test_a_table_whose_pictures_are_damaged(small_files):
    pq.write_table(pa.table({"path": ["x"], "bytes": [os.urandom(100_000)]}), "t.parquet")
    content = bytearray(Path("t.parquet").read_bytes())
    content[1000:90_000] = bytes(89_000)
    content[300:320] = b"\xff" * 20
    Path("t.parquet").write_bytes(content)
    with pytest.raises(ArgumentError, match=r"t.parquet cannot be read: .* Check what it is, and your permissions"):
        found("t.parquet")


def test_shards_begin_anywhere_in_groups_of_tables_and_lists(small_files):
    Path("pets/all.txt").write_text("b.jpg\n" * 3)
    for number in range(2):
        values = [b"%d %d" % (number, row) for row in range(10)]
        pq.write_table(pa.table({"bytes": values}), f"{number}.parquet", row_group_size=4)
    data = ["0.parquet", "pets/all.txt", "1.parquet", "1.parquet"]
    expected = found(*data)
    assert len(expected) == 33
    assert expected[13:23] == expected[23:]
    assert expected[11:14] == [("pets/b.jpg", b"pets/b.jpg")] * 2 + [("1.parquet#0", b"1 0")]
    for size in (1, 4, 7, 33, 100):
        shards = list(in_shards(listed(data), size))
        assert [len(shard) for shard in shards[:-1]] == [size] * (len(shards) - 1)
        assert [tuple(content) for shard in shards for content in contents(shard, None)] == expected


def test_a_table_that_was_changed_is_refused_and_not_mixed_up(small_files, small_network, photographs):
    values = [path.read_bytes() for path in sorted(photographs.glob("B*"))]
    pq.write_table(pa.table({"bytes": values}), "t.parquet")
    [table] = listed(["t.parquet"])
    amalthea.distribute("t.parquet", small_network, out="out")
    pq.write_table(pa.table({"bytes": values[::-1]}), "t.parquet", compression="none")
    with pytest.raises(ArgumentError, match=r"t.parquet is not the file of which the run was planned. Put that back"):
        list(contents(table, None))
    with pytest.raises(ArgumentError, match=r"out holds a run of other pictures: t.parquet was changed since. Go on"):
        amalthea.distribute("t.parquet", small_network, out="out")


def test_addresses_of_files_name_files(small_files):
    folder = small_files.as_uri()
    expected = [f"{folder}/pets/a%20cat.JPG", f"{folder}/pets/b.jpg", f"{folder}/pets/deep/c.png"]
    contained = [b"pets/a cat.JPG", b"pets/b.jpg", b"pets/deep/c.png"]
    assert found(f"{folder}/pets") == list(zip(expected, contained, strict=True))
    Path("pets/all.csv").write_text("path\na cat.JPG\n")
    assert found(f"{folder}/pets/all.csv") == [(expected[0], b"pets/a cat.JPG")]
    [(_, problem)] = found(f"{folder}/nowhere.jpg")
    assert str(problem) == f"There is no file {folder}/nowhere.jpg. Check the location."


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_that_come_round_are_followed_once(small_files):
    """By its address and by its path, a folder is the same."""
    Path("elsewhere").mkdir()
    Path("elsewhere/d.jpg").write_text("d")
    Path("pets/deep/up").symlink_to("..", target_is_directory=True)
    Path("pets/itself").symlink_to(".", target_is_directory=True)
    Path("pets/loop").symlink_to("loop")
    Path("pets/other").symlink_to("../elsewhere", target_is_directory=True)
    Path("pets/deep/other").symlink_to("../../elsewhere", target_is_directory=True)
    Path("elsewhere/back").symlink_to("../pets", target_is_directory=True)
    expected = sorted(str(path.absolute()) for path in find_pictures(["pets"]))
    found_there = [unquote(path.removeprefix("file://")) for path in paths(f"{small_files.as_uri()}/pets")]
    assert sorted(found_there) == expected
    assert len(expected) == 5, "what other leads to is in two places"
    pq.write_table(pa.table({"path": ["../pets/b.jpg"]}), "elsewhere/part.parquet")
    Path("t.parquet").mkdir()
    Path("t.parquet/itself").symlink_to(".", target_is_directory=True)
    Path("t.parquet/other").symlink_to("../elsewhere", target_is_directory=True)
    assert paths("t.parquet") == ["t.parquet/other/../pets/b.jpg"]


def test_a_run_on_an_object_storage(small_network, photographs, tmp_path):
    """That of pyarrow's own tests, which lives in this process: S3 and the others have the same interface."""
    store, root = opened("mock://bucket/pets")
    store.create_dir(f"{root}/deep")
    pets = sorted(photographs.glob("B*"))
    for place, path in zip(("b.jpg", "deep/a.jpg", "c d.jpg"), pets, strict=False):
        with store.open_output_stream(f"{root}/{place}") as stream:
            stream.write(path.read_bytes())
    with store.open_output_stream(f"{root}/all.csv") as stream:
        stream.write(b"path\nb.jpg\nnowhere.jpg\nall.csv\n")
    amalthea.distribute(["mock://bucket/pets", "mock://bucket/pets/all.csv"], small_network, out=tmp_path / "out")
    names = ["b.jpg", "c%20d.jpg", "deep/a.jpg", "b.jpg"]
    rows = parts(tmp_path / "out")
    assert [row["path"] for row in rows] == [f"mock://bucket/pets/{name}" for name in names]
    expected = amalthea.load(small_network).predict_images([pets[0], pets[2], pets[1], pets[0]])
    assert [row["answer"] for row in rows] == [prediction.answer for prediction in expected]
    missing, broken = failures(tmp_path / "out")
    assert missing["reason"] == "There is no file mock://bucket/pets/nowhere.jpg. Check the location."
    assert broken["reason"].startswith("mock://bucket/pets/all.csv is no picture in a format that is read here")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("no.txt", None, r"There is no file no.txt \(looked for at /.*no.txt\). Check the path."),
        (
            "t.csv",
            b"name,class\na,b\n",
            "t.csv has no column 'path' of pictures' paths, nor .* it has 'name', 'class'.",
        ),
        ("t.csv", b"path,class\na,b\nc\n", "t.csv cannot be read: CSV parse error"),
        ("t.csv", b"", "t.csv cannot be read: Empty CSV file"),
        ("t.parquet", b"PAR", "t.parquet cannot be read: "),
        (
            "s3://me:secret@bucket/all.csv",
            None,
            "The location of bucket/all.csv has a password in it, which would stand",
        ),
        ("https://example.org/a.jpg", None, "https://example.org/a.jpg is an address. Fetch the picture, and give"),
        ("what://ever/a.jpg", None, "what://ever/a.jpg cannot be opened: Unrecognized filesystem type .* Allowed are"),
    ],
)
def test_what_names_no_pictures(name, content, words, small_files):
    if content is not None:
        Path(name).write_bytes(content)
    with pytest.raises(ArgumentError, match=words):
        paths(name)


def test_a_table_whose_paths_are_none(small_files):
    pq.write_table(pa.table({"path": [["one.dat"]]}), "t.parquet")
    with pytest.raises(ArgumentError, match=r"t.parquet cannot be read: Unsupported cast from list"):
        paths("t.parquet")


def test_no_pictures_at_all(small_files, small_network):
    Path("empty.txt").touch()
    with pytest.raises(ArgumentError, match=r"empty.txt names no picture. Give pictures, folders or lists of them."):
        amalthea.distribute("empty.txt", small_network, out="out")
    with pytest.raises(ArgumentError, match=r"data names no picture."):
        amalthea.distribute([], small_network, out="out")
    assert not Path("out").exists()
