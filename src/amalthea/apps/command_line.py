"""The group of all commands. A command's module is imported when it is called, so that the light ones start at once."""

from difflib import get_close_matches
from importlib import import_module

import click

from .. import __version__
from ..errors import AmaltheaError
from .interruption import interruptible

_COMMANDS = (
    *("augment", "bench", "cache", "check", "evaluate", "explain", "export", "features", "layers", "migrate"),
    *("models", "predict", "run", "serve", "train", "weights"),
)


class _Commands(click.Group):
    """Finds a command in the module and under the name that it is called by."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            near = get_close_matches(cmd_name, _COMMANDS, n=1)
            ctx.fail(f"No such command {cmd_name!r}. {f'Did you mean {near[0]}?' if near else ''}".rstrip())
        command: click.Command = getattr(import_module(f".{cmd_name}", __package__), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            with interruptible():
                return super().invoke(ctx)
        except AmaltheaError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            ctx.exit(130)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="amalthea", message="%(prog)s %(version)s")
def command_line() -> None:
    """Classic pretrained image models, from pictures to answers."""
