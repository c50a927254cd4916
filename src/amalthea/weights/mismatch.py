"""The message for a weight file that does not fit a network: where they part, and the likeliest reason."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .layer import inner_layers, shapes
from .matching import Match
from .nesting import nesting
from .report import LoadReport
from .stored import StoredLayer
from .verification import is_unverified

# Layers shown around the first difference.
_BEFORE, _AFTER = 1, 2
# Characters of a column.
_MAX_WIDTH = 60

_Shapes = list[tuple[int, ...]]


def mismatch_message(
    found: Sequence[Match], holders: Sequence[StoredLayer], report: LoadReport, source: str, *, by_name: bool
) -> str:
    """Explains, in a few lines, why layers with weights and stored layers with tensors do not fit."""
    nothing = replace(report, loaded=())
    first = next((number for number, match in enumerate(found) if not match.pairs), 0)
    rows = [
        (_described(match.place.name, shapes(match.place.layer)), _stored(match.stored))
        for match in found[max(first - _BEFORE, 0) : first + _AFTER + 1]
    ]
    axes = ", in PyTorch's order of axes" if any(holder.has_torch_axes for holder in holders) else ""
    return "\n".join(
        (
            f"{source} does not fit this model; no weight was changed ({nothing}).",
            f"Layers with weights, of {len(found)} in the model and {len(holders)} in the file{axes}:",
            *(f"  {ours:<{_MAX_WIDTH}}  {theirs}" for ours, theirs in [("model", "file"), *rows]),
            _reason(found, holders, by_name),
            *_unverified(Path(source)),
        )
    )


def other_options(named: Sequence[Match], source: str) -> tuple[str, ...]:
    """How ``load_weights`` would fill most layers, if it would.

    Args:
        named: what the file has for each layer by its name.
        source: path of the file.
    """
    fitting = sum(bool(match.pairs) for match in named)
    if fitting <= len(named) / 2:
        return ()
    unfit = any(match.stored and not match.pairs for match in named)
    options = "by_name=True, skip_mismatch=True" if unfit else "by_name=True"
    return (
        f"By their names, {fitting} of {len(named)} layers fit: amalthea.load_weights(model, {source!r}, {options}) "
        "fills these.",
    )


def _unverified(path: Path) -> tuple[str, ...]:
    """How to get rid of a file that was taken for an official one by its name alone."""
    if not is_unverified(path):
        return ()
    return ("Nobody published its hash, so any file of its name was taken: to fetch the official one, delete it.",)


def _described(name: str, known: _Shapes) -> str:
    text = f"{name} {' '.join(map(str, known))}"
    return text if len(text) <= _MAX_WIDTH else f"{text[: _MAX_WIDTH - 1]}…"


def _stored(layer: StoredLayer | None) -> str:
    return _described(layer.label, _shapes_in(layer)) if layer else "nothing"


def _shapes_in(layer: StoredLayer | None) -> _Shapes:
    return [tensor.shape for tensor in layer.tensors] if layer else []


def _reason(found: Sequence[Match], holders: Sequence[StoredLayer], by_name: bool) -> str:
    if not holders:
        return "The file holds no weights."
    if within := nesting([match.place for match in found], holders):
        return within
    if by_name and not any(match.stored for match in found):
        if not any(holder.name for holder in holders):
            return "The file keeps no names of layers: load it without by_name."
        return f"No layer of the file has a name of the model's; they are called {holders[0].label!r} and so on."
    present = [match for match in found if match.stored]
    unfit = [match.place.layer for match in present if not match.pairs]
    if unfit and all(map(inner_layers, unfit)):
        return (
            "In this format, a model within the model keeps the weights of frozen layers last: freeze the layers that "
            "were frozen when the file was saved, load, and unfreeze them."
        )
    kinds_agree = all(_ranks(shapes(match.place.layer)) == _ranks(_shapes_in(match.stored)) for match in present)
    if not present or not kinds_agree:
        return "The file belongs to another network."
    if len(present) < len(found):
        if all(match.stored for match in found[: len(present)]):
            return (
                "Has the file no classifier? Build the model with include_top=False, or take the file with the "
                "classifier."
            )
        return "The file belongs to another network."
    if all(match.pairs for match in found[:-1]):
        classes = _shapes_in(found[-1].stored)[-1][-1]
        return f"The file has {classes} classes: build the model with classes={classes}, or with include_top=False."
    return "The same layers in other widths: was the file trained with another alpha, or other input channels?"


def _ranks(known: _Shapes) -> list[int]:
    return [len(shape) for shape in known]
