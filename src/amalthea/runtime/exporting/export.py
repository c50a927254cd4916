"""From a network to a file in another format."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ...errors import AmaltheaError
from ...storage import unusable_folder
from ..one_file import is_one_file
from .formats import check_target
from .trial import trial_of

if TYPE_CHECKING:
    import keras

    from ...images import Picture
    from ..quantization import Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, and how it did when it was tried.

    Attributes:
        path: the file, or the folder of a SavedModel.
        format: its name.
        megabytes: its size; of a folder or of two files, that of all.
        takes: what it wants as its input, in words.
        difference: the largest difference of one of its numbers from those that Keras computes for the same picture;
            where a file was given, or a model in half precision, from its predictor's. Of several outputs, that counts
            which comes nearest to its tolerance.
        tolerance: what it may have been: of probabilities 1e-4, of other numbers a thousandth of their deviation; more
            in lower precisions.
        best: class and probability that it answers for the picture, and those of the original; None where nobody knows
            the classes.
        cost: what int8 costs, measured on many pictures; None for other precisions.
    """

    path: Path
    format: str
    megabytes: float
    takes: str
    difference: float
    tolerance: float
    best: tuple[str, str] | None
    cost: "Cost | None"


def export(
    model: "keras.Model | str | os.PathLike[str]",
    path: str | os.PathLike[str],
    *,
    picture: "Picture | None" = None,
    precision: str = "float32",
    **options: Any,
) -> Exported:
    """Write a network in another format, run what was written, and compare its answer with that of the original.

    What does not run, or differs too much, is an error and leaves nothing behind.

    Args:
        model: of Keras, or a name of the catalogue; or a file of ``amalthea.save``, which can become ``.xml``, or int8.
        path: chooses the format. ``.onnx``: see ``amalthea.save``. ``.xml``: OpenVINO's, with the weights in a ``.bin``
            beside it; both take uint8 pictures and scale them themselves. ``.tflite``: LiteRT, formerly TensorFlow
            Lite; no suffix: a folder of TensorFlow's SavedModel. These two are written by Keras itself on its
            TensorFlow backend, and take what ``model.predict`` takes.
        picture: shown to the network; uint8 RGB, shape (rows, columns, 3), any size. Without it, or where nobody knows
            how pictures are prepared, numbers are drawn.
        precision: ``"float32"``. ``.onnx`` and ``.xml`` also ``"int8"``, which needs ``calibration``; ``.xml`` also
            ``"float16"``: the weights take half the room, and are computed with in float32.
        options: those of ``amalthea.save``, such as ``classes``, ``scaling`` and ``calibration``.

    Returns:
        What the trial said, as soon as the file is in its place.

    Raises:
        ArgumentError: another suffix, a precision that the format does not have, a format that cannot be written on
            this backend, or an answer that differs; the message says by how much.
        UnsupportedLayerError: the model has a layer that cannot become part of a graph.
        StorageError: the file cannot be written.
        UnknownModelError: the catalogue has no such name.
        DownloadError, WeightsError: the trained weights of a network that was given by name.
        MissingFileError, ModelFileError: ``model`` is a file that is not there, or none of ours.

    Example:
        >>> from amalthea.applications import MobileNet
        >>> from amalthea.runtime import export
        >>> network = MobileNet(alpha=0.25, weights=None, classes=2)
        >>> export(network, "pets.xml", classes=["cat", "dog"]).difference < 1e-4
        True
    """
    path = Path(path)
    wanted = check_target(path, precision, model)
    if isinstance(model, str) and not is_one_file(model):
        from ...architectures import get_model

        model = get_model(model)
    with _appearing(path) as temporary:
        cost = wanted.write(model, temporary, precision, options)
        trial = trial_of(model, picture, options)
        answers = wanted.run(temporary, trial)
        difference, tolerance = trial.compared(answers, precision, path.name)
        size = sum(file.stat().st_size for file in temporary.parent.rglob("*") if file.is_file())
    return Exported(
        path=path,
        format=wanted.name,
        megabytes=round(size / 1e6, 1),
        takes=trial.input_in_words(wanted.takes_pixels),
        difference=difference,
        tolerance=tolerance,
        best=trial.best(answers),
        cost=cost,
    )


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """A path of the same name in a folder beside; what is there when the block ends moves to its place.

    Of several files, that of the name comes last and its predecessor goes first, so that it never stands beside weights
    that are not its own.
    """
    try:
        with TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}.") as folder:
            yield Path(folder, path.name)
            others = [file for file in Path(folder).iterdir() if file.name != path.name]
            if others:
                path.unlink(missing_ok=True)
            for file in (*others, Path(folder, path.name)):
                os.replace(file, path.with_name(file.name))
    except OSError as problem:
        if isinstance(problem, AmaltheaError):
            raise
        raise unusable_folder(path.parent, problem, None) from problem
