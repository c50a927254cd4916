"""The document of all addresses is valid OpenAPI 3.1, and tells of this server."""

import pytest
import requests

pytest.importorskip("starlette")
schemathesis = pytest.importorskip("schemathesis")

from jsonschema_rs import ValidationError  # noqa: E402
from starlette.routing import Route  # noqa: E402

from amalthea.apps.serving import ServerSettings  # noqa: E402
from amalthea.apps.serving.application import application  # noqa: E402
from amalthea.apps.serving.documentation import document  # noqa: E402

from .open_inference_server import serving, small_networks  # noqa: E402

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return small_networks(tmp_path_factory.mktemp("networks"))


def documented(models, **settings):
    app = application(models, ServerSettings(**settings))
    return app, document(app.state.server)


@pytest.mark.parametrize("key", [None, "secret"])
def test_it_is_valid(models, key):
    _, found = documented(models, api_key=key)
    schemathesis.openapi.from_dict(found).validate()
    found["paths"]["/v2"]["get"]["responses"]["200"].pop("description")
    with pytest.raises(ValidationError, match="description"):
        schemathesis.openapi.from_dict(found).validate()


def test_it_has_every_address(models):
    app, found = documented(models)
    served = {
        (route.path.replace(":path}", "}"), method.lower())
        for route in app.routes
        if isinstance(route, Route)
        for method in route.methods - {"HEAD"}
    }
    described = {(path, method) for path, item in found["paths"].items() for method in item}
    assert len(served) > 15
    assert described == served
    operations = [one for item in found["paths"].values() for one in item.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)


def test_all_references_lead_somewhere(models):
    _, found = documented(models)

    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from references(part)

    names = {name.removeprefix("#/components/schemas/") for name in references(found)}
    assert names == set(found["components"]["schemas"])


def test_it_tells_of_this_server(models):
    _, found = documented(models, max_body=12_345, max_pictures=7, max_pixels=678, timeout=9, waiting=3)
    predict, infer = found["paths"]["/v1/predict"]["post"], found["paths"]["/v2/models/{name}/infer"]["post"]
    for operation in (predict, infer):
        told = {status: answer["description"] for status, answer in operation["responses"].items()}
        statuses = {"200", "400", "403", "404", "408", "413", "415", "422", "503", "504"}
        assert told.keys() == statuses | ({"501"} if operation is predict else set())
        assert told["413"] == "More than 12345 bytes, 7 pictures, or 678 pixels in one of them."
        assert "9 seconds" in told["408"]
        assert "9 seconds" in told["504"]
        assert "3 requests wait" in told["503"]
    assert infer["parameters"][0]["schema"] == {"enum": ["five", "two", "pair"]}
    model = next(parameter for parameter in predict["parameters"] if parameter["name"] == "model")
    assert model["schema"]["enum"] == ["five", "two", "pair"]
    assert model["schema"]["default"] == "five"
    assert "security" not in found


def test_the_key_is_asked_for_where_it_is(models):
    _, found = documented(models, api_key="secret")
    assert found["security"] == [{"bearer": []}, {"header": []}]
    assert "secret" not in str(found)
    with serving(models, api_key="secret") as port:
        for path, item in found["paths"].items():
            for method, operation in item.items():
                url = f"http://127.0.0.1:{port}{path.format(name='five', version='1')}"
                status = requests.request(method, url, timeout=30).status_code
                is_open = operation.get("security") == []
                assert (status == 401) is not is_open, path
                assert ("401" in operation["responses"]) is not is_open, path


def test_the_server_gives_it(models):
    with serving(models) as port:
        answer = requests.get(f"http://127.0.0.1:{port}/openapi.json", timeout=30)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == documented(models)[1]


def test_the_example_is_answered(models):
    _, found = documented(models)
    body = found["paths"]["/v2/models/{name}/infer"]["post"]["requestBody"]
    with serving(models) as port:
        url = f"http://127.0.0.1:{port}/v2/models/five/infer"
        answer = requests.post(url, json=body["content"]["application/json"]["example"], timeout=30)
    assert answer.status_code == 200
    assert answer.json()["outputs"][0]["shape"] == [1, 5]
