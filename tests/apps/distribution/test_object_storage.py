"""Pictures that are read from an object storage over HTTP, by pyarrow's own client of S3."""

import pytest

import amalthea
from tests.apps.commands import call

pytest.importorskip("pyarrow._s3fs", reason="this pyarrow knows no S3")

from tests.apps.distribution.object_storage import settings, storage
from tests.apps.distribution.runs import failures, parts

pytestmark = pytest.mark.single_backend


@pytest.fixture
def asked(photographs, monkeypatch):
    """A storage with pictures in folders, and a list of them; and how it is asked."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # nobody is asked who one is
    pictures = [path.read_bytes() for path in sorted(photographs.glob("B*"))[:4]]
    objects = dict(zip(("pets/a & b.jpg", "pets/c.jpg", "pets/deep/d.jpg", "pets/deep/é.png"), pictures, strict=True))
    objects["pets/broken.jpg"] = b"no picture"
    objects["all.csv"] = b"path\npets/c.jpg\npets/nowhere.jpg"
    with storage(objects) as server:
        yield server, pictures


def test_a_folder_and_its_folders(asked, small_network, tmp_path):
    server, pictures = asked
    folder = f"s3://bucket/pets{settings(server)}"
    told = call("predict", folder, "--model", small_network, "--out", tmp_path / "out", "--shard-size", 2)
    assert told.exit_code == 0, told
    names = ["a%20%26%20b.jpg", "c.jpg", "deep/d.jpg", "deep/%C3%A9.png"]
    rows = parts(tmp_path / "out")
    assert [row["path"] for row in rows] == [f"s3://bucket/pets/{name}{settings(server)}" for name in names]
    expected = amalthea.load(small_network).predict_images(pictures)
    assert [row["answer"] for row in rows] == [prediction.answer for prediction in expected]
    [broken] = failures(tmp_path / "out")
    assert "pets/broken.jpg" in broken["path"] and "is no picture in a format that is read here" in broken["reason"]
    assert all("Credential=somebody/" in authorization for *_, authorization in server.asked)
    assert "secret" not in "".join(path.read_text("latin-1") for path in (tmp_path / "out").rglob("*.*"))
    listings = [path for _, path, _ in server.asked if "list-type=2" in path]
    assert any("continuation-token" in path for path in listings), "the list had one part"


def test_a_list_there(asked, small_network, tmp_path):
    """Its names count from where it is; what is not there has its reason."""
    server, [_, second, *_] = asked
    listing = f"s3://bucket/all.csv{settings(server)}"
    told = call("predict", listing, "--model", small_network, "--out", tmp_path / "out")
    assert told.stderr.startswith("Warning: 1 of 2 pictures cannot be used"), told
    [row] = parts(tmp_path / "out")
    [expected] = amalthea.load(small_network).predict_images([second])
    assert (row["path"], row["answer"]) == (f"s3://bucket/pets/c.jpg{settings(server)}", expected.answer)
    [missing] = failures(tmp_path / "out")
    assert missing["reason"] == f"There is no file s3://bucket/pets/nowhere.jpg{settings(server)}. Check the location."
