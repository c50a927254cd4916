"""Ways in which a file may come to harm."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np


def mutated(content: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """Contents that each differ from the given one: flipped bits, lost, doubled, moved and overwritten stretches."""
    generator = np.random.default_rng(seed)
    made = 0
    while made < count:
        start, end = sorted(map(int, generator.integers(0, len(content) + 1, 2)))
        if made % 2:  # short ones as well as long ones
            end = min(end, start + int(generator.integers(1, 20)))
        part = content[start:end]
        changed = (
            content[:start] + bytes(byte ^ 1 << int(generator.integers(8)) for byte in part[:1]) + content[start + 1 :],
            content[:start],
            content[:start] + content[end:],
            content[:end] + part + content[end:],
            content[:start] + bytes(len(part)) + content[end:],
            content[:start] + generator.bytes(len(part)) + content[end:],
            content[end:] + content[:end],
            content[:start] + part[::-1] + content[end:],
        )[int(generator.integers(8))]
        if changed != content:
            made += 1
            yield changed


def replaced(path: Path, content: bytes) -> Path:
    """A file with other content; a new one, because some file systems take long to shorten one."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    return path
