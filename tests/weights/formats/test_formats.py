import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from amalthea.errors import BrokenWeightsError, MissingFileError, WeightsError
from amalthea.weights import read_weights
from tests.weights.small_files import SMALL_STATE, write_small_h5

UNDERSTOOD = r"weights of Keras \('.h5', '.weights.h5', '.keras'\), state dicts of PyTorch \('.pth'\), "


@pytest.mark.parametrize("as_text", [True, False])
def test_content_decides_and_not_the_name(as_text: bool, tmp_path: Path) -> None:
    write_small_h5(tmp_path / "keras.pth")
    shutil.copy(SMALL_STATE, tmp_path / "torch.h5")
    kind = str if as_text else Path
    assert [layer.name for layer in read_weights(kind(tmp_path / "keras.pth"))] == ["input", "conv", "norm", "dense"]
    assert [layer.name for layer in read_weights(kind(tmp_path / "torch.h5"))] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("path", ["nowhere.h5", "file/below.h5"])
def test_missing_file_is_named(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MissingFileError, match=f"There is no weight file {tmp_path / path}. Check the path."):
        read_weights(tmp_path / path)


def test_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=f"{tmp_path} is a folder, not a weight file; {UNDERSTOOD}"):
        read_weights(tmp_path)


def test_unreadable_path_is_named() -> None:
    with pytest.raises(WeightsError, match=r"Cannot read the weight file .*: File name too long"):
        read_weights("x" * 5000)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n<!DOCTYPE html>", r"begins with b'\\n\\n<!DOCT' and is in no known format"),
        (b"\x89PNG\r\n\x1a\n", ".* is in no known format"),
        (b"\x80", ".* is in no known format"),
        (b"(dp0\n.", ".* is in no known format"),
    ],
)
def test_other_files_are_told(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(BrokenWeightsError, match=f"{tmp_path / 'other'} {reason}; {UNDERSTOOD}"):
        read_weights(tmp_path / "other")


def test_other_zip_file_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as file:
        file.writestr("cat.jpg", b"")
    with pytest.raises(BrokenWeightsError, match=f"pictures.zip is a zip file, not a weight file; {UNDERSTOOD}"):
        read_weights(tmp_path / "pictures.zip")


def test_index_of_split_weights_is_told(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((300,)), keras.layers.Dense(300), keras.layers.Dense(300)])
    model.save_weights(tmp_path / "split.weights.json", max_shard_size=0.0005)
    with pytest.raises(WeightsError, match=r"split.weights.json is the index of weights that are split.*as one file"):
        read_weights(tmp_path / "split.weights.json")


def test_readers_are_imported_when_they_are_needed() -> None:
    program = "import sys, amalthea.weights; sys.exit(bool({'h5py', 'safetensors', 'zipfile'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True)
