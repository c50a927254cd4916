"""What ``ImageDataGenerator`` does to the values of pictures, and what it has to learn for that."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import images
from ...errors import ArgumentError, ArgumentTypeError, warn
from . import arguments
from .moments import Moments
from .parameters import Parameters

if TYPE_CHECKING:
    from .generator import ImageDataGenerator
    from .picture_iterator import PictureIterator


def prepare(parameters: Parameters, x: NDArray[Any]) -> NDArray[Any]:
    """Apply ``preprocessing_function`` and ``rescale``; floating arrays are changed in place."""
    if parameters.preprocessing_function:
        x = _returned(parameters.preprocessing_function, x)
    if x.dtype.kind in "biu":
        x = x.astype(parameters.dtype)
    if parameters.rescale:
        x *= parameters.rescale
    return x


def _returned(function: Callable[[NDArray[Any]], Any], x: NDArray[Any]) -> NDArray[Any]:
    """What a function of the user makes of a picture, as an array that can be written to; it may return a tensor."""
    result = function(x)
    pixels = np.asarray(result)
    if result is None or pixels.dtype.kind not in "biuf":
        raise ArgumentError(
            f"preprocessing_function={getattr(function, '__qualname__', function)} returned {str(result)[:60]}, a "
            f"{type(result).__name__}. It takes a picture and returns it changed, as an array of numbers."
        )
    return pixels if pixels.flags.writeable else pixels.copy()


def standardize(parameters: Parameters, x: NDArray[Any]) -> NDArray[Any]:
    """Prepare and normalise a picture or a batch; floating arrays are changed in place."""
    x = prepare(parameters, x)
    if parameters.samplewise_center:
        x -= np.mean(x, keepdims=True)
    if parameters.samplewise_std_normalization:
        x /= np.std(x, keepdims=True) + 1e-6
    if parameters.featurewise_center and _learned(parameters.mean, "featurewise_center"):
        x -= parameters.mean
    if parameters.featurewise_std_normalization and _learned(parameters.std, "featurewise_std_normalization"):
        x /= parameters.std + 1e-6  # type: ignore[operator] # it is there
    if parameters.zca_whitening and _learned(parameters.zca_whitening_matrix, "zca_whitening"):
        rows = x.reshape(-1, math.prod(x.shape[-3:]))
        x = (rows @ parameters.zca_whitening_matrix).reshape(x.shape)
    return x


def standardize_all(parameters: Parameters, pictures: NDArray[Any]) -> None:
    """Prepare and normalise pictures of a floating type in place, each as ``standardize`` does."""
    alone = parameters.samplewise_center or parameters.samplewise_std_normalization or parameters.zca_whitening
    for part in pictures if alone else [pictures]:
        part[...] = standardize(parameters, part)


def fit(generator: "ImageDataGenerator", x: Any, rounds: int, seed: int | None) -> None:
    """Learn from pictures, ``rounds`` times transformed at random or, of 0, as they are."""
    seed = images.fresh_seed() if seed is None else seed
    if isinstance(x, images.PictureBatches):
        x = x.epoch(0)
    if isinstance(x, str | os.PathLike) or not (hasattr(x, "__array__") or isinstance(x, Iterable)):
        raise ArgumentTypeError(
            f"fit learns from an array of pictures, or an iterator of batches of them; given was {x!r:.60}. Give it "
            "what flow_from_directory returns to read a folder."
        )
    if hasattr(x, "__array__") or isinstance(x, list | tuple):
        _learn_from_array(generator, _array(generator, x, rounds, seed))
    elif generator.zca_whitening:
        raise ArgumentError(
            "zca_whitening=True needs all pictures at once; given was an iterator. Give fit an array of them, such as "
            "np.concatenate([next(iterator)[0] for _ in range(len(iterator))])."
        )
    else:
        _learn_from_batches(generator, _batches(generator, x, rounds, seed))


def _learned(value: object, argument: str) -> bool:
    if value is None:
        warn(f"{argument}=True does nothing until the generator has seen pictures: call its method fit first.")
    return value is not None


def _learn_from_array(generator: "ImageDataGenerator", pictures: NDArray[Any]) -> None:
    """Change the pictures into what they are after each step."""
    axes = (0, generator.row_axis, generator.col_axis)
    one = [1, 1, 1]
    one[generator.channel_axis - 1] = pictures.shape[generator.channel_axis]
    if generator.featurewise_center:
        generator.mean = np.mean(pictures, axis=axes).reshape(one)
        pictures -= generator.mean
    if generator.featurewise_std_normalization:
        generator.std = np.std(pictures, axis=axes).reshape(one)
        pictures /= generator.std + 1e-6
    if generator.zca_whitening:
        count = len(pictures)
        directions, sizes, _ = np.linalg.svd(pictures.reshape(count, -1).T, full_matrices=False)
        generator.zca_whitening_matrix = (
            directions * (np.sqrt(count) / (sizes + generator.zca_epsilon))
        ) @ directions.T


def _learn_from_batches(generator: "ImageDataGenerator", batches: Iterable[NDArray[Any]]) -> None:
    moments = Moments(generator.channel_axis)
    for pictures in batches:
        moments.add(pictures)
    if not moments.count:
        raise ArgumentError("fit was given an iterator without a single picture.")
    one = [1, 1, 1]
    one[generator.channel_axis - 1] = -1
    if generator.featurewise_center:
        generator.mean = moments.mean.reshape(one).astype(generator.dtype)
    if generator.featurewise_std_normalization:
        generator.std = moments.deviation.reshape(one).astype(generator.dtype)


def _array(generator: "ImageDataGenerator", x: Any, rounds: int, seed: int) -> NDArray[Any]:
    """The pictures of an array, prepared, in a new one."""
    try:
        pictures = np.array(x, generator.dtype)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"fit learns from an array of pictures; given was a {type(x).__name__} of other things. Give iter(...) "
            "of a list of batches."
        ) from error
    if pictures.ndim != 4:
        raise ArgumentError(
            f"fit learns from an array of pictures, which has 4 axes; given was {pictures.shape}. Give iter(...) of a "
            "list of batches."
        )
    arguments.advise_on_channels(pictures.shape, generator.channel_axis, generator.data_format)
    if not rounds and not generator.preprocessing_function:
        return prepare(generator, pictures)
    return _prepared(generator, pictures, rounds, seed, 0)


def _batches(generator: "ImageDataGenerator", x: Any, rounds: int, seed: int) -> Iterator[NDArray[Any]]:
    """The pictures of an iterator, prepared."""
    if getattr(x, "image_data_generator", None) is generator and hasattr(x, "picture"):
        yield from _own(generator, x, rounds, seed)
        return
    first = 0
    for item in islice(x, len(x) if hasattr(x, "__len__") else None):  # those that know their length may be endless
        while isinstance(item, list | tuple):  # pictures before labels, and before other inputs
            item = item[0]
        pictures = np.array(item, generator.dtype)
        if pictures.ndim not in (3, 4):
            raise ArgumentError(
                f"fit learns from batches of pictures, which have 4 axes; the iterator gave {pictures.shape}."
            )
        pictures = pictures.reshape(-1, *pictures.shape[-3:])
        yield _prepared(generator, pictures, rounds, seed, first)
        first += len(pictures)


def _own(
    generator: "ImageDataGenerator", iterator: "PictureIterator", rounds: int, seed: int
) -> Iterator[NDArray[Any]]:
    """The pictures of an iterator that the generator made, read by threads."""
    turns, count = max(rounds, 1), iterator.n

    def sample(index: int, random: np.random.Generator) -> NDArray[Any]:
        picture = iterator.picture(index % count).copy()
        return prepare(generator, generator.random_transform(picture, random) if rounds else picture)

    names = iterator.names and turns * iterator.names
    batches = images.Batches(sample, turns * count, shuffle=False, seed=seed, on_error=iterator.on_error, names=names)
    for pictures, _ in batches.epoch(0):
        yield pictures


def _prepared(
    generator: "ImageDataGenerator", pictures: NDArray[Any], rounds: int, seed: int, first: int
) -> NDArray[Any]:
    """Pictures, the ``first`` and following ones of all, transformed at random ``rounds`` times unless that is 0."""
    prepared = []
    for turn in range(max(rounds, 1)):
        for index, picture in enumerate(pictures.copy(), first):
            if rounds:
                picture = generator.random_transform(picture, images.generator_of(seed, turn, index))
            prepared.append(prepare(generator, picture))
    return np.stack(prepared).astype(generator.dtype, copy=False)
