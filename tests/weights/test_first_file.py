"""Files whose hash nobody published: the first one that fills its network decides, and is held to."""

import hashlib
import shutil
from pathlib import Path

import pytest

from amalthea.architectures import get_model
from amalthea.catalog import WeightFile, variant
from amalthea.errors import BrokenWeightsError, DownloadError, WeightsMismatchError
from amalthea.storage import models_folder, stamp
from amalthea.weights import copy_weights, find_weights, load_weights, local_weights, record_first
from tests.weights.file_server import FileServer, Serve
from tests.weights.small_files import Layer, write_small_h5

pytestmark = pytest.mark.single_backend

FILE = WeightFile(name="mobilenet.h5", top=True, size=224, url="http://x/mobilenet.h5")


@pytest.fixture
def first(tmp_path: Path) -> bytes:
    write_small_h5(tmp_path / "first.h5")
    return (tmp_path / "first.h5").read_bytes()


@pytest.fixture
def second(first: bytes) -> bytes:
    """Weights like the first, but for one bit of a number."""
    position = len(first) - 9
    return first[:position] + bytes([first[position] ^ 1]) + first[position + 1 :]


def record() -> Path:
    return models_folder() / "mobilenet.h5.sha256"


def official() -> Path:
    return models_folder() / "mobilenet.h5"


def use() -> Path:
    """What the constructor of a network does, if the file fits."""
    path = find_weights(FILE)
    record_first(path, FILE)
    return path


def put(content: bytes) -> Path:
    models_folder().mkdir(parents=True, exist_ok=True)
    official().write_bytes(content)
    return official()


@pytest.fixture
def server(serve: Serve, first: bytes, monkeypatch: pytest.MonkeyPatch) -> FileServer:
    server = FileServer(first)
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(server))
    return server


def test_the_first_file_used_is_recorded_as_sha256sum_writes_it(server: FileServer, first: bytes) -> None:
    assert find_weights(FILE) == official()
    assert not record().exists()
    assert use() == official()
    assert record().read_text() == f"{hashlib.sha256(first).hexdigest()}  mobilenet.h5\n"


def test_another_download_is_refused_until_the_record_is_deleted(
    server: FileServer, first: bytes, second: bytes
) -> None:
    use().unlink()
    server.content = second
    digests = [hashlib.sha256(content).hexdigest() for content in (first, second)]
    expected = (
        f"the server sent another file, with sha256 {digests[1]}.\n.* "
        rf"\(sha256 {digests[0]}, that of the first file used; to accept another one, delete {record()}\)"
    )
    with pytest.raises(DownloadError, match=expected):
        find_weights(FILE)
    assert not official().exists()
    record().unlink()
    assert find_weights(FILE).read_bytes() == second


def test_a_file_put_there_by_hand_counts_as_first(server: FileServer, first: bytes, second: bytes) -> None:
    put(second)
    assert use() == official()
    assert server.asked == []
    official().unlink()
    with pytest.raises(DownloadError, match=f"that of the first file used; .* delete {record()}"):
        find_weights(FILE)


def test_a_changed_file_is_fetched_again_and_kept(server: FileServer, first: bytes, second: bytes) -> None:
    use()
    put(second)
    name = f"mobilenet.{hashlib.sha256(first).hexdigest()[:8]}.h5"
    for _ in range(2):
        assert find_weights(FILE) == models_folder() / name
    assert (models_folder() / name).read_bytes() == first
    assert official().read_bytes() == second
    assert len(server.asked) == 2


