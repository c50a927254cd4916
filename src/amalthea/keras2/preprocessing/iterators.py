"""The iterators over pictures, which Keras 1 had other names in."""

from typing import Any

from ...preprocessing import image


class _Counted:
    """Mixed into an iterator: its numbers by the names of Keras 1."""

    n: int
    class_indices: dict[str, int]

    @property
    def N(self) -> int:  # noqa: N802, its name in Keras 1
        """How many pictures there are: ``n``."""
        return self.n

    @property
    def nb_sample(self) -> int:
        """How many pictures there are: ``samples``."""
        return self.n

    @property
    def nb_class(self) -> int:
        """How many classes there are: ``num_classes``."""
        return len(self.class_indices)


class NumpyArrayIterator(_Counted, image.NumpyArrayIterator):
    """Batches of the pictures of an array."""


class DirectoryIterator(_Counted, image.DirectoryIterator):
    """Batches of the pictures in a folder."""


class DataFrameIterator(_Counted, image.DataFrameIterator):
    """Batches of the pictures that a table names."""


_KINDS = {kind.__bases__[1]: kind for kind in (NumpyArrayIterator, DirectoryIterator, DataFrameIterator)}


def counted(iterator: Any) -> Any:
    """The same iterator, of one of these classes."""
    iterator.__class__ = _KINDS[type(iterator)]
    return iterator
