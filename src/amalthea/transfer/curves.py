"""Pictures of a training: loss and accuracy, epoch by epoch."""

import os
from collections.abc import Mapping, Sequence

from ..errors import ArgumentError, MissingDependencyError
from .png_files import png_path, save_figure

_PANELS = (("Accuracy", "accuracy"), ("Loss", "loss"))


def draw_curves(
    history: Mapping[str, Sequence[float]],
    path: str | os.PathLike[str],
    title: str = "",
    fine_tuning_from: int | None = None,
) -> None:
    """Draw accuracy and loss over the epochs into a PNG file: dots for training, a line for validation.

    Args:
        history: of one or several trainings: ``loss`` and ``accuracy``, and ``val_loss`` and ``val_accuracy`` where
            there was a validation; NaN for epochs without.
        path: ends in ``.png``; the file appears whole or not at all.
        title: stands above.
        fine_tuning_from: number of epochs before fine-tuning began, where a line is drawn.

    Raises:
        ArgumentError: the history has no epoch, or the path another suffix.
        StorageError: the file cannot be written.
        MissingDependencyError: Matplotlib is not installed.

    Example:
        >>> draw_curves({"loss": [0.9, 0.4], "accuracy": [0.6, 0.8]}, "curves.png")
    """
    path = png_path(path, "The curves are")
    if not history.get("loss"):
        raise ArgumentError("The history has no epoch yet: there is nothing to draw.")
    check_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5), layout="constrained")  # inches
    figure.suptitle(title, parse_math=False)
    for axes, (heading, name) in zip(figure.subplots(1, len(_PANELS)), _PANELS, strict=True):
        axes.plot(_epochs(history[name]), history[name], "o", color="tab:blue", label="Training")
        if validation := history.get(f"val_{name}"):
            axes.plot(_epochs(validation), validation, marker=".", color="tab:orange", label="Validation")
        if fine_tuning_from is not None:
            axes.axvline(fine_tuning_from + 0.5, color="grey", linestyle="--", label="Fine-tuning begins")
        axes.set(title=heading, xlabel="Epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    save_figure(figure, path)


def check_matplotlib(purpose: str = "Curves need") -> None:
    """Raise what drawing would raise only after a training.

    Args:
        purpose: how the message begins.

    Raises:
        MissingDependencyError: Matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise MissingDependencyError(f'{purpose} Matplotlib: pip install "amalthea[training]"') from None


def _epochs(values: Sequence[float]) -> range:
    return range(1, len(values) + 1)