def test_a_changed_file_offline_says_how_to_accept_it(
    first: bytes, second: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    put(first)
    use()
    put(second)
    with pytest.raises(DownloadError, match=rf"delete {record()}\) .*, for another file has the official name; or"):
        find_weights(FILE)
    record().unlink()
    assert find_weights(FILE) == official()


def test_looking_records_nothing(first: bytes) -> None:
    put(first)
    assert local_weights(FILE) == official()
    assert not record().exists()


def test_what_is_no_weight_file_is_never_the_first(server: FileServer, first: bytes) -> None:
    put(b"<html>log in</html>")
    with pytest.raises(BrokenWeightsError, match=rf"^{official()} is no weight file. Delete it, and fetch it anew.$"):
        find_weights(FILE)
    assert not record().exists()
    assert server.asked == []
    put(first)
    assert find_weights(FILE) == official()


def test_what_is_no_weight_file_is_not_copied(tmp_path: Path, first: bytes) -> None:
    put(b"<html>log in</html>")
    usb = tmp_path / "usb"
    with pytest.raises(BrokenWeightsError, match=f"{official()} is no weight file"):
        copy_weights(FILE, usb)
    assert not usb.exists()
    put(first)
    assert copy_weights(FILE, usb).read_bytes() == first
    (usb / FILE.name).write_bytes(b"<html>log in</html>")
    with pytest.raises(BrokenWeightsError, match=f"{usb / FILE.name} is no weight file"):
        copy_weights(FILE, usb)


def test_a_copy_is_verified(tmp_path: Path, first: bytes, second: bytes) -> None:
    """A disk that loses a bit changes no time, so the original is believed to be as it was."""
    put(first)
    use()
    put(second)
    stamp(official(), "sha256", hashlib.sha256(first).hexdigest(), official().stat())
    assert find_weights(FILE) == official()
    expected = f"{official()} is another file, with sha256 {hashlib.sha256(second).hexdigest()}. Delete it"
    with pytest.raises(BrokenWeightsError, match=expected):
        copy_weights(FILE, tmp_path / "usb")
    assert list((tmp_path / "usb").iterdir()) == []


def test_a_file_of_another_network_is_not_recorded_and_says_how_to_get_rid_of_it(cached_weights: Path) -> None:
    """The wrong alpha under the name of another: nothing but the network can tell."""
    name = variant("MobileNet").file(top=True, alpha=0.5).name
    path = cached_weights / name
    shutil.copy(cached_weights / "mobilenet_2_5_224_tf.h5", path)
    delete = "Nobody published its hash, so any file of its name was taken: to fetch the official one, delete it.$"
    with pytest.raises(WeightsMismatchError, match=rf"{path} does not fit(?s:.*)another alpha(?s:.*)\n{delete}"):
        get_model("MobileNet", alpha=0.5)
    assert list(cached_weights.glob("*.sha256")) == []


def test_a_file_that_filled_a_network_is_recorded_and_then_trusted(cached_weights: Path) -> None:
    path = cached_weights / variant("MobileNet").file(top=True, alpha=0.25).name
    get_model("MobileNet", alpha=0.25)
    assert [entry.name for entry in cached_weights.glob("*.sha256")] == [f"{path.name}.sha256"]
    with pytest.raises(WeightsMismatchError, match="The file belongs to another network") as caught:
        load_weights([Layer.of("conv", (5, 5))], path)
    assert "delete it" not in str(caught.value)
    get_model("MobileNet", alpha=0.75, weights=cached_weights / "mobilenet_7_5_224_tf.h5")
    assert len(list(cached_weights.glob("*.sha256"))) == 1, "a file that the user names is no official one"


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff" * 64, b"g" * 64])
def test_a_damaged_record_is_none(content: bytes, first: bytes) -> None:
    put(first)
    record().write_bytes(content)
    assert use() == official()
    assert record().read_text().startswith(hashlib.sha256(first).hexdigest())


def test_a_record_written_by_hand_may_be_in_capitals(server: FileServer, first: bytes, second: bytes) -> None:
    put(second)
    record().write_text(hashlib.sha256(first).hexdigest().upper())
    assert find_weights(FILE).read_bytes() == first


def test_without_a_place_for_the_record_the_file_still_serves(
    tmp_path: Path, first: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("AMALTHEA_WEIGHTS", str(tmp_path / "shared"))
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / FILE.name).write_bytes(first)
    assert find_weights(FILE) == tmp_path / "shared" / FILE.name


@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_real_files_are_recorded(alpha: float, cached_weights: Path) -> None:
    file = variant("MobileNet").file(top=True, alpha=alpha)
    path = find_weights(file)
    record_first(path, file)
    value, name = (cached_weights / f"{file.name}.sha256").read_text().split()
    assert (value, name) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
