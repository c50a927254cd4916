"""Loads damaged copies of a weight file: ``python -m tests.weights.formats.mutations FILE FOREIGN COPIES``.

In a process of its own, because damage may crash it. Prints a line for each copy, its number and what came of it, and
at the end how many MB of memory it took. ``FOREIGN`` is a folder with files, parts of which get into the copies.
"""

import random
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from amalthea.errors import AmaltheaError
from amalthea.weights import load_weights
from tests.weights.small_files import Layer, small_state_network, untouched

# Bytes of addresses: a library that believes in 2^40 numbers shall fail, not stop the machine.
MAX_ADDRESSES = 2**33
HOSTILE = (b"cos\nsystem\n(X\x04\x00\x00\x00echotR.", b"\x93NUMPY\x01\x00v\x00{'descr': '|O', ", b"cposix\nsystem\n")
# What a weight file has no reason to cause. HDF5 and zip files are opened behind Python's back, or for reading.
FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "pickle.find_class", "socket")

Mutation = Callable[[random.Random, bytearray, bytes], bytearray]


def flipped_bits(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    for _ in range(chance.randint(1, 6)):
        position = chance.randrange(8 * len(content))
        content[position // 8] ^= 1 << position % 8
    return content


def extreme_numbers(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    size = chance.choice((1, 2, 4, 8))
    number = chance.choice((0, 1, 2**31 - 1, 2**31, 2**40, 2**63 - 1, 2**64 - 1)) % 2 ** (8 * size)
    begin = chance.randrange(max(len(content) - size, 1))
    content[begin : begin + size] = number.to_bytes(size, "little")
    return content


def cut_off(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    return content[: chance.randrange(len(content))]


def spliced(chance: random.Random, content: bytearray, foreign: bytes) -> bytearray:
    source = chance.choice((bytes(content), foreign, *HOSTILE))
    begin, size = chance.randrange(len(source)), chance.choice((4, 16, 64, 512))
    position = chance.randrange(len(content))
    content[position : position + chance.choice((0, size))] = source[begin : begin + size]
    return content


def headed(chance: random.Random, content: bytearray, foreign: bytes) -> bytearray:
    """The beginning of one file and the end of another."""
    return content[: chance.randrange(1, 600)] + foreign[chance.randrange(len(foreign)) :]


MUTATIONS: tuple[Mutation, ...] = (
    flipped_bits,
    flipped_bits,
    extreme_numbers,
    extreme_numbers,
    cut_off,
    spliced,
    headed,
)


def keras_network() -> list[Layer]:
    """For the files of `test_mutations`; Keras 3 finds layers by the names of their classes."""
    shapes = {"Conv2D": ((3, 3, 3, 4), (4,)), "BatchNormalization": ((4,),) * 4, "Dense": ((16, 3), (3,))}
    return [type(name, (Layer,), {}).of(name, *known) for name, known in shapes.items()]


def numbers(network: list[Layer]) -> np.ndarray:
    return np.concatenate([variable.value.ravel() for layer in network for variable in layer.weights])


def outcome(path: Path, network: list[Layer], expected: np.ndarray) -> str:
    try:
        load_weights(network, path)
    except AmaltheaError as problem:
        return "told" if str(path) in str(problem) and untouched(network) else f"badly told: {problem}"
    except BaseException as problem:
        return f"escaped: {problem!r}"
    return "equal" if np.array_equal(numbers(network), expected) else "other numbers"


def main(file: Path, foreign: Path, copies: int) -> None:
    build = small_state_network if file.suffix == ".pth" else keras_network
    whole, others = file.read_bytes(), b"".join(path.read_bytes() for path in sorted(foreign.iterdir()))
    network = build()
    load_weights(network, file)
    expected = numbers(network)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESSES, MAX_ADDRESSES))
    caused: list[str] = []
    sys.addaudithook(lambda event, _: caused.append(event) if event.startswith(FORBIDDEN) else None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, file.name)
        for number in range(copies):
            chance = random.Random(f"{file.name} {number}")
            path.write_bytes(chance.choice(MUTATIONS)(chance, bytearray(whole), others))
            say(f"{number} ")
            came = outcome(path, build(), expected)
            say(f"caused {caused}\n" if caused else f"{came}\n")
    say(f"MB {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024}\n")


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
