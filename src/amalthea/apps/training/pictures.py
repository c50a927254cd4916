"""The pictures of ``amalthea train``: to train on, and to validate with."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..pictures import check_class_folder
from .course import Photographs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...images import LabelledPictures
    from ...transfer import ImageClassifier


def found_pictures(folder: Path, validation: Path | None) -> "tuple[LabelledPictures, LabelledPictures | None]":
    """The pictures of the two folders."""
    from ...images import labelled_folder

    for path in filter(None, (folder, validation)):
        check_class_folder(path)
    found = labelled_folder(folder)
    return found, labelled_folder(validation, found.classes) if validation else None


def divided(
    found: "LabelledPictures",
    other: "LabelledPictures | None",
    fraction: float,
    seed: int,
    earlier: "ImageClassifier | None",
) -> tuple[Photographs, Photographs | None]:
    """Pictures to train on and to validate with; None where there are none of the latter.

    Args:
        found: all, or those to train on.
        other: to validate with, if they are given.
        fraction: of each class that is held back otherwise.
        seed: chooses that.
        earlier: a trained classifier that goes on; held back is none of the pictures that it learned from.

    Raises:
        click.ClickException: a sub-folder that is none of the classes known.
    """
    from ...images import split

    if other is None and fraction:
        if earlier is None:
            kept, taken = split(found.named_labels, fraction, seed)
        else:
            from ...transfer import split_unseen

            kept, taken = split_unseen(earlier, found.paths, found.named_labels, fraction, seed)
        found, other = found.take(kept), found.take(taken)
    known = earlier.classes_ if earlier else None
    return _photographs(found, known), other and _photographs(other, known)


def _photographs(found: "LabelledPictures", known: "NDArray[Any] | None") -> Photographs:
    """With the classes as a trained classifier knows them, which may be numbers; with their names for a new one."""
    from ...images.paths import compact

    classes = found.classes if known is None else known.tolist()
    named = {str(each): each for each in classes}
    if strangers := [name for name in found.classes if name not in named]:
        raise click.ClickException(
            f"--model: it knows the classes {', '.join(named)}; not among them: {', '.join(strangers)}. Name each "
            "sub-folder after one of them."
        )
    return Photographs(compact(found.paths), [named[name] for name in found.named_labels])
