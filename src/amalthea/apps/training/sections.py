"""The sections in which the help of ``amalthea train`` shows its options."""

from ..option_groups import Option, in_sections, parameters_of, with_all
from .options import ANSWERS, AUGMENTATION, CHOICE, HEAD, NETWORK, PICTURES, RESULTS, TRAINING, TUNING

_SECTIONS: dict[str, tuple[Option, ...]] = {
    "Results": RESULTS,
    "Pictures": PICTURES,
    "Network": NETWORK,
    "Choosing": CHOICE,
    "Head": HEAD,
    "Training": TRAINING,
    "Fine-tuning": TUNING,
    "Augmentation": AUGMENTATION,
    "Answers": ANSWERS,
}

with_options = with_all([option for options in _SECTIONS.values() for option in options])
"""Gives a command all of them."""

Sectioned = in_sections({title: parameters_of(options) for title, options in _SECTIONS.items()})
"""A command with these options, which its help shows in their sections."""
