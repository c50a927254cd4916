"""The first random numbers of many samples at once: the very ones that the generator of each would give.

To make a generator for every picture takes longer than all else that is drawn. What ``numpy.random.SeedSequence`` and
``numpy.random.PCG64`` compute is the same in all versions of NumPy; here it is done for all indices in a few steps.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_Halves = tuple[NDArray[np.uint64], NDArray[np.uint64]]  # of numbers of 128 bits, the higher one first

_POOL = 4  # words of 32 bits that SeedSequence stirs everything into
_WORD, _DOUBLE_WORD, _WIDE = 2**32 - 1, 2**64 - 1, 2**128 - 1
_LEFT, _RIGHT = 0xCA01F9DD, 0x4973F715  # factors by which two words are mixed
_STEP = 0x2360ED051FC65DA44385DF649FCCF645  # factor of each step of PCG64


def first_numbers(seed: int, epoch: int, indices: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """What ``generator_of(seed, epoch, index).random(count)`` gives, for each index.

    Args:
        seed: as for ``generator_of``.
        epoch: as for ``generator_of``.
        indices: of the samples, from 0 on and below 2³².
        count: of the numbers of each.

    Returns:
        Shape (len(indices), count), in [0, 1).

    Example:
        >>> from amalthea.images import generator_of
        >>> bool((first_numbers(7, 2, np.array([3, 5]), 4)[1] == generator_of(7, 2, 5).random(4)).all())
        True
    """
    start, increment = _starts(_states(seed, epoch, indices.astype(np.uint32)))
    factors, terms = _leaps(count)
    high, low = _sum(_product(_rows(start), factors), _product(_rows(increment), terms))
    mixed, turn = high ^ low, high >> np.uint64(58)
    turned = mixed >> turn | mixed << (-turn & np.uint64(63))
    return (turned >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _states(seed: int, epoch: int, indices: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """What ``SeedSequence(seed, spawn_key=(epoch, index)).generate_state(4, uint64)`` gives; shape (4, N)."""
    pool, keys = _pool(seed, epoch)
    added = (indices ^ _column(keys[:-1])) * _column(keys[1:])
    added ^= added >> np.uint32(16)
    mixed = _column([_LEFT * word & _WORD for word in pool]) - np.uint32(_RIGHT) * added
    mixed ^= mixed >> np.uint32(16)
    keys = _keys(0x8B51F9DD, 0x58F38DED, 2 * _POOL)
    words = (np.concatenate((mixed, mixed)) ^ _column(keys[:-1])) * _column(keys[1:])
    words ^= words >> np.uint32(16)
    wide = words.astype(np.uint64)
    return wide[0::2] | wide[1::2] << np.uint64(32)


def _pool(seed: int, epoch: int) -> tuple[list[int], list[int]]:
    """The pool of ``SeedSequence`` before the index is stirred in, and the keys with which that is done."""
    words = _words(seed)
    words += [0] * (_POOL - len(words)) + _words(epoch)
    keys = _keys(0x43B0D7E5, 0x931E8875, _POOL * (len(words) + 1))
    used = pairwise(keys)
    pool = [_hashed(word, *next(used)) for word in words[:_POOL]]
    for source in range(_POOL):
        for target in range(_POOL):
            if source != target:
                pool[target] = _mixed(pool[target], _hashed(pool[source], *next(used)))
    for word in words[_POOL:]:
        pool = [_mixed(into, _hashed(word, *next(used))) for into in pool]
    return pool, keys[-_POOL - 1 :]


def _words(number: int) -> list[int]:
    """Of 32 bits each, the lowest first."""
    number = int(number)
    return [number >> shift & _WORD for shift in range(0, max(number.bit_length(), 1), 32)]


def _keys(start: int, factor: int, count: int) -> list[int]:
    """With which words are hashed one after the other: each with one and the next."""
    keys = [start]
    for _ in range(count):
        keys.append(keys[-1] * factor & _WORD)
    return keys


def _hashed(word: int, key: int, following: int) -> int:
    word = (word ^ key) * following & _WORD
    return word ^ word >> 16


def _mixed(into: int, word: int) -> int:
    mixed = _LEFT * into - _RIGHT * word & _WORD
    return mixed ^ mixed >> 16


def _column(words: list[int]) -> NDArray[np.uint32]:
    return np.array(words, np.uint32)[:, np.newaxis]


def _starts(states: NDArray[np.uint64]) -> tuple[_Halves, _Halves]:
    """Where PCG64 begins, before its first step, and what each step adds."""
    one = np.uint64(1)
    increment = states[2] << one | states[3] >> np.uint64(63), states[3] << one | one
    return _sum((states[0], states[1]), increment), increment


def _leaps(count: int) -> tuple[_Halves, _Halves]:
    """Factors of the start and of the increment whose sum is the state that each number is made of."""
    factors, terms = [_STEP], [1]
    for _ in range(count):
        factors.append(factors[-1] * _STEP & _WIDE)
        terms.append(terms[-1] * _STEP + 1 & _WIDE)
    return _halves(factors[1:]), _halves(terms[1:])


def _halves(numbers: list[int]) -> _Halves:
    return (
        np.array([number >> 64 for number in numbers], np.uint64),
        np.array([number & _DOUBLE_WORD for number in numbers], np.uint64),
    )


def _rows(halves: _Halves) -> _Halves:
    return halves[0][:, np.newaxis], halves[1][:, np.newaxis]


def _sum(one: _Halves, other: _Halves) -> _Halves:
    low = one[1] + other[1]
    return one[0] + other[0] + (low < one[1]), low


def _product(one: _Halves, other: _Halves) -> _Halves:
    word, shift = np.uint64(_WORD), np.uint64(32)
    a, b, c, d = one[1] >> shift, one[1] & word, other[1] >> shift, other[1] & word
    middle = a * d + (b * d >> shift)
    carried = b * c + (middle & word)
    high = a * c + (middle >> shift) + (carried >> shift)
    return high + one[0] * other[1] + one[1] * other[0], one[1] * other[1]
