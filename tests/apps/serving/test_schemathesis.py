"""schemathesis reads the document, asks whatever it allows and forbids, and finds that the answers conform to it."""

import json
import subprocess
import sys

import pytest
import requests

pytest.importorskip("starlette")
pytest.importorskip("schemathesis")

from .open_inference_server import serving, small_networks

pytestmark = pytest.mark.single_backend

KEY = {"X-API-Key": "secret"}
SETTINGS = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 404, 405, 408, 413, 415, 422]
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return small_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="module")
def address(models):
    with serving(models, api_key=KEY["X-API-Key"]) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def run(tmp_path, address):
    """What schemathesis reports, always of the same requests."""

    def run(document, *options):
        (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        (tmp_path / "document.json").write_text(json.dumps(document), encoding="utf-8")
        program = [sys.executable, "-m", "schemathesis.cli", "--config-file=settings.toml", "run", "document.json"]
        # No schema says that a tensor has as many elements as its shape, so what conforms may be refused.
        checks = ["--checks=all", "--exclude-checks=positive_data_acceptance", "--continue-on-failure"]
        chosen = ["--generation-deterministic", "--report-json-path=found.json", f"--url={address}"]
        headers = [f"--header={name}:{value}" for name, value in KEY.items()]
        command = [*program, *checks, *chosen, *headers, *options]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
        found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
        assert ended.returncode == found["exit_code"], ended.stdout + ended.stderr
        return found, ended.stdout

    return run


@pytest.fixture
def document(address):
    found = requests.get(f"{address}/openapi.json", headers=KEY, timeout=30).json()
    # Of two ways to send the key, schemathesis spoils one, leaves the other, and is astonished that it is let in.
    assert {"bearer": []} in found["security"]
    found["security"].remove({"bearer": []})
    return found


def test_answers_conform_to_the_document(run, address, document):
    found, text = run(document, "--max-examples=20", "--phases=examples,coverage,fuzzing")
    assert found["failures"] == found["errors"] == [], text
    assert found["complete"]
    assert found["operations"]["tested"] == found["operations"]["total"] > 15
    assert found["test_cases"]["generated"] > 500
    assert found["valid_rates"]["POST /v2/models/{name}/infer"]["examples"]["accepted"], "no tensor was computed"
    assert found["valid_rates"]["POST /v1/predict"]["coverage"]["accepted"], "no picture was answered"
    figures = requests.get(f"{address}/metrics", headers=KEY, timeout=30).text
    assert 'status="200"' in figures
    assert 'status="5' not in figures


def test_it_would_find_an_answer_that_does_not_conform(run, document):
    answer = document["paths"]["/v2"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    answer["properties"]["version"] = {"type": "integer"}
    found, text = run(document, "--phases=coverage", "--include-path=/v2")
    assert found["failures"], text
    assert "Response violates schema" in text
