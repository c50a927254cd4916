"""News of Reuters, as numbers of words."""

from keras.datasets import reuters
from keras.datasets.reuters import get_word_index

from .._spelling import Spelling
from .._spelling.functions import spelt

__all__ = ["get_word_index", "load_data"]

load_data = spelt(Spelling(renamed={"nb_words": "num_words"}))(reuters.load_data)
