"""The names of ``keras.preprocessing.text``, of which Keras 3 keeps a copy."""

from ... import _keras
from .._spelling import OldSpelling, Spelling

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]

hashing_trick = _keras.old_text().hashing_trick
one_hot = _keras.old_text().one_hot
text_to_word_sequence = _keras.old_text().text_to_word_sequence
tokenizer_from_json = _keras.old_text().tokenizer_from_json


class Tokenizer(OldSpelling, _keras.old_text().Tokenizer):  # type: ignore[misc] # Keras carries no types
    """Makes numbers of words; ``nb_words`` is ``num_words``."""

    spelling = Spelling(renamed={"nb_words": "num_words"})
