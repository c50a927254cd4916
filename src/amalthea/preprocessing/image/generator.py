"""Random pictures of given ones: ``ImageDataGenerator``."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import drawing, normalisation
from .parameters import Parameters

if TYPE_CHECKING:
    from .array_iterator import NumpyArrayIterator
    from .dataframe_iterator import DataFrameIterator
    from .directory_iterator import DirectoryIterator


class ImageDataGenerator(Parameters):
    """Transforms pictures at random and normalises them, one at a time or in batches from arrays, folders and tables.

    What is done to a picture, in this order: one affine warp, channel shift, flips, brightness,
    ``preprocessing_function``, ``rescale``, centring and normalising.

    Args:
        featurewise_center: subtract the mean of all pictures, channel by channel; see ``fit``.
        samplewise_center: subtract each picture's own mean.
        featurewise_std_normalization: divide by the standard deviation of all pictures, likewise.
        samplewise_std_normalization: divide by each picture's own.
        zca_whitening: whiten the pictures; see ``fit``.
        zca_epsilon: keeps that from dividing by 0.
        rotation_range: degrees, up to which pictures turn in either direction.
        width_shift_range: how far pictures move in either direction: below 1 as a fraction of their width; from 1 on,
            and whole numbers (excluded themselves), in pixels; or those distances to choose from. As in Keras 3, it
            moves rows.
        height_shift_range: the same, a fraction of the height; it moves columns.
        brightness_range: least and greatest factor; 1 changes nothing.
        shear_range: degrees. Until Keras 2.1.2 these were radians.
        zoom_range: ``z`` for factors in [1 - z, 1 + z], or least and greatest; below 1 magnifies.
        channel_shift_range: number up to which all values are raised or lowered, in the pictures' unit.
        fill_mode: what lies outside of a picture: "nearest", "reflect", "wrap" or "constant".
        cval: what lies outside if ``fill_mode="constant"``.
        horizontal_flip: exchange left and right in half of the pictures.
        vertical_flip: exchange top and bottom in half of the pictures.
        rescale: factor, applied after ``preprocessing_function`` and before the normalisation.
        preprocessing_function: takes one transformed picture and returns it changed. Several threads may call it at
            once.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        validation_split: fraction in (0, 1) of the pictures that are ``subset="validation"``: the first ones.
        interpolation_order: 0 takes the nearest pixel, 1 is linear, 2 to 5 are splines (slow).
        dtype: floating type of the batches; None means Keras' ``floatx``.
        compat: "1.1.2" for the centre, axes and brightness of keras-preprocessing 1.1.2.

    Attributes:
        mean: of the pictures that ``fit`` saw, in the shape of one with a single pixel, or None.
        std: their standard deviation, or None.
        zca_whitening_matrix: square, a row for each value of a picture, or None.

    Raises:
        ArgumentError: an argument that cannot be used.
        ArgumentTypeError: one that does not exist; the message names the nearest.

    Example:
        >>> generator = ImageDataGenerator(rescale=0.5, horizontal_flip=True)
        >>> batches = generator.flow(np.full((3, 4, 4, 3), 100), [0, 1, 1], batch_size=2, shuffle=False)
        >>> pictures, labels = next(batches)
        >>> pictures.shape, float(pictures.max()), labels.tolist()
        ((2, 4, 4, 3), 50.0, [0, 1])
    """

    def flow(
        self,
        x: Any,
        y: ArrayLike | None = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: ArrayLike | None = None,
        seed: int | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
        *,
        workers: int | None = None,
    ) -> "NumpyArrayIterator":
        """Batches of the pictures of an array; the arguments are those of ``NumpyArrayIterator``."""
        from .array_iterator import NumpyArrayIterator

        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size,
            shuffle,
            sample_weight,
            seed,
            self.data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            ignore_class_split,
            self.dtype,
            workers=workers,
        )

    def flow_from_directory(
        self,
        directory: str | os.PathLike[str],
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        *,
        workers: int | None = None,
        on_error: str = "raise",
        decode: str = "exact",
    ) -> "DirectoryIterator":
        """Batches of the pictures in a folder; the arguments are those of ``DirectoryIterator``."""
        from .directory_iterator import DirectoryIterator

        return DirectoryIterator(
            directory,
            self,
            target_size,
            color_mode,
            classes,
            class_mode,
            batch_size,
            shuffle,
            seed,
            self.data_format,
            save_to_dir,
            save_prefix,
            save_format,
            follow_links,
            subset,
            interpolation,
            keep_aspect_ratio,
            self.dtype,
            workers=workers,
            on_error=on_error,
            decode=decode,
        )

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: str | os.PathLike[str] | None = None,
        x_col: str = "filename",
        y_col: str | Sequence[str] | None = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> "DataFrameIterator":
        """Batches of the pictures that a table names; the arguments are those of ``DataFrameIterator``.

        Args:
            **kwargs: ``keep_aspect_ratio``, ``workers``, ``on_error`` and ``decode`` of ``DataFrameIterator``;
                ``has_ext``, ``sort`` and ``drop_duplicates`` of old scripts do nothing, and are told so.
        """
        from .dataframe_iterator import DataFrameIterator, current_arguments

        class_mode, current = current_arguments(class_mode, kwargs)
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col,
            y_col,
            weight_col,
            target_size,
            color_mode,
            classes,
            class_mode,
            batch_size,
            shuffle,
            seed,
            self.data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
            dtype=self.dtype,
            validate_filenames=validate_filenames,
            **current,
        )

    def get_random_transform(
        self, img_shape: Sequence[int], seed: int | np.random.Generator | None = None
    ) -> dict[str, Any]:
        """Draw the parameters of one transformation.

        Args:
            img_shape: of the picture, which distances in pixels depend on.
            seed: of the random numbers, or their generator; None takes fresh ones.

        Returns:
            What ``apply_transform`` takes.

        Example:
            >>> ImageDataGenerator(rotation_range=40).get_random_transform((4, 4, 3), seed=1)["theta"]
            0.9457...
        """
        return drawing.draw(self, img_shape, np.random.default_rng(seed))

    def apply_transform(self, x: NDArray[Any], transform_parameters: Mapping[str, Any]) -> NDArray[Any]:
        """Transform a picture.

        Args:
            x: a picture in ``data_format``; it is not changed.
            transform_parameters: "theta" and "shear" in degrees, "tx" and "ty" in pixels, "zx", "zy", "brightness"
                (factors), "channel_shift_intensity", "flip_horizontal", "flip_vertical"; those left out do nothing.

        Returns:
            The same shape; ``x`` itself if nothing is to be done.

        Example:
            >>> picture = np.arange(6.0).reshape(1, 2, 3)
            >>> ImageDataGenerator().apply_transform(picture, {"flip_horizontal": True})
            array([[[3., 4., 5.],
                    [0., 1., 2.]]])
        """
        return drawing.transform(self, x, transform_parameters)

    def random_transform(self, x: NDArray[Any], seed: int | np.random.Generator | None = None) -> NDArray[Any]:
        """Draw a transformation and apply it: ``get_random_transform``, then ``apply_transform``."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def standardize(self, x: NDArray[Any]) -> NDArray[Any]:
        """Apply ``preprocessing_function``, ``rescale`` and the normalisation.

        Args:
            x: a picture, or a batch of them, floating. It is changed in place, as in Keras; give a copy to keep it.

        Returns:
            The normalised pictures.

        Example:
            >>> ImageDataGenerator(rescale=0.5).standardize(np.array([[[2.0, 4.0, 6.0]]]))
            array([[[1., 2., 3.]]])
        """
        return normalisation.standardize(self, x)

    @property
    def _prepares_many(self) -> bool:
        """Whether many pictures can be prepared at once, with nothing of a user's own and nothing of Pillow's."""
        own = any(name in vars(self) or getattr(type(self), name) is not function for name, function in _STEPS.items())
        return not own and not self.preprocessing_function and drawing.moves_alone(self)

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learn what ``featurewise_center``, ``featurewise_std_normalization`` and ``zca_whitening`` need.

        Pictures pass through ``preprocessing_function`` and ``rescale`` first, as those of batches do.

        Args:
            x: an array of pictures, shape (N, height, width, channels) or as ``data_format`` has it; or any iterator of
                batches of pictures, alone or before their labels, which is gone through once, in bounded memory. Of
                an iterator that this generator made, the pictures are read without its transformations.
            augment: learn from transformed pictures.
            rounds: how many transformations of each picture if ``augment``.
            seed: of the transformations; None takes a fresh one.

        Raises:
            ArgumentError: other axes; or ``zca_whitening``, which needs an array, with an iterator.

        Example:
            >>> generator = ImageDataGenerator(featurewise_center=True)
            >>> generator.fit(np.ones((2, 4, 4, 3)))
            >>> generator.mean
            array([[[1., 1., 1.]]], dtype=float32)
        """
        normalisation.fit(self, x, rounds if augment else 0, seed)


_STEPS = {name: vars(ImageDataGenerator)[name] for name in ("get_random_transform", "apply_transform", "standardize")}
