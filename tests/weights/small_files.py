"""Small weight files, and networks that they fit without Keras."""

import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

# Written by PyTorch 2.13.0:
#   network = nn.Sequential(
#       nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3, groups=4), nn.Linear(4, 5)
#   )
#   network.to(memory_format=torch.channels_last)
#   for tensor in network.state_dict().values():
#       tensor.copy_(torch.arange(tensor.numel()).reshape(tensor.shape))
#   torch.save(network.state_dict(), "small_state.pth", _use_new_zipfile_serialization=False)
SMALL_STATE = Path(__file__).with_name("small_state.pth")

# The same, written in PyTorch's newer format.
SMALL_ARCHIVE = Path(__file__).with_name("small_archive.pth")

SMALL_WEIGHTS = {
    "input": {},
    "conv": {"conv/kernel:0": np.arange(72, dtype="float32").reshape(3, 3, 2, 4)},
    "norm": {"norm/gamma:0": np.arange(4, dtype="float32"), "norm/beta:0": np.arange(4, 8, dtype="float64")},
    "dense": {"dense/kernel:0": np.arange(20, dtype="float32").reshape(4, 5), "dense/bias:0": np.ones(5, "float16")},
}


NUMBERS = np.arange(6, dtype="<f4").tobytes()


class Variable:
    """An array that can be assigned, as Keras' variables can."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.value = np.full(shape, -1.0)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def assign(self, value: np.ndarray) -> None:
        assert value.shape == self.shape
        self.value = value


@dataclass(frozen=True)
class Layer:
    name: str
    weights: tuple[Variable, ...]

    @classmethod
    def of(cls, name: str, *shapes: tuple[int, ...]) -> "Layer":
        return cls(name, tuple(map(Variable, shapes)))


def small_h5_network() -> list[Layer]:
    """Layers for the file of `write_small_h5`."""
    return [Layer.of(name, *(array.shape for array in arrays.values())) for name, arrays in SMALL_WEIGHTS.items()]


def small_state_network() -> list[Layer]:
    """Layers, in Keras' order of axes, for SMALL_STATE."""
    return [
        Layer.of("conv", (3, 3, 3, 4)),
        Layer.of("norm", (4,), (4,), (4,), (4,)),
        Layer.of("depthwise", (3, 3, 4, 1), (4,)),
        Layer.of("dense", (4, 5), (5,)),
    ]


def set_random_weights(model: Any, seed: int) -> Any:
    """A model of Keras, every variable of which has got numbers of its own."""
    generator = np.random.default_rng(seed)
    model.set_weights([generator.standard_normal(array.shape).astype("float32") for array in model.get_weights()])
    return model


def equal(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> bool:
    return len(ours) == len(theirs) and all(map(np.array_equal, ours, theirs))


def untouched(network: list[Layer]) -> bool:
    return all((variable.value == -1).all() for layer in network for variable in layer.weights)


def write_small_h5(path: Path, **dataset_options: object) -> Path:
    """Keras 2's weights of four layers, one without any, with names of one length as in the official files."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = np.array([name.encode() for name in SMALL_WEIGHTS])
        for layer, weights in SMALL_WEIGHTS.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = np.array([name.encode() for name in weights])
            for name, array in weights.items():
                group.create_dataset(name, data=array, **dataset_options)
    return path


def edited(path: Path, edit: Callable[[h5py.File], None]) -> Path:
    """The same file after a change."""
    with h5py.File(path, "r+") as file:
        edit(file)
    return path


def torch_file(state: bytes, order: tuple[str, ...] = (), storages: tuple[bytes, ...] = ()) -> bytes:
    """PyTorch's old format around a pickled state dict."""
    file = io.BytesIO()
    for value in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}):
        pickle.dump(value, file, protocol=2)
    file.write(state)
    pickle.dump(list(order), file, protocol=2)
    for storage in storages:
        file.write(struct.pack("<q", len(storage) // 4) + storage)
    return file.getvalue()


def torch_archive(path: Path, state: bytes, numbers: bytes, byte_order: bytes = b"little") -> None:
    """PyTorch's zip format around a pickled state dict."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {"data.pkl": state, "byteorder": byte_order, "data/0": numbers, "version": b"3\n"}.items():
            file.writestr(f"archive/{name}", content)


def pickled_tensor(
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    count: int,
    *,
    offset: int = 0,
    storage: str = "FloatStorage",
    old: bool = True,
) -> bytes:
    """A pickled state dict with the tensor "layer.weight" in storage "0", as PyTorch writes it."""
    return b"".join(
        (
            b"\x80\x02ccollections\nOrderedDict\n)R",
            _value("layer.weight"),
            b"ctorch._utils\n_rebuild_tensor_v2\n(",
            b"(" + _value("storage") + f"ctorch\n{storage}\n".encode() + _value("0") + _value("cpu"),
            _value(count) + (b"NtQ" if old else b"tQ"),
            *map(_value, (offset, shape, strides, False)),
            b"ccollections\nOrderedDict\n)RtRs.",
        )
    )


def _value(value: object) -> bytes:
    """The instructions that push a value."""
    return pickle.dumps(value, protocol=2)[2:-1]
