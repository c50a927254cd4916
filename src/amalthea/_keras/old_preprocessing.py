"""What Keras 3 keeps of Keras 2's preparation of texts and series."""

from types import ModuleType


def old_sequences() -> ModuleType:
    """The module with ``TimeseriesGenerator``, ``make_sampling_table`` and ``skipgrams`` (no public name, 3.15.1)."""
    from keras.src.legacy.preprocessing import sequence

    return sequence  # type: ignore[no-any-return] # Keras carries no types


def old_text() -> ModuleType:
    """The module with ``Tokenizer`` and the functions around it (no public name, Keras 3.15.1)."""
    from keras.src.legacy.preprocessing import text

    return text  # type: ignore[no-any-return] # Keras carries no types
