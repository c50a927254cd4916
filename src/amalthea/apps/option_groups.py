"""Options that a command gets together, and the sections in which its help shows them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

Command = Callable[..., Any]
Option = Callable[[Command], Command]


def with_all(options: Sequence[Option]) -> Option:
    """A decorator that gives a command options, which its help shows in this order."""

    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def parameters_of(options: Sequence[Option]) -> list[str]:
    """Names of the parameters that options give a command."""

    def bare() -> None: ...

    with_all(options)(bare)
    return [param.name for param in reversed(bare.__click_params__)]  # type: ignore[attr-defined] # left by click


def in_sections(sections: Mapping[str, Sequence[str]]) -> type[click.Command]:
    """A kind of command whose help shows its options in sections, and at last those that are in none of them.

    Args:
        sections: names of parameters by the title under which they stand.
    """

    class Sectioned(click.Command):
        def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
            options = {param.name: param for param in self.get_params(ctx) if isinstance(param, click.Option)}
            placed = {title: [options.pop(name) for name in names] for title, names in sections.items()}
            for title, shown in {**placed, "Other": list(options.values())}.items():
                with formatter.section(title):
                    formatter.write_dl([record for each in shown if (record := each.get_help_record(ctx))])

    return Sectioned
