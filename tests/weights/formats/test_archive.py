"""Zip files that are damaged or swell when they are unpacked."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from amalthea.errors import BrokenWeightsError
from amalthea.weights import read_weights

pytestmark = pytest.mark.single_backend


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.npz"


@pytest.mark.parametrize(
    "name", ["conv/kernel.npy", "model.weights.h5", "archive/data.pkl"], ids=["npz", "keras", "torch"]
)
def test_member_that_swells_takes_no_memory(name: str, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open(name, "w") as member:
        np.lib.format.write_array_header_1_0(
            member, {"descr": "<f4", "fortran_order": False, "shape": (10 * 2**20 // 4,)}
        )
        for _ in range(100):
            member.write(bytes(2**20))
    assert path.stat().st_size < 2**17
    tracemalloc.start()
    with pytest.raises(BrokenWeightsError, match=rf"{path} is a truncated or damaged zip file \('{name}' claims 1048"):
        read_weights(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_claimed_size_beyond_the_content_is_told(path: Path) -> None:
    """A directory may say anything about a member's size."""
    np.savez(path, **{"conv/kernel": np.arange(6.0)})
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 20 : directory + 28] = (2**31).to_bytes(4, "little") * 2
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(BrokenWeightsError, match="truncated or damaged zip file"):
        [tensor.read() for layer in read_weights(path) for tensor in layer.tensors]
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_encrypted_and_unknown_packing_are_told(path: Path) -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(path, "w", method) as file:
            file.writestr("conv/kernel.npy", bytes(100))
        with pytest.raises(BrokenWeightsError, match=r"'conv/kernel.npy' is packed in an unknown way"):
            read_weights(path)
    np.savez(path, **{"conv/kernel": np.arange(6.0)})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(BrokenWeightsError, match="is encrypted"):
        read_weights(path)


def test_compressed_members_are_read(path: Path) -> None:
    arrays = {"conv/kernel": np.arange(72.0).reshape(3, 3, 2, 4), "conv/bias": np.zeros(4)}
    np.savez_compressed(path, **arrays)
    [layer] = read_weights(path)
    assert all(map(np.array_equal, (tensor.read() for tensor in layer.tensors), arrays.values()))


def test_cut_off_file_is_told(path: Path) -> None:
    whole = io.BytesIO()
    np.savez(whole, a=np.ones(100))
    for size in (4, 30, 200, len(whole.getvalue()) - 1):
        path.write_bytes(whole.getvalue()[:size])
        with pytest.raises(BrokenWeightsError, match=f"{path} is a truncated or damaged zip file"):
            read_weights(path)
