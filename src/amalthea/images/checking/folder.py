"""A folder of pictures, looked through."""

import os
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from ..._progress import progress
from ...errors import ArgumentError, ImageError, MissingFileError, warn
from ...storage import file_digests
from ..decode import read_picture
from ..find import dangling_links, files_of_other_names, skipped_pictures
from ..folders import PARTS, class_folders, listed, pictures_by_class
from .findings import Duplicates, Finding, Kind
from .fingerprints import Fingerprint, fingerprinter, near_groups
from .inspection import Inspection, inspect
from .report import ImagesReport


class _Place(NamedTuple):
    """Where a picture was found; the class is None where it stands beside the class folders."""

    path: Path
    held_back: bool
    name: str | None


def check_images(
    folder: str | os.PathLike[str],
    validation: str | os.PathLike[str] | None = None,
    *,
    smallest: int = 32,
) -> ImagesReport:
    """Look through a folder of pictures for what would spoil training, or the belief in its result.

    Every picture is decoded whole, by threads, in bounded memory. Found are files that cannot be read, pictures of
    another format than their suffix says, tiny ones, ones without colour, in CMYK, or turned by their EXIF orientation;
    what nobody trains on, as it stands beside the class folders or its name is not that of a picture; the same file
    twice, and pictures that look the same, of which it tells whether they are in two classes, or in both folders (then
    validation asks for what was learned by heart); and how many there are of each class.

    Args:
        folder: holds one sub-folder for each class, two or more; or just pictures. They count at any depth, recognised
            by their suffix, hidden ones left out. Links are followed, but for those to a folder that they lie in.
        validation: such a folder as well, to validate with.
        smallest: side in pixels below which a picture is tiny. Most networks refuse pictures below 32.

    Returns:
        What was found. Pictures that look the same are searched for only if ImageHash is installed.

    Raises:
        MissingFileError: there is no such folder.
        ArgumentError: a folder is a file, has no picture at all, holds the parts of a data set instead of classes, or
            lies in the other one.

    Example:
        >>> for name in ("african/a.jpg", "asian/b.jpg"):
        ...     Path("elephants", name).parent.mkdir(parents=True)
        ...     Path("elephants", name).hardlink_to("elephant.jpg")
        >>> report = check_images("elephants")
        >>> report.sound, [path.name for path in report.duplicates[0].paths]
        (False, ['a.jpg', 'b.jpg'])
    """
    folders = [Path(folder)] if validation is None else [Path(folder), Path(validation)]
    for each in folders:
        _check_classes(each)
    if validation is not None:
        _check_apart(*folders)
    classes = sorted({name for each in folders for name in class_folders(each)})
    places = [
        place for each, held_back in zip(folders, (False, True), strict=False) for place in _places(each, held_back)
    ]
    fingerprint = fingerprinter()
    inspections = _inspected([place.path for place in places], smallest, fingerprint)
    same = _same_files(places, inspections)
    near = _same_looks(same, inspections) if fingerprint else None
    findings = [finding for inspection in inspections for finding in inspection.findings]
    used = _used(places, inspections, classes)
    return ImagesReport(
        pictures=len(used),
        classes=tuple(classes),
        training=_counts(used, classes, held_back=False),
        validation=_counts(used, classes, held_back=True) if validation is not None else None,
        findings=(*findings, *_left_out(folders, places, classes)),
        duplicates=tuple(_duplicates(places, group) for group in same if len(group) > 1),
        near_duplicates=None if near is None else tuple(_duplicates(places, group) for group in near),
    )


def _check_classes(folder: Path) -> None:
    names = class_folders(folder)
    if names and PARTS.issuperset(name.lower() for name in names):
        raise ArgumentError(
            f"{folder} holds {listed(names)}, which look like the parts of a data set, not its "
            "classes. Give one of them as the folder, and another one as validation."
        )


def _check_apart(folder: Path, other: Path) -> None:
    first, last = folder.resolve(), other.resolve()
    if first.is_relative_to(last) or last.is_relative_to(first):
        raise ArgumentError(
            f"{folder} and {other} are the same folder, or one lies in the other, so that pictures would be there "
            "twice. Give two folders that stand side by side."
        )


