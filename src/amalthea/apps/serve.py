"""``amalthea serve``: answer over HTTP, for programs and on a page."""

import socket
from importlib.util import find_spec
from math import isfinite
from typing import Any

import click

from ..errors import MissingDependencyError
from .networks import PRECISION
from .option_groups import in_sections
from .serving.logs import LEVELS

_NEEDED = ("starlette", "uvicorn", "httptools", "python_multipart", "prometheus_client")
_MEBIBYTE = 2**20

_EPILOG = """\b
amalthea serve pets.onnx ResNet50
curl -H 'Content-Type: image/jpeg' --data-binary @cat.jpg http://127.0.0.1:8000/v1/predict
curl -F picture=@cat.jpg -F top=3 http://127.0.0.1:8000/v1/predict

Clients of the Open Inference Protocol (KServe, Triton) find the same models under /v2, Prometheus its figures under
/metrics, and /openapi.json describes all addresses."""


_SECTIONS = {
    "Models": ("precision", "threads"),
    "Address": ("host", "port", "allowed_host", "api_key"),
    "Limits of a request": ("max_megabytes", "max_pixels", "max_pictures", "no_explain", "timeout"),
    "Limits of the server": ("processes", "concurrency", "waiting", "drain"),
    "Messages": ("log_level", "quiet"),
}


@click.command(cls=in_sections(_SECTIONS), short_help="Answer over HTTP, and on a page.", epilog=_EPILOG)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@PRECISION
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="That each network may use; without it, as many as help. With several --processes each has its own, by "
    "itself as many as its share of the processors.",
)
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
@click.option(
    "--max-pixels",
    type=click.IntRange(min=1),
    help="Of a picture; without it 25 million. More than AMALTHEA_MAX_PIXELS allows, 89 million where it is not set, "
    "cannot be read.",
)
@click.option("--max-pictures", type=click.IntRange(min=1), default=32, show_default=True, help="In a request.")
@click.option("--no-explain", is_flag=True, help="Refuse explanations, each of which takes as long as 145 predictions.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=3600),
    default=30,
    show_default=True,
    help="Seconds until a request must have arrived, and again until it must be answered.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="That answer as one server, each with its own networks in memory. Small networks on many processors gain. "
    "--concurrency, --waiting and the memory for bodies are divided among them, rounded up.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    help="Requests computed at a time; without it one for each processor. Explanations have half of this and of "
    "--waiting for themselves, beside it.",
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
    type=click.Choice(LEVELS),
    default="info",
    show_default=True,
    help="From which on messages are shown, each a line of JSON; requests are of level info.",
)
@click.option("--quiet", is_flag=True, help="Show errors alone.")
def serve(
    models: tuple[str, ...],
    precision: str,
    threads: int | None,
    processes: int,
    log_level: str,
    quiet: bool,
    **limits: Any,
) -> None:
    """Answer what is on pictures over HTTP, for programs and on a page.

    MODEL is an .onnx file from `amalthea train`, `amalthea export` or amalthea.save, or a name from `amalthea models`;
    the first of several answers those who name none. Without any, it is EfficientNetLite0.

    The page is at the address that is printed, http://127.0.0.1:8000 by default, where only this machine reaches it.
    Ctrl-C or SIGTERM end the server after it has finished what it accepted; a second Ctrl-C ends it at once.
    """
    _require_packages()
    _require_handing_over(processes)
    settings = _settings(**limits)
    if not (settings.loopback or settings.api_key):
        click.echo(
            f"Warning: whoever reaches {settings.host} may use this server. Set AMALTHEA_API_KEY to ask for a key.",
            err=True,
        )
    named, level = models or ("EfficientNetLite0",), "error" if quiet else log_level
    if processes > 1:
        from .serving.processes import serve_in_processes
        from .serving.started import Task

        task = Task(settings=settings, models=named, precision=precision, threads=threads, log_level=level)
        serve_in_processes(task, processes)
    else:
        from .serving import open_models
        from .serving import serve as run
        from .serving.running import end_process

        run(settings, open_models(named, precision, threads), level)
        end_process()


def _settings(
    *,
    allowed_host: tuple[str, ...],
    max_megabytes: float,
    concurrency: int | None,
    waiting: int | None,
    no_explain: bool,
    **same: Any,
) -> Any:
    """The settings that the options mean."""
    from .serving import ServerSettings
    from .serving.settings import WAITING

    if not isfinite(max_megabytes):
        raise click.BadParameter(f"{max_megabytes} is no number of MiB.", param_hint="'--max-megabytes'")
    same = {name: value for name, value in same.items() if value is not None}
    if concurrency is not None:
        same["concurrency"] = concurrency
        same["waiting"] = WAITING * concurrency
    if waiting is not None:
        same["waiting"] = waiting
    max_body = round(max_megabytes * _MEBIBYTE)
    return ServerSettings(hosts=allowed_host, max_body=max_body, explain=not no_explain, **same)


def _require_packages() -> None:
    """Refuse to begin without what the server is made of.

    Raises:
        MissingDependencyError: it is not installed.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise MissingDependencyError(f'amalthea serve needs {missing[0]}: pip install "amalthea[serve]"')


def _require_handing_over(processes: int) -> None:
    """Refuse several processes where one cannot hand a connection to another.

    Raises:
        click.BadParameter: it cannot.
    """
    if processes > 1 and not hasattr(socket, "send_fds"):
        raise click.BadParameter(
            f"{processes}: this system, such as Windows, does not let a process hand its connections to another. Leave "
            "it out; or start several servers on ports of their own, behind a proxy.",
            param_hint="'--processes'",
        )
