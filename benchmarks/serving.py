"""What ``amalthea serve`` makes of the speed of ``predict_images``: pictures a second over the loopback, how long
answers take, what happens when more is asked than can be answered, and whether its memory grows.

Photographs of 500 × 375 as JPEG, one a request, sent by a process of its own on the same processors; MobileNet 0.25
with its real weights, ResNet50 with live ones. All contenders run throughout and take turns. Beside it stands the same
network behind plain Keras on TensorFlow with FastAPI. Linux only: /proc tells memory and time of other processes.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

os.environ.setdefault("KERAS_BACKEND", "openvino")

import keras
from PIL import Image, ImageOps

import amalthea
from amalthea.architectures import get_model
from benchmarks.measure import median_ratio, write
from benchmarks.pauses import SHORTEST, pauses
from benchmarks.pets import DATA
from benchmarks.serving_load import Outcome
from benchmarks.serving_processes import Asked, Load, Server
from tests.live_weights import built_alive

SIZE = 500, 375
MANY_CONNECTIONS = 256  # enough for those that are on time and those that are refused
UNANSWERED = "0"  # a connection that ended
Rates = dict[str, list[float]]
Row = dict[str, object]


class Contest(NamedTuple):
    """What is measured of a network, and by which processes.

    Attributes:
        name: of the network.
        folder: with the pictures, in "pictures", and the files of the network.
        weights: a file that Keras reads.
        server: ``amalthea serve`` with the network.
        others: the same with several processes, under what they are called in the results.
        load: sends the requests.
        options: of the command line.
    """

    name: str
    folder: Path
    weights: Path
    server: Server
    others: dict[str, Server]
    load: Load
    options: argparse.Namespace

    def as_fast_as_it_can(self, server: Server | None = None) -> Outcome:
        return self.load.on(server or self.server, seconds=self.options.seconds, connections=self.options.connections)


def main() -> None:
    parts = {"throughput": throughput, "latency": latency, "overload": overload, "memory": memory}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--models", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of a turn")
    parser.add_argument("--pictures", type=int, default=64, help="different ones")
    parser.add_argument("--connections", type=int, default=16, help="that ask again as soon as they are answered")
    parser.add_argument("--share", type=float, default=0.7, help="of what it can answer, for the latency")
    parser.add_argument("--excess", type=float, default=2.5, help="of what it can answer, for the overload")
    parser.add_argument("--requests", type=int, default=100_000, help="for the memory, of the first model alone")
    parser.add_argument(
        "--processes",
        type=int,
        nargs="*",
        default=[],
        metavar="NUMBER",
        help="that beside a server of one process another has, for throughput and latency",
    )
    options = parser.parse_args()
    rows: dict[str, list[Row]] = {part: [] for part in options.parts}
    with TemporaryDirectory() as folder:
        _make_pictures(Path(folder, "pictures"), options.pictures)
        for name in options.models:
            with _contest(name, Path(folder), options) as contest:
                for part in options.parts:
                    if part != "memory" or name == options.models[0]:
                        rows[part].append({"model": name} | parts[part](contest))
                    for who, server in contest.others.items() if part == "latency" else ():
                        rows[part].append({"model": name, "server": who} | latency(contest._replace(server=server)))
                    _write(part, rows[part], options)


def _write(part: str, rows: list[Row], options: argparse.Namespace) -> None:
    """With the number of connections, for it decides how much may be computed together."""
    units = {
        "throughput": "pictures a second; milliseconds of the processor",
        "latency": "milliseconds",
        "overload": "milliseconds; shares",
        "memory": "MB",
    }
    rounds = {} if part == "memory" else {"rounds": options.rounds}
    write(f"serving-{part}", rows, unit=units[part], connections=options.connections, **rounds)


def throughput(contest: Contest) -> Row:
    """Pictures a second of the server, of ``predict_images`` in its three ways, and of plain Keras with FastAPI."""
    servers = {"amalthea serve": contest.server} | contest.others
    ways = {"many": "many a call", "single": "one a call", "threads": f"one a call, {os.cpu_count()} threads"}
    rates: Rates = {}
    taken: Rates = {}
    with ExitStack() as stack:
        alone = stack.enter_context(
            Asked("benchmarks.serving_in_process", str(_file(contest)), str(contest.folder / "pictures"))
        )
        best = alone.hear()
        assert all(server.best == best for server in servers.values()), "a server answers something else"
        for way in ("predict", "predict_on_batch"):
            servers[f"FastAPI, Keras' {way}"] = plain = stack.enter_context(_plain(contest, way))
            same = sum(map(str.__eq__, plain.best, contest.server.best)) / len(plain.best)
            assert same > 0.95, f"plain Keras answers {same:.0%} of the pictures alike"
        for number in range(contest.options.rounds + 1):  # the first is not counted
            found = {f"predict_images, {ways[way]}": alone.ask([way, contest.options.seconds]) for way in ways}
            found |= {who: _rate_of(contest, server) for who, server in servers.items()}
            for who, (rate, milliseconds) in found.items() if number else ():
                rates.setdefault(who, []).append(rate)
                taken.setdefault(who, []).append(milliseconds)
    row: Row = {who: round(median(values), 1) for who, values in rates.items()}
    ours = ["amalthea serve", *contest.others]
    for who in ours:
        row |= {f"{who} / {other}": median_ratio(rates[who], rates[other]) for other in rates if other not in ours}
    beside = (*ours, f"predict_images, {ways['many']}")
    return row | {f"ms of the processor a picture, {who}": round(median(taken[who]), 2) for who in beside}


def _rate_of(contest: Contest, server: Server) -> tuple[float, float]:
    """Pictures a second, and the milliseconds of the processor that server and load took for each."""
    before = server.processor()
    outcome = contest.as_fast_as_it_can(server)
    rate = _answered(outcome)
    answers = rate * outcome.seconds
    return rate, 1000 * (server.processor() - before + outcome.processor) / answers


def latency(contest: Contest) -> Row:
    """How long answers take at a share of what the server can answer: evenly asked, and at random times.

    And how often, and how long, the machine itself stops a program that only computes, while nobody asks the server.
    """
    wanted = contest.options.share
    machine = pauses(contest.options.seconds)
    found: dict[str, Rates] = {spacing: {} for spacing in ("even", "random")}
    capacities = []
    for _ in range(contest.options.rounds):
        capacities.append(_answered(contest.as_fast_as_it_can()))
        for spacing, values in found.items():
            outcome = contest.load.on(
                contest.server,
                seconds=2 * contest.options.seconds,
                connections=MANY_CONNECTIONS,
                rate=wanted * capacities[-1],
                spacing=spacing,
            )
            times = outcome.milliseconds["200"]
            for quantile in ("p50", "p99"):
                values.setdefault(quantile, []).append(times[quantile])
            # At random times so many may come at once that a few must be refused, which is no fault.
            values.setdefault("refused with 503, share", []).append(_refused(outcome))
    row: Row = {"pictures/s at most": round(median(capacities), 1), "asked": wanted}
    for spacing, values in found.items():
        row |= {f"{spacing}, {what}": float(f"{median(each):.3g}") for what, each in values.items()}
        row[f"{spacing}, p99 / p50"] = median_ratio(values["p99"], values["p50"])
    row[f"the machine's own pauses longer than {SHORTEST:g} ms, a second"] = round(machine.rate, 2)
    return row | {"the machine's longest pause": round(machine.longest, 1)}


def overload(contest: Contest) -> Row:
    """What is answered, refused and lost where more is asked than can be answered; and afterwards."""
    excess = contest.options.excess
    found: Rates = {}
    for _ in range(contest.options.rounds):
        before = _answered(contest.as_fast_as_it_can())
        outcome = contest.load.on(
            contest.server, seconds=contest.options.seconds, connections=MANY_CONNECTIONS, rate=excess * before
        )
        after = _answered(contest.as_fast_as_it_can())
        refused = _refused(outcome, UNANSWERED)
        refusals = outcome.milliseconds.get("503", {"p50": 0.0, "p99": 0.0})
        answers = sum(outcome.statuses.values())
        measured = {
            "asked, of what it can": answers / contest.options.seconds / before,
            "answered, of what it can": outcome.statuses["200"] / outcome.seconds / before,
            "refused with 503, share": refused,
            "503, p50 ms": refusals["p50"],
            "503, p99 ms": refusals["p99"],
            "200, p50 ms": outcome.milliseconds["200"]["p50"],
            "200, p99 ms": outcome.milliseconds["200"]["p99"],
            "connections lost": outcome.statuses.get(UNANSWERED, 0),
            "pictures/s afterwards / before": after / before,
        }
        for what, value in measured.items():
            found.setdefault(what, []).append(value)
    return {what: round(median(values), 2) for what, values in found.items()}


def memory(contest: Contest, samples: int = 20) -> Row:
    """Resident megabytes of the server after a tenth of the requests, when all is warm, the most, and the last."""
    seen = []
    for _ in range(samples):
        outcome = contest.load.on(
            contest.server,
            seconds=3600,
            requests=max(1, contest.options.requests // samples),
            connections=contest.options.connections,
        )
        _answered(outcome)
        seen.append(contest.server.resident())
    warm = seen[samples // 10 - 1 :]
    last = f"after {contest.options.requests:,} requests"
    return {"warm": round(warm[0], 1), "most": round(max(warm), 1), last: round(warm[-1], 1)}


def _answered(outcome: Outcome) -> float:
    """Pictures a second, where all must have been answered."""
    if set(outcome.statuses) != {"200"}:
        raise RuntimeError(f"not all requests were answered: {outcome.statuses}")
    return outcome.statuses["200"] / outcome.seconds


def _refused(outcome: Outcome, *also: str) -> float:
    """The share of answers that are 503, where there are none but these, 200 and those of the statuses ``also``."""
    if other := set(outcome.statuses) - {"200", "503", *also}:
        raise RuntimeError(f"answers of status {other}: {outcome.statuses}")
    return outcome.statuses.get("503", 0) / sum(outcome.statuses.values())


def _mobilenet(weights: Path) -> keras.Model:
    real = DATA / "weights" / "mobilenet_2_5_224_tf.h5"
    weights.write_bytes(real.read_bytes())
    return get_model("MobileNet", alpha=0.25, weights=real)


def _resnet(weights: Path) -> keras.Model:
    model = built_alive(partial(get_model, "ResNet50", weights=None))
    model.save(weights)
    return model


NETWORKS: dict[str, Callable[[Path], keras.Model]] = {"MobileNet:0.25": _mobilenet, "ResNet50": _resnet}


@contextmanager
def _contest(name: str, folder: Path, options: argparse.Namespace) -> Iterator[Contest]:
    stem = name.replace(":", "-")
    weights = folder / f"{stem}.h5"
    amalthea.save(NETWORKS[name](weights), folder / f"{stem}.onnx")
    keras.utils.clear_session()
    arguments = ["-m", "amalthea", "serve", str(folder / f"{stem}.onnx"), "--port", "0"]
    settings = {"AMALTHEA_CACHE": str(folder / "cache")}
    pictures = sorted((folder / "pictures").iterdir())
    with ExitStack() as stack:
        server = stack.enter_context(Server(arguments, folder / f"{stem}.log", settings, pictures))
        others = {}
        for number in options.processes:
            more, log = [*arguments, "--processes", str(number)], folder / f"{stem}-{number}.log"
            others[f"amalthea serve, {number} processes"] = stack.enter_context(Server(more, log, settings, pictures))
        yield Contest(name, folder, weights, server, others, stack.enter_context(Load()), options)


def _plain(contest: Contest, way: str) -> Server:
    arguments = ["-m", "benchmarks.serving_plain", contest.name, str(contest.weights), way]
    settings = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return Server(arguments, contest.folder / f"{way}.log", settings, contest.server.pictures)


def _file(contest: Contest) -> Path:
    return contest.weights.with_suffix(".onnx")


def _make_pictures(folder: Path, count: int) -> None:
    folder.mkdir()
    sources = sorted((DATA / "pets" / "train").rglob("*.jpg"))
    for number, source in enumerate(sources[:: max(1, len(sources) // count)][:count]):
        with Image.open(source) as picture:
            ImageOps.fit(picture.convert("RGB"), SIZE).save(folder / f"{number:03}.jpg", quality=90)


if __name__ == "__main__":
    main()
