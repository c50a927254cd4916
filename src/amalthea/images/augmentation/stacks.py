"""Many pictures of one size, each with a transformation of its own, and little of Python for any of them.

Threads that transform pictures at the same time lose more in handing the interpreter to each other than in anything
else. Here a thread needs it to decide on all warps at first, and then hardly at all.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .transform import Transform
from .warping import CHANNELS, FAR, LONGEST, check_picture, opencv

_STACK = 2**22  # bytes of the pictures whose channels are changed together
_STILL = np.eye(3)


def apply_all(transforms: Sequence[Transform], pictures: Sequence[NDArray[Any]], results: NDArray[Any]) -> None:
    """Transform pictures of one shape and type; each becomes what ``Transform.apply`` makes of it.

    Args:
        transforms: one for each picture.
        pictures: as ``Transform.apply`` takes them.
        results: room for what becomes of them, stacked, in one piece.

    Raises:
        ImageError: as ``Transform.apply``.
        ArgumentError: as ``Transform.apply``.
        MissingDependencyError: as ``Transform.apply``.
    """
    check_picture(pictures[0])
    warps = _linear_warps(transforms, results)
    step = max(_STACK // results[0].nbytes, 1)
    for start in range(0, len(results) if any(warps.possible) else 0, step):
        part = slice(start, start + step)
        some = _LinearWarps(warps.possible[part], warps.matrices[part], warps.mirroring[part])
        _warp(pictures[part], some, results[part])
    for transform, picture, result, done in zip(transforms, pictures, results, warps.possible, strict=True):
        if not done:
            result[...] = transform.apply(picture)


class _LinearWarps(NamedTuple):
    """For each picture: whether one call of OpenCV does all, its matrix, columns first, and whether it mirrors."""

    possible: list[bool]
    matrices: NDArray[np.float64]
    mirroring: list[bool]


def _linear_warps(transforms: Sequence[Transform], results: NDArray[Any]) -> _LinearWarps:
    _, height, width, channels = results.shape
    known = channels in CHANNELS and results.dtype in (np.uint8, np.float32) and max(height, width) <= LONGEST
    plain = [
        known and each.matrix is not None and each.order == 1 and not each.channel_shift and each.brightness is None
        for each in transforms
    ]
    matrices = np.array([_STILL if each.matrix is None else each.matrix for each in transforms])
    affine = (matrices[:, 2] == _STILL[2]).all(1) & (matrices != _STILL).any((1, 2))
    linear, offsets = matrices[:, :2, :2], matrices[:, :2, 2]
    for axis, side, flips in (
        (0, height, [each.vertical_flip for each in transforms]),
        (1, width, [each.horizontal_flip for each in transforms]),
    ):
        if any(flips):
            offsets[flips] += linear[flips, :, axis] * (side - 1)
            linear[flips, :, axis] *= -1
    # In SciPy's order of the sums, as ``reach`` has it.
    down, right = offsets + linear[:, :, 0] * (height - 1), linear[:, :, 1] * (width - 1)
    corners = np.stack((offsets, down, offsets + right, down + right))
    low, high = corners.min(0), corners.max(0)
    within = ((low >= 0) & (high <= (height - 1, width - 1))).all(1)
    near = (np.maximum(-low, high) <= FAR).all(1)
    bordered = [each.fill_mode in ("nearest", "reflect") for each in transforms]
    return _LinearWarps(
        (plain & affine & near & (within | bordered)).tolist(),
        matrices[:, (1, 0)][:, :, (1, 0, 2)],
        [each.fill_mode == "reflect" and not inside for each, inside in zip(transforms, within.tolist(), strict=True)],
    )


def _warp(pictures: Sequence[NDArray[Any]], warps: _LinearWarps, results: NDArray[Any]) -> None:
    """Do the warps that are possible; what stands in the place of the others means nothing."""
    cv2 = opencv()
    count, height, width, channels = results.shape
    flags, size = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, (width, height)
    coloured = channels == 3  # with a fourth channel, which nobody looks at, the same numbers come in half of the time
    moved = np.empty((count, height, width, 4), results.dtype) if coloured else results
    source = np.empty((height, width, 4), results.dtype)
    for picture, result, possible, matrix, mirroring in zip(pictures, moved, *warps, strict=True):
        if not possible:
            continue
        if coloured:
            cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA, source)
        else:
            source = np.ascontiguousarray(picture)
        border = cv2.BORDER_REFLECT if mirroring else cv2.BORDER_REPLICATE
        cv2.warpAffine(source, matrix, size, result, flags, border)
    if coloured:
        cv2.cvtColor(moved.reshape(-1, width, 4), cv2.COLOR_RGBA2RGB, results.reshape(-1, width, 3))
