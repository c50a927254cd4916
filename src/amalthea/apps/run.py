"""``amalthea run``: a script for Keras 1 or 2 runs again."""

from typing import get_args

import click


@click.command(
    short_help="Run a script for Keras 1 or 2.",
    context_settings={"allow_interspersed_args": False},
)
@click.option(
    "--keras",
    type=click.Choice(["1", "2", "auto"]),
    default="auto",
    show_default=True,
    help="The Keras it was written for, where 1 and 2 mean different things; auto: by what it says.",
)
@click.option("--explain", "explaining", is_flag=True, help="List in the end what was translated, line by line.")
@click.argument("script", type=click.Path(exists=True, dir_okay=False, readable=True))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(keras: str, explaining: bool, script: str, arguments: tuple[str, ...]) -> None:
    """Run SCRIPT, written for Keras 1 or 2 in the years 2016 to 2019, with its ARGUMENTS, on Keras 3.

    All is as if Python ran it: arguments, exit status, traceback, Ctrl-C. Imports of keras and tensorflow.keras, in the
    script and in modules of its folder, go to amalthea.keras2, which has the names and the behaviour of that time.
    Where the author may not have meant what it does today, a line on the standard error says so, with its place in the
    script. Without a display, plt.show() saves figure-1.png and says so.
    """
    from ..keras2._running import run as run_script
    from ..keras2._spelling.era import Era

    era = next((known for known in get_args(Era) if str(known) == keras), None)
    raise SystemExit(run_script(script, arguments, era, explaining))
