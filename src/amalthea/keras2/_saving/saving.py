"""``save``, ``save_weights`` and ``load_weights`` of Keras 1 and 2."""

from os import PathLike
from typing import Any

import keras

from .._models.networks import count_as_filled
from .._spelling import note
from .filling import fill
from .paths import readable_path, writable_path
from .writing import write_model, write_weights

# Names by which Keras 3 tells its own formats.
_TODAY = (".keras", ".weights.h5")


class OldSaving(keras.Model):  # type: ignore[misc]
    """Files as Keras 1 and 2 had them; those with a name of Keras 3's formats are written in these."""

    def save(
        self,
        filepath: str | PathLike[str],
        overwrite: bool = True,
        include_optimizer: bool = True,
        save_format: str | None = None,
        **today: Any,
    ) -> None:
        """Write the whole model.

        Args:
            filepath: with ``.keras``, the format of Keras 3; any other name, one without a suffix too, is a file of
                Keras 2 in HDF5, which Keras 2 and 3 open.
            overwrite: whether to replace a file without asking.
            include_optimizer: whether the optimizer's state is written, to train on, as keras2 and Keras 2 do; plain
                Keras 3 begins with a fresh optimizer.
            save_format: ``"h5"`` or ``"keras"`` instead of what the name says.
            today: further arguments of Keras 3, for ``.keras``.

        Raises:
            ArgumentError: a folder, a file that stays, or a model that HDF5 cannot hold.
            StorageError: the folder cannot be written, or the disk is full.
        """
        path = writable_path(filepath, overwrite, save_format)
        if path.suffix == ".keras" and save_format != "h5":
            super().save(path, overwrite=True, **today)
        else:
            note(f"{path.name} is written in the format of Keras 2; that of today is model.save('model.keras')")
            write_model(self, path, include_optimizer=include_optimizer)

    def save_weights(
        self, filepath: str | PathLike[str], overwrite: bool = True, save_format: str | None = None, **today: Any
    ) -> None:
        """Write the weights alone.

        Args:
            filepath: with ``.weights.h5``, the format of Keras 3; any other name is a file of Keras 2 in HDF5.
            overwrite: whether to replace a file without asking.
            save_format: ``"h5"`` or None.
            today: further arguments of Keras 3, for ``.weights.h5``.

        Raises:
            ArgumentError: a folder, or a file that stays.
            StorageError: the folder cannot be written, or the disk is full.
        """
        path = writable_path(filepath, overwrite, save_format)
        if path.name.endswith(_TODAY[1]):
            super().save_weights(path, overwrite=True, **today)
        else:
            note(f"{path.name} is written in the format of Keras 2; that of today is save_weights('x.weights.h5')")
            write_weights(self, path)

    def load_weights(
        self,
        filepath: str | PathLike[str],
        by_name: bool = False,
        skip_mismatch: bool = False,
        reshape: bool = False,
        **today: Any,
    ) -> None:
        """Fill the model from a file of any Keras; after an error no weight has changed.

        Args:
            filepath: weights or a whole model.
            by_name: fill the layers whose names the file has, and leave the others; else the layers in their order, of
                which the file must have as many.
            skip_mismatch: leave layers for which the file has other shapes.
            reshape: give the file's numbers the shape that a layer wants, where there are as many.
            today: further arguments of Keras 3, for its own formats.

        Raises:
            MissingFileError: nothing there.
            WeightsMismatchError: the file does not fit.
            WeightsError: damaged, or no weight file.
        """
        path = readable_path(filepath)
        if today or (path.name.endswith(_TODAY) and not by_name and not _has_layers_alone(self)):
            super().load_weights(path, skip_mismatch=skip_mismatch, **today)
        else:
            fill(self, path, by_name=by_name, skip_mismatch=skip_mismatch, reshape=reshape)
        count_as_filled(self)


def save_model(
    model: keras.Model,
    filepath: str | PathLike[str],
    overwrite: bool = True,
    include_optimizer: bool = True,
    save_format: str | None = None,
    **today: Any,
) -> None:
    """Write a whole model of Keras 3 or of keras2; see ``OldSaving.save``."""
    OldSaving.save(model, filepath, overwrite, include_optimizer, save_format, **today)


def _has_layers_alone(model: keras.Model) -> bool:
    """Whether Keras 3 keeps the weights under the layers of a model, and not under attributes of a class."""
    return isinstance(model, keras.Sequential) or hasattr(model, "operations")
