"""What docs/serving.md says, done against servers that are started as it says."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from amalthea.apps.command_line import command_line
from amalthea.apps.predict import DEMO
from amalthea.apps.serving import ServerSettings, open_models
from amalthea.apps.serving.application import application
from amalthea.apps.serving.running import configuration
from amalthea.apps.serving.wishes import Wishes
from tests.apps.serving.faults.conversation import ask, get, request
from tests.apps.serving.faults.processes import Process

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.single_backend


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def rows(title):
    """The cells of the first table after a heading."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line[:3] == "| `"]


LINES = [line for block in blocks("sh") for line in block.splitlines()]
SERVE_COMMAND = command_line.get_command(None, "serve")
CURL = [line for line in LINES if line.startswith("curl")]
SERVE = [
    *(line for line in LINES if line.startswith("amalthea serve")),
    *re.findall(r"^ExecStart=\S*/(amalthea serve .*)$", PAGE, re.MULTILINE),
    *(" ".join(json.loads(line)) for line in re.findall(r"^(?:CMD|    args:) (.*)$", PAGE, re.MULTILINE)),
    *re.findall(r"^docker run .* amalthea (amalthea serve .*)$", PAGE, re.MULTILINE),
]


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Starts a server; the first one makes the graph that all others find in the cache."""
    folder = tmp_path_factory.mktemp("serving")
    settings = pytest.MonkeyPatch()
    settings.setenv("AMALTHEA_CACHE", str(folder / "cache"))
    processes = []

    def started(*arguments):
        processes.append(Process(arguments, folder / f"{len(processes)}.log"))
        return processes[-1]

    yield started
    for process in processes:
        process.kill()
    settings.undo()


@pytest.fixture(scope="module")
def server(start):
    return start(*shlex.split(SERVE[0])[2:])


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("cat.jpg", "dog.jpg"):
        shutil.copy(DEMO, name)


def curled(line, server):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    command = shlex.split(os.path.expandvars(at(line, server)))
    answer = subprocess.run([*command, "--silent", "--show-error", "--fail-with-body"], capture_output=True, timeout=60)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return json.loads(answer.stdout)


def at(text, server):
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")


def test_the_answer_is_the_one_that_is_shown(here, server):
    [shown] = map(json.loads, blocks("json"))
    found = curled(CURL[0], server)
    assert found.keys() == shown.keys()
    [probability] = [each.pop("probability") for each in found["predictions"][0]["classes"]]
    assert probability == pytest.approx(shown["predictions"][0]["classes"][0].pop("probability"), abs=0.01)
    assert (found["model"], found["predictions"]) == (shown["model"], shown["predictions"])


def test_the_other_requests_by_curl(here, server):
    many, explained, models = (curled(line, server) for line in CURL[1:4])
    assert [each["answer"] for each in many["predictions"]] == ["Egyptian_cat"] * 2
    explanation = explained["predictions"][0]["explanation"]
    assert explanation["class"] == "Egyptian_cat"
    assert explanation["map"].startswith("data:image/png;base64,")
    assert [model["name"] for model in models["models"]] == ["EfficientNetLite0"]


def test_requests_with_the_key(here, server, start, monkeypatch):
    monkeypatch.setenv("AMALTHEA_API_KEY", "key of a test")
    closed = start("EfficientNetLite0")
    refused = get(closed.port, "/v1/models")
    assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert len(CURL[4:]) == 2
    for line in CURL[4:]:
        assert curled(line, closed)["predictions"][0]["answer"] == "Egyptian_cat"


def test_the_python_runs(here, server, capsys):
    example, _ = blocks("python")
    exec(compile(at(example, server), "serving.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == ["Egyptian_cat"]


def test_the_python_of_another_client_runs(here, server, capsys):
    pytest.importorskip("tritonclient.http")
    _, example = blocks("python")
    exec(compile(at(example, server), "serving.md", "exec"), {})
    assert ":285:Egyptian_cat'" in capsys.readouterr().out


def test_the_addresses_are_there(server):
    named = set(re.findall(r"`GET (/[\w/.]+)`", PAGE))
    assert named >= {"/metrics", "/v2/health/live", "/v2/health/ready", "/v2/models/NAME"}
    for path in named:
        assert get(server.port, path.replace("NAME", "EfficientNetLite0")).status == 200, path


def test_what_a_container_is_asked_for_its_health_is_answered(server):
    [command] = map(json.loads, re.findall(r"^HEALTHCHECK .*\n +CMD (.*)$", PAGE, re.MULTILINE))
    healthy = [sys.executable, *command[1:]]
    assert subprocess.run([*healthy[:-1], at(healthy[-1], server)], timeout=60).returncode == 0
    nowhere = subprocess.run([*healthy[:-1], healthy[-1].replace(":8000", ":1")], capture_output=True, timeout=60)
    assert nowhere.returncode == 1
    probes = set(re.findall(r"httpGet: {path: ([\w/]+), port: 8000}", PAGE))
    assert probes == {"/v2/health/live", "/v2/health/ready"}
    for path in probes:
        assert ask(server.port, request(path=path, method="GET", host="amalthea.pets.svc")).status == 200, path


@pytest.mark.parametrize("line", SERVE)
def test_the_options_exist(line):
    words = shlex.split(line)[2:]
    models = [word for word in words if not word.startswith("--")]
    assert models
    assert SERVE_COMMAND.make_context("serve", words).params


def test_the_limits_are_those_of_the_command():
    options = {name: option.default for option in SERVE_COMMAND.params for name in option.opts}
    settings = ServerSettings()
    assert settings.waiting == 8 * settings.concurrency
    computed = {
        "--concurrency": "one for each processor",
        "--waiting": "8 times as many",
        "--max-pixels": f"{settings.max_pixels / 1e6:.0f} million",
    }
    for option, _, default in rows("Limits"):
        name = option.strip("`")
        assert default == computed.get(name, str(options[name])), name
    assert len(rows("Limits")) == 8
    assert set(re.findall(r"`(--[\w-]+)", PAGE)) <= options.keys()


