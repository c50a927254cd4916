"""The sections in which the help of ``amalthea train`` shows its options."""

from typing import Any

import click

from ..augmentation_options import Option, with_all
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


class Sectioned(click.Command):
    """A command with these options, which its help shows in their sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section after the other; last what every command has."""
        known = {param.name: param for param in self.get_params(ctx)}
        for title, options in _SECTIONS.items():
            records = [known.pop(name).get_help_record(ctx) for name in _parameters(options)]
            with formatter.section(title):
                formatter.write_dl([record for record in records if record])
        others = [param for param in known.values() if isinstance(param, click.Option)]  # FOLDER is explained above
        rest = [record for param in others if (record := param.get_help_record(ctx))]
        with formatter.section("Other"):
            formatter.write_dl(rest)


def _parameters(options: Any) -> list[str]:
    """Names of the parameters that options give a command."""

    def bare() -> None: ...

    with_all(options)(bare)
    return [param.name for param in reversed(bare.__click_params__)]  # type: ignore[attr-defined]
