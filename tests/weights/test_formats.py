import shutil
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from amalthea.errors import BrokenWeightsError, MissingFileError, WeightsError
from amalthea.weights import read_weights
from tests.weights.small_files import SMALL_STATE, write_small_h5

UNDERSTOOD = r"Keras 1 and 2 weights \(HDF5, '.h5'\) and PyTorch's old state dicts \('.pth'\) are understood"


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


def test_model_of_keras_3_is_told(tmp_path: Path) -> None:
    import keras

    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(tmp_path / "model.keras")
    with pytest.raises(
        WeightsError, match=r"model.keras is a model in the format of Keras 3.*later version.*'name.h5'"
    ):
        read_weights(tmp_path / "model.keras")


@pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
def test_newer_format_of_torch_is_told(tmp_path: Path) -> None:
    import torch

    torch.save({"weight": torch.ones(3)}, tmp_path / "new.pth")
    with pytest.raises(WeightsError, match=r"PyTorch's newer zip format.*later version.*zipfile_serialization=False"):
        read_weights(tmp_path / "new.pth")


def test_other_zip_file_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as file:
        file.writestr("cat.jpg", b"")
    with pytest.raises(WeightsError, match=f"pictures.zip is a zip file, not a weight file; {UNDERSTOOD}"):
        read_weights(tmp_path / "pictures.zip")
