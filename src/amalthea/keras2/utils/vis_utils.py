"""Drawings of models, which need pydot and Graphviz."""

from typing import Any

import keras
from keras.utils import model_to_dot

from .._spelling import advise

__all__ = ["model_to_dot", "plot", "plot_model"]


def plot_model(
    model: Any,
    to_file: str = "model.png",
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    **settings: Any,
) -> Any:
    """Draw the layers of a model into a file; where nothing is installed that draws, say so, and go on.

    Args:
        model: a built model.
        to_file: path of the picture.
        show_shapes: write the shapes of what layers take and return.
        show_layer_names: write the names of the layers.
        rankdir: "TB" draws from top to bottom, "LR" from left to right.
        **settings: of ``keras.utils.plot_model``.
    """
    try:
        return keras.utils.plot_model(
            model, to_file, show_shapes, show_layer_names=show_layer_names, rankdir=rankdir, **settings
        )
    except ImportError:
        advise(f"{to_file} is not drawn: that needs pydot (pip install pydot) and Graphviz, whose program is dot.")
        return None


def plot(model: Any, to_file: str = "model.png", show_shapes: bool = False, show_layer_names: bool = True) -> Any:
    """What Keras 1 called ``plot_model``."""
    return plot_model(model, to_file, show_shapes, show_layer_names)
