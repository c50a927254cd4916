"""Triton's own client, which knows nothing of Amalthea, gets from a server what a predictor answers."""

import asyncio
import json
from threading import Event
from urllib.request import urlopen

import ml_dtypes
import numpy as np
import pytest

pytest.importorskip("starlette")
triton = pytest.importorskip("tritonclient.http")

import tritonclient.http.aio as asynchronous  # noqa: E402
from gevent import monkey  # noqa: E402 - tritonclient brings it
from tritonclient.utils import InferenceServerException, np_to_triton_dtype  # noqa: E402

from amalthea.apps.predict import DEMO  # noqa: E402
from amalthea.apps.serving import ServedModels, open_models  # noqa: E402
from amalthea.images import read_picture  # noqa: E402
from tests.images.samples import encoded  # noqa: E402

from .open_inference_server import CLASSES, serving, small_networks  # noqa: E402

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return small_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="module")
def port(models):
    with serving(models) as port:
        yield port


@pytest.fixture
def client(port):
    with triton.InferenceServerClient(f"127.0.0.1:{port}", concurrency=4) as client:
        yield client


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (3, 40, 36, 3), np.uint8)


def given(name, array, binary=True, datatype=None):
    tensor = triton.InferInput(name, list(array.shape), datatype or np_to_triton_dtype(array.dtype))
    return tensor.set_data_from_numpy(array, binary_data=binary)


def files_of(pictures):
    return np.array([encoded(picture, "PNG") for picture in pictures], dtype=object)


def test_the_client_leaves_python_as_it_is():
    assert not monkey.is_module_patched("socket")
    assert not monkey.is_module_patched("threading")


