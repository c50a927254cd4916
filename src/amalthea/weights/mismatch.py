"""The message for a weight file that does not fit a network: where they part, and the likeliest reason."""

from collections.abc import Sequence
from itertools import zip_longest

from .layer import Layer, shapes
from .report import LoadReport
from .stored import Layout, StoredLayer

# Layers shown around the first difference.
_BEFORE, _AFTER = 1, 2
# Characters of a column.
_MAX_WIDTH = 60

_Shapes = list[tuple[int, ...]]


def mismatch_message(layers: Sequence[Layer], stored: Sequence[StoredLayer], report: LoadReport, source: str) -> str:
    """Explains, in a few lines, why layers with weights and stored layers with tensors do not fit."""
    in_model = [shapes(layer) for layer in layers]
    in_file = [[tensor.shape for tensor in layer.tensors] for layer in stored]
    names = [layer.name for layer in layers]
    first = names.index(report.mismatched[0]) if report.mismatched else len(stored)
    shown = slice(max(first - _BEFORE, 0), first + _AFTER + 1)
    rows = zip_longest(
        map(_described, names[shown], in_model[shown]),
        map(_described, [layer.name for layer in stored[shown]], in_file[shown]),
        fillvalue="nothing",
    )
    axes = ", in PyTorch's order of axes" if _has_torch_axes(stored) else ""
    return "\n".join(
        (
            f"{source} does not fit this model; no weight was changed ({report}).",
            f"Layers with weights, of {len(layers)} in the model and {len(stored)} in the file{axes}:",
            *(f"  {ours:<{_MAX_WIDTH}}  {theirs}" for ours, theirs in [("model", "file"), *rows]),
            _reason(in_model, in_file, report.mismatched == (names[-1],)),
        )
    )


def _described(name: str, known: _Shapes) -> str:
    text = f"{name} {' '.join(map(str, known))}"
    return text if len(text) <= _MAX_WIDTH else f"{text[: _MAX_WIDTH - 1]}…"


def _has_torch_axes(stored: Sequence[StoredLayer]) -> bool:
    return any(tensor.layout is Layout.TORCH for layer in stored for tensor in layer.tensors)


def _reason(in_model: list[_Shapes], in_file: list[_Shapes], last_alone: bool) -> str:
    if not in_file:
        return "The file holds no weights."
    common = len(in_file)
    if common < len(in_model) and _ranks(in_model[:common]) == _ranks(in_file):
        return (
            "Has the file no classifier? Build the model with include_top=False, or take the file with the classifier."
        )
    if _ranks(in_model) != _ranks(in_file):
        return "The file belongs to another network."
    if last_alone:
        classes = in_file[-1][-1][-1]
        return f"The file has {classes} classes: build the model with classes={classes}, or with include_top=False."
    return "The same layers in other widths: was the file trained with another alpha, or other input channels?"


def _ranks(all_shapes: list[_Shapes]) -> list[list[int]]:
    return [[len(shape) for shape in known] for known in all_shapes]
