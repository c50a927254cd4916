"""Fine-tuning that begins at the head and frees one block after the other (Howard and Ruder 2018)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ... import _keras
from ..training.loop import undone_after_an_error
from ..training.rates import Layer, layer_groups
from ..training.settings import Training
from ..training.watching import History

if TYPE_CHECKING:
    import keras


def learn_gradually(
    model: "keras.Model", history: History, variant: str | None, training: Training, learn: Callable[[Training], object]
) -> None:
    """Train what is not frozen in a model in several stages, each with some more of its last blocks.

    After an error in any of them, weights and history are those of before.

    Args:
        model: from pictures to scores. In the end, however that comes, its flags ``trainable`` are as they are now.
        history: to which ``learn`` adds its epochs.
        variant: the catalogue's name of its network; None: each of its layers counts as a block.
        training: of all stages together; the epochs are shared among them, and the first ones get what is left over.
        learn: trains what is not frozen then, for one stage.
    """
    *body, _ = layer_groups(model, variant)
    flags = [[(part, part.trainable) for layer in group for part in _keras.parts(layer)] for group in body]
    try:
        with undone_after_an_error(model, history):
            for epochs, freed in stages(training.epochs, len(body)):
                frozen = len(body) - freed
                for group in body[:frozen]:
                    _freeze(group)
                for group in flags[frozen:]:
                    _restore(group)
                learn(replace(training, epochs=epochs))
    finally:
        for group in flags:
            _restore(group)


def stages(epochs: int, blocks: int) -> Iterator[tuple[int, int]]:
    """For each stage how many epochs it has, and how many blocks train in it; where there are few epochs, few stages.

    Example:
        >>> list(stages(10, blocks=3))
        [(4, 1), (3, 2), (3, 3)]
        >>> list(stages(2, blocks=5))
        [(1, 3), (1, 5)]
    """
    count = max(min(epochs, blocks), 1)
    for stage in range(1, count + 1):
        yield epochs // count + (stage <= epochs % count), -(-blocks * stage // count)


def _freeze(group: list[Layer]) -> None:
    for layer in group:
        layer.trainable = False


def _restore(flags: list[tuple[Any, bool]]) -> None:
    for part, flag in flags:  # a layer comes before those inside it, to which it passes its own on
        part.trainable = flag
