"""At the command line, messages name options as they are typed; in Python, arguments. And what needs which option."""

import json
from pathlib import Path

import pytest

import amalthea
from amalthea.errors import ArgumentError
from tests.apps.commands import call

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

import pyarrow.parquet as pq  # noqa: E402

pytestmark = pytest.mark.single_backend


@pytest.fixture
def pets(photographs, monkeypatch):
    monkeypatch.chdir(photographs.parent)
    return photographs.name


def test_what_differs_from_the_run_in_the_folder(small_network, quarter, pets):
    options = ["--model", small_network, "--out", "out"]
    assert call("predict", pets, *options).exit_code == 0
    words = "out holds a run of which something else was asked: {}. Go on with it as it was, or name another folder."
    with pytest.raises(ArgumentError) as error:
        amalthea.distribute(pets, small_network, out="out", shard_size=3, scores=True, threshold=0.5)
    told = "shard_size was 1024, and is 3; scores was False, and is True; threshold was None, and is 0.5"
    assert str(error.value) == words.format(told)
    answer = call("predict", pets, *options, "--shard-size", 3, "--scores", "--threshold", 0.5)
    told = (
        "--shard-size was 1024, and is 3; --scores was not given, and is given; --threshold was not given, and is 0.5"
    )
    assert answer.stderr == f"Error: {words.format(told)}\n"
    answer = call("features", pets, *quarter, "--out", "out", "--pooling", "none")
    assert answer.stderr == f"Error: {words.format('the command was predict, and is features')}\n"


def test_a_file_where_the_folder_should_be(small_network, pets):
    Path("file").write_text("mine")
    answer = call("predict", pets, "--model", small_network, "--out", "file")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (1, "", "Error: --out file is a file; name a folder.\n")
    assert Path("file").read_text() == "mine"


def test_maps_and_means_are_told_apart(quarter, pets):
    picture = next(Path(pets).glob("B*"))
    asked = ["features", picture, *quarter, "--layer", "conv_pw_5_relu", "--out", "out"]
    assert call(*asked, "--pooling", "none").exit_code == 0
    answer = call(*asked, "--pooling", "max")
    assert "something else was asked: --pooling was none, and is max. Go on" in answer.stderr


def test_lists_and_uris_are_read_with_a_folder(small_network, quarter, pets, tmp_path):
    """Each command that cannot read them says which option does, which then does."""
    names = [path.name for path in sorted(Path(pets).glob("B*"))]
    Path(pets, "all.txt").write_text("\n".join(names))
    Path(pets, "all.csv").write_text("\n".join(["path", *names]))
    pq.write_table(pa.table({"path": names}), Path(pets, "all.parquet"))
    Path("tables.parquet").mkdir()
    lists = [f"{pets}/all.txt", f"{pets}/all.csv", f"{pets}/all.parquet", "tables.parquet"]
    hint = "is no picture. Lists and tables of pictures are read with --out FOLDER, such as --out answers."
    expected = [f"{name} {hint}" for name in lists]
    uri = (tmp_path / pets).as_uri()
    expected.append(f"{uri} is a URI. They are read with --out FOLDER, such as --out answers.")
    told = call("predict", *lists, uri, "--model", small_network)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.splitlines() == [f"Error: {line}" for line in expected]
    told = call("predict", *lists, uri, "--model", small_network, "--json")
    assert [answer["error"] for answer in json.loads(told.stdout)] == expected
    told = call("features", *lists, uri, *quarter, "--out", "all.npz")
    assert told.stderr.splitlines()[:-1] == [f"Error: {line}" for line in expected]
    assert call("predict", *lists[:3], uri, "--model", small_network, "--out", "answers").exit_code == 0
    assert len(pq.read_table("answers")) == 4 * len(names)


def test_other_files_are_told_of_as_ever(small_network, pets):
    """A picture may have any name, and a list that is not there is no list."""
    picture = next(Path(pets).glob("B*"))
    picture.rename("cat.txt")
    told = call(
        "predict", "cat.txt", "all.txt", f"{pets}/broken.jpg", "https://example.org/a.jpg", "--model", small_network
    )
    assert told.stdout.count("cat.txt") == 5
    missing, broken, address = told.stderr.splitlines()
    assert missing.startswith("Error: There is no file all.txt (looked for at ")
    assert broken.startswith(f"Error: {pets}/broken.jpg is no picture in a format that is read here")
    assert address.startswith("Error: https://example.org/a.jpg is an address. Fetch the picture")
