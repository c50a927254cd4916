"""``amalthea layers``: the names that other commands take for ``--layer`` and ``--fine-tune``."""

import json
from typing import TYPE_CHECKING, Any

import click

from .networks import ALPHA, check_model, is_trained_on
from .tables import print_table

if TYPE_CHECKING:
    import keras

_TITLES = ("layer", "type", "output", "parameters", "block")


@click.command(short_help="List the layers of a network.")
@click.argument("model")
@ALPHA
@click.option("--json", "as_json", is_flag=True, help="Print every row as JSON.")
def layers(model: str, alpha: float | None, as_json: bool) -> None:
    """List the layers of MODEL, a name from `amalthea models` or a .keras file from `amalthea train`.

    Each name may stand after --layer of `amalthea features` and after --fine-tune of `amalthea train`. Output is what
    the layer returns for a picture of the usual size: rows × columns × channels. Blocks are what the network repeats.
    """
    check_model(model, alpha, weights="imagenet")
    if is_trained_on(model) and alpha is not None:
        raise click.UsageError(f"--alpha chooses a network by name; {model} is whole.")
    rows = _rows(*_opened(model, alpha))
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        print_table(_TITLES, [_cells(row) for row in rows], dispensable=("block", "parameters"))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    shape = " × ".join(map(str, row["output"]))
    return row["name"], row["type"], shape, f"{row['parameters']:,}", row["block"] or ""


def _opened(model: str, alpha: float | None) -> tuple["keras.Model", str]:
    """The network, and its name in the catalogue; "" for others."""
    if is_trained_on(model):
        from ..transfer import ImageClassifier

        classifier = ImageClassifier.load(model)
        return classifier.model_, classifier.variant_
    from ..architectures import get_model
    from ..runtime import named_variant

    name = named_variant(model).name
    return get_model(name, weights=None, **({} if alpha is None else {"alpha": alpha})), name


def _rows(network: "keras.Model", variant: str) -> list[dict[str, Any]]:
    from ..transfer import blocks_by_layer

    blocks = blocks_by_layer(network, variant) if variant else {}
    return [
        {
            "name": layer.name,
            "type": type(layer).__name__,
            "output": list(layer.output.shape[1:]),
            "parameters": layer.count_params(),
            "block": blocks.get(layer.name),
        }
        for layer in network.layers
    ]
