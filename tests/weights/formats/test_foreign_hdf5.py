"""HDF5 files that are damaged, hostile or no weights: told, and nothing is loaded."""

import os
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amalthea.errors import AmaltheaError, BrokenWeightsError
from amalthea.weights import load_weights, read_weights
from tests.weights.small_files import edited, small_h5_network, untouched, write_small_h5

pytestmark = pytest.mark.single_backend


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_small_h5(tmp_path / "small.h5")


def remove_names(file: h5py.File) -> None:
    del file.attrs["layer_names"]


def number_names(file: h5py.File) -> None:
    file.attrs["layer_names"] = [1, 2, 3]


def reference_names(file: h5py.File) -> None:
    file.attrs["layer_names"] = np.array([file["conv"].ref], dtype=h5py.ref_dtype)


def undecodable_names(file: h5py.File) -> None:
    file.attrs["layer_names"] = np.array([b"\xff\xfe"])


def empty_names(file: h5py.File) -> None:
    file.attrs["layer_names"] = h5py.Empty("S5")


def remove_layer(file: h5py.File) -> None:
    del file["norm"]


def remove_weight_names(file: h5py.File) -> None:
    del file["norm"].attrs["weight_names"]


def remove_weight(file: h5py.File) -> None:
    del file["conv/conv/kernel:0"]


def layer_is_array(file: h5py.File) -> None:
    del file["norm"]
    file["norm"] = np.ones(3)


def weight_is_group(file: h5py.File) -> None:
    del file["conv/conv/kernel:0"]
    file.create_group("conv/conv/kernel:0")


def weight_below_array(file: h5py.File) -> None:
    file["dense"].attrs["weight_names"] = [b"dense/kernel:0/deeper"]


def _replaced_kernel(file: h5py.File, value: object) -> None:
    del file["conv/conv/kernel:0"]
    file["conv/conv/kernel:0"] = value


def weight_is_soft_link(file: h5py.File) -> None:
    _replaced_kernel(file, h5py.SoftLink("/norm/norm/gamma:0"))


def weight_is_text(file: h5py.File) -> None:
    _replaced_kernel(file, "text")


def weight_is_compound(file: h5py.File) -> None:
    _replaced_kernel(file, np.zeros(3, dtype=[("a", "f4"), ("b", "i4")]))


def weight_is_reference(file: h5py.File) -> None:
    _replaced_kernel(file, np.array([file["norm"].ref], dtype=h5py.ref_dtype))


def weight_is_nothing(file: h5py.File) -> None:
    _replaced_kernel(file, h5py.Empty("f4"))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove_names, "no weights of a Keras model: it has no attribute 'layer_names'"),
        (number_names, "attribute 'layer_names' of '/' holds no list of names"),
        (reference_names, "attribute 'layer_names' of '/' holds no list of names"),
        (undecodable_names, "truncated or damaged HDF5 file"),
        (empty_names, "attribute 'layer_names' of '/' holds no list of names"),
        (remove_layer, "'norm' is missing"),
        (remove_weight_names, "'/norm' has no attribute 'weight_names'"),
        (remove_weight, "'conv/kernel:0' is missing"),
        (layer_is_array, "layer 'norm' is no group"),
        (weight_is_group, "weight 'conv/kernel:0' is no array"),
        (weight_below_array, "'dense/kernel:0/deeper' is missing"),
        (weight_is_soft_link, "'conv/kernel:0' is a link, which is not followed"),
        (weight_is_text, "weight 'conv/kernel:0' holds object, not numbers"),
        (weight_is_compound, "weight 'conv/kernel:0' holds .*, not numbers"),
        (weight_is_reference, "weight 'conv/kernel:0' holds object, not numbers"),
        (weight_is_nothing, "weight 'conv/kernel:0' is no array"),
    ],
)
def test_foreign_files_are_told(damage: Callable[[h5py.File], None], reason: str, path: Path) -> None:
    edited(path, damage)
    with pytest.raises(BrokenWeightsError, match=rf"{path}.*{reason}.*\. .*save it again with Keras"):
        load_weights(small_h5_network(), path)


