"""Reviews of films, as numbers of words."""

from keras.datasets import imdb

from .._spelling import Spelling
from .._spelling.functions import spelt
from ._fetching import fetched

__all__ = ["get_word_index", "load_data"]

load_data = spelt(Spelling(renamed={"nb_words": "num_words"}))(fetched(imdb.load_data))
get_word_index = fetched(imdb.get_word_index)
