"""How Keras 1 and 2 spelt things: tables of renamed arguments, what gives them to Keras 3, and what is said of it."""

from .adoption import adopt
from .advice import advise, note, recording
from .spelling import Older, OldSpelling, Spelling, saved_as_keras, translated

__all__ = ["OldSpelling", "Older", "Spelling", "adopt", "advise", "note", "recording", "saved_as_keras", "translated"]