def test_server_and_models_are_there(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("five")
    assert client.is_model_ready("five", "1")
    assert not client.is_model_ready("six")
    assert not client.is_model_ready("five", "2")
    assert client.get_server_metadata()["extensions"][:2] == ["binary_tensor_data", "classification"]
    index = client.get_model_repository_index()
    assert [(entry["name"], entry["version"], entry["state"]) for entry in index] == [
        (name, "1", "READY") for name in ("five", "two", "pair")
    ]


def test_metadata_of_a_classifier(client):
    metadata = client.get_model_metadata("five", "1")
    assert metadata == {
        "name": "five",
        "versions": ["1"],
        "platform": "onnx_onnxv1",
        "inputs": [{"name": "input", "datatype": "UINT8", "shape": [-1, -1, -1, 3]}],
        "outputs": [{"name": metadata["outputs"][0]["name"], "datatype": "FP32", "shape": [-1, 5]}],
        "alternative_inputs": [{"name": "pictures", "datatype": "BYTES", "shape": [-1]}],
    }
    configuration = client.get_model_config("five")
    assert configuration["max_batch_size"] == 32
    assert configuration["input"] == [
        {"name": "input", "data_type": "TYPE_UINT8", "dims": [-1, -1, 3], "format": "FORMAT_NHWC"}
    ]


def test_metadata_of_arrays(client):
    metadata = client.get_model_metadata("pair")
    assert metadata["inputs"] == [
        {"name": "left", "datatype": "FP32", "shape": [-1, 4]},
        {"name": "right", "datatype": "FP32", "shape": [-1, 3]},
    ]
    assert [tensor["shape"] for tensor in metadata["outputs"]] == [[-1, 2], [-1, 4]]
    assert metadata["alternative_inputs"] == []


@pytest.mark.parametrize("binary_answer", [True, False])
@pytest.mark.parametrize("binary_question", [True, False])
def test_numbers_are_the_predictors_bit_for_bit(models, client, pixels, binary_question, binary_answer):
    expected = models.find("five").predictor(pixels)
    assert expected.std(axis=0).max() > 0.01, "the pictures look the same to this network"
    name = client.get_model_metadata("five")["outputs"][0]["name"]
    wanted = [triton.InferRequestedOutput(name, binary_data=binary_answer)]
    answer = client.infer("five", [given("input", pixels, binary_question)], outputs=wanted, request_id="§ 7")
    assert answer.as_numpy(name).tobytes() == expected.tobytes()
    head = answer.get_response()
    assert (head["id"], head["model_name"], head["model_version"]) == ("§ 7", "five", "1")
    assert ("data" in head["outputs"][0]) is not binary_answer


def test_pictures_of_any_size_are_resized(models, client):
    picture = read_picture(DEMO)[None]
    answer = client.infer("five", [given("input", picture)], "1")
    [name] = [output["name"] for output in answer.get_response()["outputs"]]
    assert answer.as_numpy(name).tobytes() == models.find("five").predictor(picture).tobytes()


@pytest.mark.parametrize("datatype", [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64])
@pytest.mark.parametrize("binary", [True, False])
def test_whole_numbers_of_each_type(models, client, datatype, binary):
    pixels = np.random.default_rng(1).integers(0, 128, (1, 40, 36, 3), datatype)
    assert same_as_predictor(models, client, "five", [given("input", pixels, binary)], pixels)


@pytest.mark.parametrize("datatype", [np.float16, np.float32, np.float64, np.int32, bool])
@pytest.mark.parametrize("binary", [True, False])
def test_several_inputs_in_any_order(models, client, datatype, binary):
    left = (np.arange(8).reshape(2, 4) - 3).astype(datatype)
    right = (np.arange(6).reshape(2, 3) / 4).astype(datatype)
    tensors = [
        given("right", right, binary or datatype == np.float16),
        given("left", left, binary or datatype == np.float16),
    ]
    assert same_as_predictor(models, client, "pair", tensors, [left, right])


def test_bfloat16(models, client):
    left, right = (np.array([row], ml_dtypes.bfloat16) for row in ([0.1, -2, 1e30, 3], [1e-30, 2, -0.7]))
    tensors = [given("left", left, datatype="BF16"), given("right", right, datatype="BF16")]
    assert same_as_predictor(models, client, "pair", tensors, [left.astype(np.float32), right.astype(np.float32)])


def same_as_predictor(models, client, name, tensors, x):
    answer = client.infer(name, tensors)
    expected = models.find(name).predictor(x)
    outputs = [answer.as_numpy(output["name"]) for output in answer.get_response()["outputs"]]
    expected = expected if isinstance(expected, list) else [expected]
    return [found.tobytes() for found in outputs] == [array.tobytes() for array in expected]


def test_a_subset_of_the_outputs(models, client):
    left, right = np.ones((1, 4), np.float32), np.zeros((1, 3), np.float32)
    names = [output["name"] for output in client.get_model_metadata("pair")["outputs"]]
    wanted = [triton.InferRequestedOutput(names[1])]
    answer = client.infer("pair", [given("left", left), given("right", right)], outputs=wanted)
    assert [output["name"] for output in answer.get_response()["outputs"]] == names[1:]
    assert (answer.as_numpy(names[1]) == left).all()
    assert answer.as_numpy(names[0]) is None


def test_files_of_pictures(models, client, pixels):
    files = files_of(pixels)
    answer = client.infer("five", [given("pictures", files, datatype="BYTES")])
    [name] = [output["name"] for output in answer.get_response()["outputs"]]
    assert answer.as_numpy(name).tobytes() == models.find("five").predictor(pixels).tobytes()
    column = client.infer("five", [given("pictures", files[:, None], datatype="BYTES")])
    assert (column.as_numpy(name) == answer.as_numpy(name)).all()


def test_no_picture_at_all(client):
    answer = client.infer("five", [given("input", np.zeros((0, 40, 36, 3), np.uint8))])
    [output] = answer.get_response()["outputs"]
    assert answer.as_numpy(output["name"]).shape == (0, 5)


@pytest.mark.parametrize("binary", [True, False])
def test_classification(models, client, pixels, binary):
    name = client.get_model_metadata("five")["outputs"][0]["name"]
    wanted = [triton.InferRequestedOutput(name, binary_data=binary, class_count=2)]
    found = client.infer("five", [given("input", pixels)], outputs=wanted).as_numpy(name)
    scores = models.find("five").predictor(pixels)
    assert found.shape == (3, 2)
    for texts, row in zip(found, scores, strict=True):
        for text, number in zip(texts, row.argsort()[::-1][:2], strict=True):
            value, index, label = (text.decode() if binary else text).split(":", 2)
            assert (np.float32(value), int(index), label) == (row[number], number, CLASSES[number])


def test_classification_by_one_sigmoid(models, client, pixels):
    name = client.get_model_metadata("two")["outputs"][0]["name"]
    wanted = [triton.InferRequestedOutput(name, class_count=9)]
    found = client.infer("two", [given("input", pixels[:1])], outputs=wanted).as_numpy(name)
    [[score]] = models.find("two").predictor(pixels[:1])
    texts = {text.decode().split(":", 1)[1]: np.float32(text.decode().split(":")[0]) for text in found[0]}
    assert texts == {"0:cat": np.float32(1) - score, "1:dog": score}


def test_classification_without_labels(client):
    tensors = [given("left", np.ones((1, 4), np.float32)), given("right", np.ones((1, 3), np.float32))]
    name = client.get_model_metadata("pair")["outputs"][0]["name"]
    wanted = [triton.InferRequestedOutput(name, class_count=1)]
    [[text]] = client.infer("pair", tensors, outputs=wanted).as_numpy(name)
    assert text.count(b":") == 1


def test_many_requests_at_once(models, client, pixels):
    asked = [client.async_infer("five", [given("input", np.roll(pixels, number, axis=1))]) for number in range(8)]
    for number, request in enumerate(asked):
        answer = request.get_result()
        [output] = answer.get_response()["outputs"]
        expected = models.find("five").predictor(np.roll(pixels, number, axis=1))
        np.testing.assert_allclose(answer.as_numpy(output["name"]), expected, rtol=0, atol=1e-6)


def test_the_client_for_asyncio(models, port, pixels):
    async def asked():
        async with asynchronous.InferenceServerClient(f"127.0.0.1:{port}") as client:
            assert await client.is_server_ready()
            with pytest.raises(InferenceServerException, match="There is no model 'six' here"):
                await client.get_model_metadata("six")
            return await client.infer("five", [given("input", np.repeat(pixels, 8, axis=0))])

    answer = asyncio.run(asked())
    [output] = answer.get_response()["outputs"]
    expected = models.find("five").predictor(np.repeat(pixels, 8, axis=0))
    assert answer.as_numpy(output["name"]).tobytes() == expected.tobytes()


@pytest.mark.parametrize("question", [None, "gzip", "deflate"])
@pytest.mark.parametrize("answer", [None, "gzip", "deflate"])
def test_compressed(models, client, question, answer):
    left = np.linspace(-1, 1, 4 * 32, dtype=np.float32).reshape(32, 4)
    right = np.linspace(-1, 2, 3 * 32, dtype=np.float32).reshape(32, 3)
    compression = {"request_compression_algorithm": question, "response_compression_algorithm": answer}
    names = [output["name"] for output in client.get_model_metadata("pair")["outputs"]]
    wanted = [triton.InferRequestedOutput(name, binary_data=name == names[0]) for name in names]
    found = client.infer("pair", [given("left", left), given("right", right)], outputs=wanted, **compression)
    expected = models.find("pair").predictor([left, right])
    for output, array in zip(found.get_response()["outputs"], expected, strict=True):
        assert found.as_numpy(output["name"]).tobytes() == array.tobytes()


def test_parameters_that_nobody_knows_are_ignored(models, client, pixels):
    wishes = {"sequence_id": 7, "sequence_start": True, "priority": 1, "timeout": 10**6, "parameters": {"mine": "x"}}
    answer = client.infer("five", [given("input", pixels)], **wishes)
    [output] = answer.get_response()["outputs"]
    assert answer.as_numpy(output["name"]).shape == (3, 5)


def test_the_client_hears_our_sentences(client, pixels):
    with pytest.raises(InferenceServerException, match="There is no model 'fife' here") as caught:
        client.infer("fife", [given("input", pixels)])
    assert caught.value.status() == "404"
    with pytest.raises(InferenceServerException, match=r"five has no version '2'; it is served in version '1' alone"):
        client.infer("five", [given("input", pixels)], "2")
    with pytest.raises(InferenceServerException, match="this server reads no shared memory"):
        client.infer("five", [triton.InferInput("input", [1, 2, 2, 3], "UINT8").set_shared_memory("region", 12)])


def test_not_ready_before_the_self_test_is_passed(models):
    passed = Event()

    class Slow(ServedModels):
        def verify(self):
            passed.wait(60)

    with serving(Slow(models.models), ready=False) as port, triton.InferenceServerClient(f"127.0.0.1:{port}") as client:
        try:
            assert client.is_server_live()
            assert not client.is_server_ready()
            assert not client.is_model_ready("five")
            assert client.get_model_repository_index()[0]["state"] == "UNAVAILABLE"
            with pytest.raises(InferenceServerException, match="its networks are being tried") as caught:
                client.infer("five", [given("input", np.zeros((1, 40, 36, 3), np.uint8))])
            assert caught.value.status() == "503"
        finally:
            passed.set()


def test_a_real_network_names_what_is_on_a_photograph():
    with serving(open_models(["EfficientNetLite0"])) as port:
        with triton.InferenceServerClient(f"127.0.0.1:{port}") as client:
            files = np.array([DEMO.read_bytes()], dtype=object)
            wanted = [triton.InferRequestedOutput("predictions", class_count=1)]
            answer = client.infer("EfficientNetLite0", [given("pictures", files, datatype="BYTES")], outputs=wanted)
            [[best]] = answer.as_numpy("predictions")
            assert best.decode().endswith(":285:Egyptian_cat")
        with urlopen(f"http://127.0.0.1:{port}/v2/models/EfficientNetLite0") as answer:
            assert json.load(answer)["inputs"] == [{"name": "input", "datatype": "UINT8", "shape": [-1, -1, -1, 3]}]
