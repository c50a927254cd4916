"""Models of the user's own: their files, and what must be said of them."""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from ..errors import first_line
from ..runtime import is_classifier
from .option_groups import with_all

_OLD = (".h5", ".hdf5")

DESCRIBED = with_all(
    [
        click.option(
            "--classes",
            type=click.Path(exists=True, path_type=Path),
            metavar="FILE|FOLDER",
            help="Of a model of your own: names of its classes, one a line, in the order of its scores; or the folder "
            "that it learned from, whose sub-folders bear them.",
        ),
        click.option(
            "--scaling",
            help="Of such a model: what it expects of pixels, 'caffe', 'tf', 'torch' or 'lite'; or a factor, 1/255.",
        ),
        click.option(
            "--image-size",
            type=click.IntRange(min=1),
            help="Of such a model: side of its pictures in pixels, where it takes any.",
        ),
    ]
)
"""What a model of the user's own does not say itself."""


def is_own(model: str) -> bool:
    """Whether it is a file of a whole model that neither ``amalthea train`` nor the catalogue knows."""
    suffix = Path(model).suffix.lower()
    return suffix in _OLD or (suffix == ".keras" and is_classifier(Path(model)) is False)


def description(classes: Path | None, scaling: str | None, image_size: int | None) -> dict[str, Any]:
    """What ``amalthea.save`` takes, of the options that were given."""
    found = {
        "classes": None if classes is None else _names(classes),
        "scaling": None if scaling is None else _factor(scaling),
        "size": image_size,
    }
    return {name: value for name, value in found.items() if value is not None}


def load_own(file: Path) -> Any:
    """A model of any Keras. No code in the file is executed."""
    if file.suffix.lower() in _OLD:
        from ..keras2.models import load_model

        return load_model(file, compile=False)
    import keras

    try:
        return keras.saving.load_model(file, compile=False)
    except Exception as problem:  # Keras raises errors of many types
        raise click.ClickException(
            f"Keras cannot load {file}: {first_line(problem)}. Load it in Python, where its own classes and functions "
            "are, and give it to amalthea.runtime.export(model, path)."
        ) from problem


def _names(source: Path) -> list[str]:
    """Those of a text or of a folder, none of them twice."""
    names = _written(source)
    if not names:
        raise click.UsageError(f"--classes: {source} {'has no sub-folder' if source.is_dir() else 'names no class'}.")
    twice = [repr(name) for name, count in Counter(names).items() if count > 1]
    if twice:
        raise click.UsageError(f"--classes: {source} names {', '.join(twice)} more than once. Give each class its own.")
    return names


def _written(source: Path) -> list[str]:
    if source.is_dir():
        from ..images.folders import class_folders

        return sorted(class_folders(source))
    try:
        lines = source.read_text(encoding="utf-8-sig").splitlines()
    except ValueError as problem:
        raise click.UsageError(f"--classes: {source} is no text in UTF-8.") from problem
    return [line.strip() for line in lines if line.strip()]


def _factor(scaling: str) -> str | float:
    """The number that is meant by "1/255" or "1./255"; any other text as it is."""
    above, _, below = scaling.partition("/")
    try:
        return float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return scaling
