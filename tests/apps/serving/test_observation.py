"""What a server tells of itself: figures, numbers of requests, lines of JSON, and nothing of what went wrong inside."""

import json
import logging
import re
import warnings

import pytest
import requests

pytest.importorskip("starlette")

from prometheus_client.parser import text_string_to_metric_families

from amalthea.apps.serving.logs import json_lines, log_access
from amalthea.apps.serving.problems import problem_of
from amalthea.errors import ArgumentError, ImageError, MissingDependencyError, UnknownModelError

pytestmark = pytest.mark.single_backend


def figures(url):
    text = requests.get(f"{url}/metrics", timeout=10).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.items())): sample.value for sample in samples}


def test_figures(server, network_file, test_data):
    url = server(network_file)
    picture = (test_data / "images" / "hot_dog.jpg").read_bytes()
    for body in (picture, picture, b"no picture"):
        requests.post(f"{url}/v1/predict", body, headers={"Content-Type": "image/jpeg"}, timeout=20)
    broken = {"name": "pictures", "datatype": "BYTES", "shape": [2], "data": ["AAAA", "AAAA"]}
    for inputs in ([broken], [broken], [broken], []):
        requests.post(f"{url}/v2/models/mobilenet/infer", json={"inputs": inputs}, timeout=20)
    for path in ("/nowhere", "/elsewhere"):
        requests.get(f"{url}{path}", timeout=10)
    found = figures(url)

    def answered(route, method, status):
        labels = (("method", method), ("route", route), ("status", str(status)))
        return found.get(("amalthea_requests_total", *labels), 0)

    assert answered("/v1/predict", "POST", 200) == 2
    assert answered("/v1/predict", "POST", 422) == 1
    assert answered("other", "GET", 404) == 2  # whatever is asked for, the figures stay few
    assert found["amalthea_pictures_total", ("model", "mobilenet")] == 2
    assert answered("/v2/models/{name}/infer", "POST", 422) == 3
    assert found["amalthea_unreadable_pictures_total", ("model", "mobilenet")] == 1 + 3  # of /v2, the first of each
    assert found["amalthea_request_seconds_count", ("route", "/v1/predict")] == 3
    assert 0 < found["amalthea_request_seconds_sum", ("route", "/v1/predict")] < 60
    assert (found["amalthea_ready",], found["amalthea_requests_waiting",]) == (1, 0)
    assert found["amalthea_requests_in_flight",] == 1  # the one that asks
    assert found["amalthea_connections",] >= 1
    assert found["process_resident_memory_bytes",] > 0


def test_two_servers_count_by_themselves(served, server, network_file):
    requests.get(f"{served}/v1/models", timeout=10)
    found = figures(server(network_file))
    assert not [name for name in found if name[0] == "amalthea_requests_total" and ("route", "/v1/models") in name]


def test_each_request_has_a_number(served):
    def number(**headers):
        return requests.get(f"{served}/nowhere", headers=headers, timeout=10).headers["X-Request-ID"]

    assert number(**{"X-Request-ID": "from-a-client.7"}) == "from-a-client.7"
    others = [number(), number(), number(**{"X-Request-ID": "two words"}), number(**{"X-Request-ID": "a" * 129})]
    assert len(set(others)) == 4
    assert all(re.fullmatch(r"[0-9a-f]{8}-\d{6}", other) for other in others)


def test_no_browser_guesses(served):
    for path in ("/v1/models", "/", "/nowhere"):
        headers = requests.get(f"{served}{path}", timeout=10).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert not [name for name in headers if name.lower().startswith("access-control")]
        assert "server" not in headers


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_lines_of_json(capsys):
    facts = {"method": "GET", "path": "/\n\u2028é", "status": 200}
    with json_lines("info"):
        log_access(facts)
        logging.getLogger("amalthea.serving").debug("not told")
        logging.getLogger("uvicorn.error").info("nothing new")
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
        logging.getLogger("asyncio").error("a task has failed")
    log_access(facts)  # after the block nobody hears of it
    access, warning, error = lines(capsys)
    assert (error["level"], error["message"], error["logger"]) == ("error", "a task has failed", "asyncio")
    assert access.items() >= facts.items()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", access["time"])
    assert (warning["level"], warning["message"]) == ("warning", "Invalid HTTP request received.")


def test_warnings_and_what_other_packages_say_are_lines_of_json_too(capsys):
    shown, levels = warnings.showwarning, logging.getLogger().level
    with warnings.catch_warnings(), json_lines("info"):
        warnings.simplefilter("always")
        warnings.warn("it is large\nindeed", RuntimeWarning, stacklevel=1)
        logging.getLogger("PIL.TiffImagePlugin").error("More samples than can be decoded: 9")
        logging.getLogger("PIL.Image").info("not told")
    assert (warnings.showwarning, logging.getLogger().level) == (shown, levels)
    warning, error = lines(capsys)
    assert (warning["level"], warning["logger"]) == ("warning", "py.warnings")
    assert "RuntimeWarning: it is large\nindeed" in warning["message"]
    assert (error["level"], error["message"]) == ("error", "More samples than can be decoded: 9")


def test_quiet_tells_errors_alone(capsys):
    with json_lines("error"):
        log_access({"status": 200})
        logging.getLogger("amalthea.serving").warning("not told")
        logging.getLogger("PIL.Image").warning("not told")
        logging.getLogger("amalthea.serving").error("told")
    [line] = lines(capsys)
    assert line["message"] == "told"


@pytest.mark.parametrize(
    ("error", "status"), [(UnknownModelError("a"), 404), (ImageError("a"), 422), (ArgumentError("a"), 400)]
)
def test_errors_of_the_library_are_answers(error, status):
    assert (problem_of(error).status, problem_of(error).message) == (status, "a")


def test_what_is_not_installed_is_no_matter_of_the_client(capsys):
    with json_lines("info"):
        problem = problem_of(MissingDependencyError('It needs OpenCV: pip install "amalthea[training]"'))
    [line] = lines(capsys)
    assert problem.status == 501
    assert problem.message.startswith("This server does not offer what was asked for: a package is not installed")
    assert "pip" not in problem.message
    assert line["level"] == "warning"
    assert line["message"].endswith('It needs OpenCV: pip install "amalthea[training]"')


def test_what_nobody_foresaw_stands_in_the_log_alone(capsys):
    with json_lines("error"):
        try:
            raise RuntimeError("a secret path")
        except RuntimeError as error:
            problem = problem_of(error)
    [line] = lines(capsys)
    assert problem.status == 500
    assert "secret" not in problem.message
    [number] = re.findall(r"under the number ([0-9a-f]{8})", problem.message)
    assert line["message"] == f"Error {number}"
    assert "a secret path" in line["traceback"]