def _places(folder: Path, held_back: bool) -> list[_Place]:
    placed = pictures_by_class(folder)
    if not placed:
        raise ArgumentError(
            f"There is no picture in {folder}: no file in it has the suffix of one, such as .jpg or .png."
        )
    _advise_on_parts(folder, placed)
    return sorted(_Place(path, held_back, name) for name, paths in placed.items() for path in paths)


def _advise_on_parts(folder: Path, placed: Mapping[str | None, Sequence[Path]]) -> None:
    """Warn of sub-folders that all hold the same sub-folders, as the parts of a data set do, whatever their names."""
    parts = sorted(name for name in placed if name is not None)
    depth = len(folder.parts) + 1
    below = [{path.parts[depth] if len(path.parts) > depth + 1 else None for path in placed[part]} for part in parts]
    if len(parts) > 1 and len(below[0]) > 1 and None not in below[0] and all(names == below[0] for names in below):
        warn(
            f"{listed(parts)} in {folder} are taken for classes, but each holds the same folders, "
            f"{listed(filter(None, below[0]))}: they look like the parts of a data set. If they are, give one "
            "of them as the folder, and another one as validation."
        )


def _used(places: Sequence[_Place], inspections: Sequence[Inspection], classes: Sequence[str]) -> list[_Place]:
    """Where there is a picture to train on or to validate with."""
    found = zip(places, inspections, strict=True)
    return [place for place, inspection in found if inspection.readable and (place.name is not None or not classes)]


def _counts(places: Iterable[_Place], classes: Iterable[str], held_back: bool) -> tuple[int, ...]:
    counts = Counter(place.name for place in places if place.held_back == held_back)
    return tuple(counts[name] for name in classes)


def _inspected(paths: Sequence[Path], smallest: int, fingerprint: Fingerprint | None) -> list[Inspection]:
    pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="amalthea-checking")
    try:
        with warnings.catch_warnings(), progress("Checking", "pictures") as show:
            warnings.simplefilter("ignore")  # Pillow's, about damaged files, which do not name them
            inspections = []
            for inspection in pool.map(lambda path: inspect(path, smallest, fingerprint), paths):
                inspections.append(inspection)
                show(len(inspections), len(paths))
            return inspections
    finally:
        pool.shutdown(cancel_futures=True)


def _same_files(places: Sequence[_Place], inspections: Sequence[Inspection]) -> list[list[int]]:
    """Groups of pictures, most of a single one, whose files are equal byte for byte."""
    groups: dict[object, list[int]] = {}
    digests = file_digests([place.path for place in places])
    for number, (digest, inspection) in enumerate(zip(digests, inspections, strict=True)):
        if inspection.readable:
            groups.setdefault(digest or number, []).append(number)
    return list(groups.values())


def _same_looks(same: Sequence[Sequence[int]], inspections: Sequence[Inspection]) -> list[list[int]]:
    """Groups of pictures that look the same and are not all the same file."""
    near = near_groups([inspections[first].fingerprint for first, *_ in same])
    return [[number for place in group for number in same[place]] for group in near]


def _duplicates(places: Sequence[_Place], group: Iterable[int]) -> Duplicates:
    members = [places[number] for number in group]
    names = {member.name for member in members if member.name is not None}
    return Duplicates(
        paths=tuple(member.path for member in members),
        classes=tuple(sorted(names)),
        leaking=len({member.held_back for member in members}) == 2,
    )


def _left_out(folders: Sequence[Path], places: Iterable[_Place], classes: Sequence[str]) -> Iterator[Finding]:
    """Pictures that nobody trains on."""
    for path in skipped_pictures(folders):
        yield Finding(Kind.FOREIGN, path)
    for path in (link for folder in folders for link in dangling_links(folder)):
        yield Finding(Kind.DANGLING, path, f"leads to {os.readlink(path)}")
    for path in (path for folder in folders for path in files_of_other_names(folder)):
        if _is_picture(path):
            yield Finding(Kind.UNNAMED, path)
    for place in places:
        if classes and place.name is None:
            yield Finding(Kind.LOOSE, place.path)


def _is_picture(path: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        try:
            read_picture(path)
        except (ImageError, MissingFileError):
            return False
    return True
