"""The network of a run: one file in its folder, which every worker opens, with neither Keras nor weight files."""

from pathlib import Path
from typing import Any

from ...errors import ArgumentError
from ...runtime import is_one_file, load, named_variant, save
from ...storage import atomic_file, digest
from ..networks import asked_layer, is_trained_on
from .request import Request


def write_network(request: Request, file: Path) -> None:
    """Write what computes a request into one file, which appears whole or not at all.

    Args:
        request: whose network is wanted.
        file: ends in ``.onnx``.

    Raises:
        ArgumentError, MissingFileError, ModelFileError: the model cannot do what is asked.
        UnknownModelError, DownloadError, WeightsError: a network that is given by name.
        StorageError: the file cannot be written.
    """
    if request.task == "features":
        _write_layer(request, file)
    elif is_one_file(request.model):
        _check_whole(request)
        load(request.model).probabilities([])  # refuses what is no classifier
        with atomic_file(file, setting=None) as temporary:
            temporary.write_bytes(Path(request.model).read_bytes())
    else:
        row = named_variant(request.model)
        from ...architectures import get_model

        save(get_model(row.name, **_arguments(request)), file)


def files_of(request: Request) -> dict[str, str]:
    """SHA-256 of the files that a request names, by the names of its arguments."""
    named = {"model": request.model, "weights": request.weights}
    return {name: digest(Path(path), "sha256") for name, path in named.items() if Path(path).is_file()}


def _write_layer(request: Request, file: Path) -> None:
    if is_one_file(request.model):
        raise ArgumentError(
            f"model={request.model!r} is for prediction alone: task='predict'. For features, name a network of the "
            "catalogue, or a .keras file of `amalthea train`."
        )
    if is_trained_on(request.model):
        _check_whole(request)
    else:
        named_variant(request.model)
    from ...transfer import Wishes, layer_network

    size = (request.image_size, request.image_size) if request.image_size else None
    wishes = Wishes(weights=request.weights, alpha=request.alpha, size=size)
    part = layer_network(**asked_layer(request.model, request.layer, wishes), pooling=request.pooling)
    prepared = part.preparation
    save(
        part.network,
        file,
        classes=(),
        scaling=prepared.scaling,
        size=prepared.size,
        interpolation=prepared.interpolation,
    )


def _check_whole(request: Request) -> None:
    if request.alpha is not None or request.weights != "imagenet" or request.image_size:
        raise ArgumentError(f"alpha, weights and image_size choose a network by name; {request.model} is whole.")


def _arguments(request: Request) -> dict[str, Any]:
    return {"weights": request.weights} | ({} if request.alpha is None else {"alpha": request.alpha})