def _linked_kernel(file: h5py.File, other: Path) -> None:
    _replaced_kernel(file, h5py.ExternalLink(str(other), "/kernel"))


def _outside_kernel(file: h5py.File, other: Path) -> None:
    del file["conv/conv/kernel:0"]
    file.create_dataset("conv/conv/kernel:0", (3, 3, 2, 4), "f4", external=[(str(other), 0, h5py.h5f.UNLIMITED)])


def _virtual_kernel(file: h5py.File, other: Path) -> None:
    layout = h5py.VirtualLayout((3, 3, 2, 4), "f4")
    layout[:] = h5py.VirtualSource(str(other), "kernel", (3, 3, 2, 4))
    del file["conv/conv/kernel:0"]
    file.create_virtual_dataset("conv/conv/kernel:0", layout)


def _linked_layer(file: h5py.File, other: Path) -> None:
    del file["norm"]
    file["norm"] = h5py.ExternalLink(str(other), "/")


@pytest.mark.parametrize("lead", [_linked_kernel, _outside_kernel, _virtual_kernel, _linked_layer])
def test_nothing_leads_to_another_file(lead: Callable[[h5py.File, Path], None], path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["kernel"] = np.full((3, 3, 2, 4), 42, "f4")
    edited(path, lambda file: lead(file, secret))
    network = small_h5_network()
    with pytest.raises(BrokenWeightsError, match="not followed"):
        load_weights(network, path)
    assert untouched(network)


@pytest.mark.parametrize("name", ["layers", "model_weights", "_layer_checkpoint_dependencies"])
def test_no_other_file_is_even_opened(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # which cannot be opened before somebody writes into it
    with h5py.File(tmp_path / "linked.h5", "w") as file:
        file[name] = h5py.ExternalLink(str(tmp_path / "pipe"), "/")
    with pytest.raises(BrokenWeightsError, match=f"'{name}' is a link, which is not followed"):
        read_weights(tmp_path / "linked.h5")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"chunks": (64, 64)}, r"claims 4398046511\d+ bytes of numbers and has 1\d+"),
        ({}, "weight 'dense/kernel:0' claims more numbers than the file has"),
        ({"chunks": (2**14, 2**14)}, "weight 'dense/kernel:0' claims more numbers than the file has"),
    ],
    ids=["many chunks", "in one piece", "large chunks"],
)
def test_claimed_size_takes_no_memory(options: dict[str, object], reason: str, path: Path) -> None:
    def claim(file: h5py.File) -> None:
        del file["dense/dense/kernel:0"]
        file.create_dataset("dense/dense/kernel:0", (2**20, 2**20), "f4", **options)

    edited(path, claim)
    tracemalloc.start()
    with pytest.raises(BrokenWeightsError, match=f"{path}.* {reason}"):
        read_weights(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def damaged_last_dataset(path: Path) -> Path:
    """A file whose names and shapes are whole, and whose last numbers fail their checksum."""
    write_small_h5(path, chunks=True, fletcher32=True)
    with h5py.File(path) as file:
        position = file["dense/dense/bias:0"].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    return path


def test_damage_in_the_last_numbers_leaves_all_weights(tmp_path: Path) -> None:
    path = damaged_last_dataset(tmp_path / "damaged.h5")
    network = small_h5_network()
    assert read_weights(path)[3].tensors[0].read().shape == (4, 5)
    with pytest.raises(BrokenWeightsError, match=f"{path} is a truncated or damaged HDF5 file"):
        load_weights(network, path)
    assert untouched(network)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_truncated_official_file_is_told(part: float, test_data: Path, tmp_path: Path) -> None:
    content = (test_data / "weights" / "mobilenet_2_5_224_tf.h5").read_bytes()
    path = tmp_path / "half.h5"
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(BrokenWeightsError, match=f"{path} is a truncated or damaged HDF5 file.*Fetch it again"):
        read_weights(path)


def test_encoding_that_crashes_the_library_is_told(path: Path) -> None:
    edited(path, lambda file: file.attrs.__setitem__("layer_names", ["conv"]))
    content = path.read_bytes()
    assert content.count(b"\x19\x01\x01\x00") == 1  # varying length, text, UTF-8
    path.write_bytes(content.replace(b"\x19\x01\x01\x00", b"\x19\x01\x05\x00"))
    with pytest.raises(BrokenWeightsError, match="'layer_names' of '/' holds no list of names"):
        read_weights(path)


def test_length_of_a_text_takes_no_memory(path: Path) -> None:
    """The library allocates it before it looks how long the text is: 4 GB here, unseen by Python."""
    edited(path, lambda file: file.attrs.__setitem__("layer_names", ["conv", "conv"]))
    content = bytearray(path.read_bytes())
    heap = content.rindex(b"GCOL\x01\x00\x00\x00").to_bytes(8, "little")
    length = content.index(heap + b"\x02\x00\x00\x00") - 4  # of the second text
    assert content[length : length + 4] == b"\x04\x00\x00\x00"
    content[length : length + 4] = b"\xf0\xff\xff\xff"
    path.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BrokenWeightsError, match="the texts of attribute 'layer_names' of '/' are damaged"):
        read_weights(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KB


@pytest.mark.parametrize("libver", ["earliest", "v108", "latest"])
def test_names_of_one_length_are_read_from_every_layout(libver: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w", libver=libver) as file:
        file.attrs["layer_names"] = np.array([b"conv"])
        group = file.create_group("conv")
        group.attrs["weight_names"] = np.array([b"kernel"])
        group["kernel"] = np.ones(3)
    assert [layer.name for layer in read_weights(tmp_path / "other.h5")] == ["conv"]


def test_heap_that_the_library_walks_for_ever_is_told(path: Path) -> None:
    edited(path, lambda file: file.attrs.__setitem__("layer_names", ["conv"]))
    content = bytearray(path.read_bytes())
    heap = content.rindex(b"GCOL\x01\x00\x00\x00")  # of the names just written
    free = heap + 16 + 16 + 8  # behind its header and one text of eight bytes
    assert content[free : free + 2] == b"\x00\x00"
    content[free + 8 : free + 16] = bytes(8)
    path.write_bytes(content)
    with pytest.raises(BrokenWeightsError, match="the texts of attribute 'layer_names' of '/' are damaged"):
        read_weights(path)
    program = f"import h5py; print(h5py.File({str(path)!r}).attrs['layer_names'])"
    with pytest.raises(subprocess.TimeoutExpired):  # once this fails, half of `hdf5_texts` is no longer needed
        subprocess.run([sys.executable, "-c", program], timeout=3, check=False)


def test_damage_is_told_or_harmless(tmp_path_factory: pytest.TempPathFactory) -> None:
    # With names of varying length a damaged length takes up to 4 GB for a moment: HDF5 believes it.
    folder = tmp_path_factory.mktemp("damaged")
    whole = write_small_h5(folder / "whole.h5", fletcher32=True).read_bytes()
    path = folder / "damaged.h5"

    @settings(max_examples=300)
    @given(cut=st.integers(0, len(whole)) | st.none(), flips=st.lists(st.integers(0, 8 * len(whole) - 1), max_size=4))
    def damage(cut: int | None, flips: list[int]) -> None:
        content = bytearray(whole)
        for flip in flips:
            content[flip // 8] ^= 1 << flip % 8
        path.write_bytes(content[:cut])
        network = small_h5_network()
        try:
            load_weights(network, path)
        except AmaltheaError as problem:
            assert str(path) in str(problem)
            assert untouched(network)
        else:
            assert not untouched(network)

    damage()
