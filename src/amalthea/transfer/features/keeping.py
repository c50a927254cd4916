"""Features on their way into a store, or into memory where no store takes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...errors import ArgumentError, StorageError, warn
from .rows import Features
from .store import FeatureSet, FeatureStore

NOWHERE = np.iinfo(np.int64).min  # where features are that are not kept


class Keeper:
    """The features of one run. A store that fails is left alone from then on, with one warning.

    Args:
        store: where features are kept.
        key: of the set in the store.
        shapes: of one picture's features, one a tensor.
        dtype: in which they are kept.
    """

    def __init__(self, store: FeatureStore, key: str, shapes: tuple[tuple[int, ...], ...], dtype: DTypeLike) -> None:
        self._shapes = shapes
        self._width = sum(int(np.prod(shape)) for shape in shapes)
        self._dtype = np.dtype(dtype)
        self._unstored: list[NDArray[Any]] = []
        self._unstored_rows: dict[bytes, int] = {}
        self._fails = False
        self._set: FeatureSet | None = None
        try:
            self._set = store.feature_set(key, self._width, self._dtype)
        except StorageError as problem:
            self._give_up(problem)

    def find(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Rows of the pictures whose features are kept, see ``Features``."""
        found = {digest: self._unstored_rows[digest] for digest in digests if digest in self._unstored_rows}
        if self._set and not self._fails:
            try:
                found |= self._set.find([digest for digest in digests if digest not in found])
            except StorageError as problem:
                self._give_up(problem)
        return found

    def add(self, digests: Sequence[bytes], outputs: Sequence[NDArray[np.float32]]) -> dict[bytes, int]:
        """Keep the features of pictures.

        Args:
            digests: of the pictures, which are not kept yet.
            outputs: one a tensor, shape (number of digests, ...).

        Returns:
            Their rows.

        Raises:
            ArgumentError: numbers that are too large for float16.
        """
        flat = [output.reshape(len(digests), -1) for output in outputs]
        records = self._rounded(np.concatenate(flat, axis=1) if len(flat) > 1 else flat[0])
        if self._set and not self._fails:
            try:
                return self._set.append(digests, records)
            except StorageError as problem:
                self._give_up(problem)
        first = sum(map(len, self._unstored))
        rows = {digest: -1 - number for number, digest in enumerate(digests, start=first)}
        self._unstored.append(records)
        self._unstored_rows |= rows
        return rows

    def features(self, rows: NDArray[np.int64]) -> Features:
        """Of pictures that were all found or added."""
        return Features(
            shapes=self._shapes,
            rows=rows,
            stored=self._set.records() if self._set else np.empty((0, self._width), self._dtype),
            unstored=self._joined(),
            owner=self._set,
        )

    def _joined(self) -> NDArray[Any]:
        """What is in memory, as one array. Each part goes as soon as it is copied, lest all be in memory twice."""
        end = sum(map(len, self._unstored))
        whole = np.empty((end, self._width), self._dtype)
        while self._unstored:
            part = self._unstored.pop()
            whole[end - len(part) : end] = part
            end -= len(part)
        self._unstored.append(whole)
        return whole

    def _rounded(self, records: NDArray[np.float32]) -> NDArray[Any]:
        try:
            with np.errstate(over="raise"):
                return records.astype(self._dtype, copy=False)
        except FloatingPointError as problem:
            raise ArgumentError(
                f"Features reach {np.abs(records).max():,.0f}, float16 only 65,504. Keep them with dtype='float32'; a "
                "classifier, with feature_dtype='float32'."
            ) from problem

    def _give_up(self, problem: StorageError) -> None:
        self._fails = True
        warn(f"Features are kept in memory only, so the next run computes them again. {problem}")
