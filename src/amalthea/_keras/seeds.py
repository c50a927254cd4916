"""The numbers that layers draw at random. Checked against Keras 3.15.1."""

from typing import Any


def begin_with(generator: Any, seed: int) -> None:
    """Let a ``keras.random.SeedGenerator`` go on as if it had been made with this seed.

    On torch, dropout draws from it only if ``_initial_seed`` says that it was given one (Keras 3.15.1).

    Args:
        generator: of a layer.
        seed: in [0, 2**31).
    """
    import numpy as np

    generator.state.assign(np.array([seed, 0], dtype=generator.state.dtype))
    generator._initial_seed = seed
