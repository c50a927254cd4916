"""Pictures that look the same although their files differ: smaller, compressed again, a little brighter."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from PIL import Image

from ..decode import Picture

Fingerprint: TypeAlias = Callable[[Picture], int | None]

_FEWEST = 24  # bits that are set; half of the 64 are, unless the picture is too even to tell it from others
# Bits that differ. Of 600 photographs of pets, all pairs that differ in at most 8 are the same photograph, and half of
# those that differ in 10; among many more pictures, chance comes closer.
_NEAR = 6


def fingerprinter() -> Fingerprint | None:
    """What takes the fingerprint of a picture: 64 bits of ImageHash's perceptual hash; None if that is not installed.

    Source: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010.
    """
    try:
        import imagehash
    except ImportError:
        return None

    def fingerprint(picture: Picture) -> int | None:
        bits = imagehash.phash(Image.fromarray(picture)).hash
        return int.from_bytes(np.packbits(bits).tobytes()) if bits.sum() >= _FEWEST else None

    return fingerprint


def near_groups(fingerprints: Sequence[int | None]) -> list[list[int]]:
    """Which pictures look the same: groups in which each is near to another one.

    Args:
        fingerprints: one a picture; None looks like no other.

    Returns:
        Places in ``fingerprints``, ascending in each group of two or more.

    Example:
        >>> near_groups([0b1111, None, 0xFFFFFFFF, 0b1011])
        [[0, 3]]
    """
    rest = np.array([place for place, found in enumerate(fingerprints) if found is not None], dtype=np.int64)
    codes = np.array([found or 0 for found in fingerprints], dtype=np.uint64)
    groups = []
    while len(rest):
        group, rest = [int(rest[0])], rest[1:]
        for member in group:  # it grows while it is walked
            near = np.bitwise_count(codes[rest] ^ codes[member]) <= _NEAR
            if near.any():
                group.extend(rest[near].tolist())
                rest = rest[~near]
        if len(group) > 1:
            groups.append(sorted(group))
    return groups