def test_connections_are_kept_longer_than_by_proxies():
    settings = ServerSettings()
    kept = configuration(application(open_models(["EfficientNetLite0"]), settings), settings).timeout_keep_alive
    [(told, by_proxies)] = re.findall(
        r"nothing more is asked for (\d+) seconds is closed\..* after (\d+) \(", PAGE, re.DOTALL
    )
    assert kept == int(told) > int(by_proxies)


def test_a_pod_has_time_to_be_forgotten_and_to_finish():
    [before] = re.findall(r'^    lifecycle: {preStop: {exec: {command: \["sleep", "(\d+)"\]}}}', PAGE, re.MULTILINE)
    [whole] = re.findall(r"^terminationGracePeriodSeconds: (\d+)", PAGE, re.MULTILINE)
    assert int(whole) > int(before) + ServerSettings().drain + 5


def test_the_speed_of_several_processes_is_that_of_the_benchmarks():
    rows = json.loads((ROOT / "benchmarks" / "results" / "serving-throughput.json").read_text(encoding="utf-8"))["rows"]
    small, large = ((row["amalthea serve, 2 processes"], row["amalthea serve"]) for row in rows)
    told = re.findall(
        r"answer\s(\d+) pictures a second with MobileNet 0.25, and one (\d+); .* (\d+) and (\d+)$", PAGE, re.M
    )
    assert told == [tuple(f"{rate:.0f}" for rate in (*small, *large))]


def test_the_fields_are_those_that_are_taken():
    assert [name.strip("`") for name, *_ in rows("Ask")] == [field.name for field in fields(Wishes)]


def test_links_lead_somewhere():
    for path in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert path.startswith("http") or (ROOT / "docs" / path).exists(), path
