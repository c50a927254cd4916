"""The names of ``keras.preprocessing.sequence``, of which Keras 3 keeps a copy."""

from keras.utils import pad_sequences

from ... import _keras

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]

TimeseriesGenerator = _keras.old_sequences().TimeseriesGenerator
make_sampling_table = _keras.old_sequences().make_sampling_table
skipgrams = _keras.old_sequences().skipgrams
