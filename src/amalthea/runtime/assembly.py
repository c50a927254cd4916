"""What the two ways to a predictor share: from a model, and from a name of the catalogue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..catalog import ScalingSteps, Variant, imagenet_classes
from ..errors import ArgumentError, warn
from .layers import Ending
from .prediction import Predictor
from .runners import Runner

if TYPE_CHECKING:
    import keras

    from ..images import Preparation

Endings: TypeAlias = Callable[[tuple[str, ...]], Ending]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The arguments of ``predictor`` other than the network.

    Attributes:
        preprocess: whether pictures come as they are decoded.
        scaling: of such pictures; None takes that of the network's weights.
        opened: from a graph to its runner.
    """

    preprocess: bool
    scaling: ScalingSteps | None
    opened: Callable[..., Runner]

    def scaling_inside(self, model: "str | keras.Model", row: Variant | None) -> ScalingSteps | None:
        """What the graph does with pictures; None where they come scaled.

        Raises:
            ArgumentError: nobody said which pixels the network expects.
        """
        return known_scaling(model, self.scaling, row) if self.preprocess else None


def known_scaling(model: "str | keras.Model", scaling: ScalingSteps | None, row: Variant | None) -> ScalingSteps:
    """How a network wants pixels scaled: as it was said, else as its first layers or its row say.

    Args:
        model: of Keras, or the name of one that is not at hand.
        scaling: what was said; None for nothing.
        row: of the catalogue; None where the network is no known one.

    Raises:
        ArgumentError: neither is known.
    """
    name = model if isinstance(model, str) else getattr(model, "name", model)
    itself = not isinstance(model, str) and _scales_itself(model)
    if scaling is not None:
        if itself and scaling != ScalingSteps():
            warn(
                f"Model {name!r} scales pictures in its first layers, and scaling= does so before them. Leave it "
                "out, unless the model learned from pictures that were scaled twice.",
            )
        return scaling
    if itself:  # before the row, whose network they may stand in front of
        return ScalingSteps()
    if row is not None:
        return row.scaling.steps
    raise ArgumentError(
        f"Model {name!r} does not say which pixels it expects. Give scaling='caffe', 'tf', 'torch' or 'lite', or a "
        "number such as 1 / 255: whichever it was trained with; 1 if its own layers scale them."
    )


def _scales_itself(model: "keras.Model") -> bool:
    from .own_scaling import scales_itself

    return scales_itself(model)


def assembled(
    name: str,
    runner: Runner,
    signature: tuple[tuple[str, ...], Any],
    row: Variant | None,
    scaling: ScalingSteps | None,
    endings: Endings,
) -> Predictor:
    """A predictor with all that is known of its network.

    Args:
        name: of the network.
        runner: computes it.
        signature: names of its inputs, and how its outputs are nested.
        row: its row of the catalogue; None where it is not there.
        scaling: what happens to pictures, if that is not what the row says.
        endings: open the parts of it that end at layers.
    """
    inputs, outputs = signature
    thousand = row is not None and [port.shape[1:] for port in runner.outputs] == [(1000,)]
    classes = imagenet_classes() if thousand else ()
    return Predictor(
        name=name,
        runner=runner,
        inputs=inputs,
        outputs=outputs,
        variant=row,
        preparation=_preparation(runner, row, scaling),
        classes=tuple(known.name for known in classes),
        wordnet_ids=tuple(known.wordnet_id for known in classes),
        endings=endings,
    )


def _preparation(runner: Runner, row: Variant | None, scaling: ScalingSteps | None) -> "Preparation | None":
    """How pictures are prepared: at the network's own size, or where it takes any, at that of the training."""
    if row is None and scaling is None:
        return None  # and it may have several inputs
    from ..images import Preparation

    [spec] = runner.inputs
    rows, columns = spec.shape[2:] if spec.channels_first else spec.shape[1:3]
    if row is not None:
        steps = scaling or row.scaling.steps
        return Preparation(size=(rows or row.size, columns or row.size), scaling=steps, interpolation=row.interpolation)
    if scaling is None or rows is None or columns is None:
        return None
    return Preparation(size=(rows, columns), scaling=scaling)
