"""The names of ``keras.applications.music_tagger_crnn``, which tagged music and left Keras early in version 2."""

from typing import Any, NoReturn

from ...errors import ArgumentError


def MusicTaggerCRNN(*_: Any, **__: Any) -> NoReturn:
    """Say what became of it.

    Raises:
        ArgumentError: always.
    """
    raise _gone("MusicTaggerCRNN")


def preprocess_input(*_: Any, **__: Any) -> NoReturn:
    """Say what became of it.

    Raises:
        ArgumentError: always.
    """
    raise _gone("music_tagger_crnn.preprocess_input")


def decode_predictions(*_: Any, **__: Any) -> NoReturn:
    """Say what became of it.

    Raises:
        ArgumentError: always.
    """
    raise _gone("music_tagger_crnn.decode_predictions")


def _gone(name: str) -> ArgumentError:
    return ArgumentError(
        f"{name} is gone: it tagged music, not pictures, and Keras has dropped it without a successor. Keep "
        "a Keras 2.0 for it, or take a music tagger of another package."
    )


__all__ = ["MusicTaggerCRNN", "decode_predictions", "preprocess_input"]
