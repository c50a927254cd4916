"""Which weight files of the catalogue there are, and where they are on this machine."""

from dataclasses import dataclass
from pathlib import Path

from ..catalog import Variant, WeightFile, list_models, variant
from ..errors import ArgumentError
from ..storage import models_folder
from .location import local_weights
from .placement import free_path
from .verification import ExpectedHash, expected_hash


@dataclass(frozen=True, slots=True)
class Holding:
    """A weight file of the catalogue, and where it is.

    Attributes:
        model: name of the network.
        file: its row in the catalogue.
        path: of the right file on this machine; None if it is not here.
    """

    model: str
    file: WeightFile
    path: Path | None

    @property
    def destination(self) -> Path:
        """Where it is, or else where a download puts it."""
        return self.path or free_path(models_folder(), self.file)

    @property
    def expected(self) -> ExpectedHash | None:
        """The hash that it must have, where one is known."""
        return expected_hash(self.file)

    @property
    def megabytes(self) -> int | None:
        """Its size in 2**20 bytes: on this machine, else as published, else None."""
        if self.path:
            return round(self.path.stat().st_size / 2**20)
        row = variant(self.model)
        return row.megabytes if self.file == row.file(top=True) else None


def list_weights(pattern: str = "*") -> tuple[Holding, ...]:
    """Every weight file of the models whose name matches a shell pattern."""
    rows = [variant(name) for name in list_models(pattern)]
    return tuple(Holding(row.name, file, local_weights(file)) for row in rows for file in row.files)


def choose_weights(
    row: Variant, *, alpha: float | None = None, size: int | None = None, top: bool | None = None, every: bool = False
) -> tuple[Holding, ...]:
    """Those weight files of one network that are asked for.

    Args:
        row: of the network.
        alpha: width; None for 1.0.
        size: side in pixels of the pictures that they were trained on; None for the network's own.
        top: with the classifier or without; None for with. Where no file lacks it, the full one serves both.
        every: None means any width, size and top instead, and there may be none.

    Raises:
        ArgumentError: nobody published such a file.
    """
    if not every:
        alpha = 1.0 if alpha is None else alpha
        size = row.size if size is None else size
        top = True if top is None else top
    served = {file.top for file in row.files}
    suitable = [file for file in row.files if top in (None, file.top) or top not in served]
    files = [file for file in suitable if alpha in (None, file.alpha) and size in (None, file.size)]
    if not files and not every:
        sizes = ", ".join(str(each) for each in sorted({file.size for file in suitable if file.alpha == alpha}))
        alphas = ", ".join(f"{each:g}" for each in sorted({file.alpha for file in suitable}))
        raise ArgumentError(
            f"{row.name}: nobody published weights for alpha={alpha:g} and size={size}. "
            + (f"With alpha={alpha:g}, size may be {sizes}." if sizes else f"alpha may be {alphas}.")
        )
    return tuple(Holding(row.name, file, local_weights(file)) for file in files)
