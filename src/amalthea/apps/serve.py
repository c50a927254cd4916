"""``amalthea serve``: answer over HTTP, for programs and on a page."""

from importlib.util import find_spec
from math import isfinite
from typing import Any

import click

from ..errors import MissingDependencyError

_NEEDED = ("starlette", "uvicorn", "httptools", "python_multipart", "prometheus_client")
_MEBIBYTE = 2**20

_EPILOG = """\b
amalthea serve pets.onnx ResNet50
curl -H 'Content-Type: image/jpeg' --data-binary @cat.jpg http://127.0.0.1:8000/v1/predict
curl -F picture=@cat.jpg -F top=3 http://127.0.0.1:8000/v1/predict

Clients of the Open Inference Protocol (KServe, Triton) find the same models under /v2, Prometheus its figures under
/metrics, and /openapi.json describes all addresses."""


class _Sections(click.Command):
    """Lists its options in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        placed = {name: title for title, names in _SECTIONS.items() for name in names}
        for title in _SECTIONS:
            with formatter.section(title):
                records = [each.get_help_record(ctx) for each in options if placed.get(each.name or "", _LAST) == title]
                formatter.write_dl([record for record in records if record])


_SECTIONS = {
    "Models": ("precision", "threads"),
    "Address": ("host", "port", "allowed_host", "api_key"),
    "Limits of a request": ("max_megabytes", "max_pixels", "max_pictures", "timeout"),
    "Limits of the server": ("concurrency", "waiting", "drain"),
    "Messages": ("log_level", "quiet"),
}
_LAST = "Messages"  # where --help stands


@click.command(cls=_Sections, short_help="Answer over HTTP, and on a page.", epilog=_EPILOG)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--precision",
    type=click.Choice(["float32", "bfloat16"]),
    default="float32",
    show_default=True,
    help="Of what is computed with; bfloat16 is up to twice as fast, where the processor has it.",
)
@click.option("--threads", type=click.IntRange(min=1), help="That each network may use; without it, as many as help.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen here; 0.0.0.0 is every address there is.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes one that is free."
)
@click.option(
    "--allowed-host",
    multiple=True,
    metavar="NAME",
    help="A further name by which clients may call the server, as that of a proxy; may be given several times. '*' "
    "allows all.",
)
@click.option(
    "--api-key",
    envvar="AMALTHEA_API_KEY",
    help="Refuse whoever does not send it. Better in the environment variable AMALTHEA_API_KEY: other users of a "
    "machine see the command lines.",
)
@click.option("--max-megabytes", type=click.FloatRange(min=0.001), default=20, show_default=True, help="Of a body.")
@click.option("--max-pixels", type=click.IntRange(min=1), default=25_000_000, show_default=True, help="Of a picture.")
@click.option("--max-pictures", type=click.IntRange(min=1), default=32, show_default=True, help="In a request.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=3600),
    default=30,
    show_default=True,
    help="Seconds until a request must have arrived, and again until it must be answered.",
)
@click.option(
    "--concurrency", type=click.IntRange(min=1), help="Requests computed at a time; without it one for each processor."
)
@click.option(
    "--waiting",
    type=click.IntRange(min=0),
    help="Requests that may wait for that; others are answered with 503 at once. Without it 8 times --concurrency.",
)
@click.option(
    "--drain",
    type=click.FloatRange(min=0.1, max=3600),
    default=30,
    show_default=True,
    help="Seconds to finish what was accepted, after SIGTERM or Ctrl-C.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="From which on messages are shown, each a line of JSON; requests are of level info.",
)
@click.option("--quiet", is_flag=True, help="Show errors alone.")
def serve(
    models: tuple[str, ...], precision: str, threads: int | None, log_level: str, quiet: bool, **limits: Any
) -> None:
    """Answer what is on pictures over HTTP, for programs and on a page.

    MODEL is an .onnx file from `amalthea train`, `amalthea export` or amalthea.save, or a name from `amalthea models`;
    the first of several answers those who name none. Without any, it is EfficientNetLite0.

    The page is at the address that is printed, http://127.0.0.1:8000 by default, where only this machine reaches it.
    Ctrl-C or SIGTERM end the server after it has finished what it accepted; a second Ctrl-C ends it at once.
    """
    _require_packages()
    from .serving import open_models
    from .serving import serve as run
    from .serving.running import end_process

    settings = _settings(**limits)
    if not (settings.loopback or settings.api_key):
        click.echo(
            f"Warning: whoever reaches {settings.host} may use this server. Set AMALTHEA_API_KEY to ask for a key.",
            err=True,
        )
    run(settings, open_models(models or ("EfficientNetLite0",), precision, threads), "error" if quiet else log_level)
    end_process()


def _settings(
    *, allowed_host: tuple[str, ...], max_megabytes: float, concurrency: int | None, waiting: int | None, **same: Any
) -> Any:
    """The settings that the options mean."""
    from .serving import ServerSettings
    from .serving.settings import WAITING

    if not isfinite(max_megabytes):
        raise click.BadParameter(f"{max_megabytes} is no number of MiB.", param_hint="'--max-megabytes'")
    if concurrency is not None:
        same["concurrency"] = concurrency
        same["waiting"] = WAITING * concurrency
    if waiting is not None:
        same["waiting"] = waiting
    return ServerSettings(hosts=allowed_host, max_body=round(max_megabytes * _MEBIBYTE), **same)


def _require_packages() -> None:
    """Refuse to begin without what the server is made of.

    Raises:
        MissingDependencyError: it is not installed.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise MissingDependencyError(f'amalthea serve needs {missing[0]}: pip install "amalthea[serve]"')
