"""What is read of an ONNX file without onnx is what onnx reads."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from amalthea.runtime.metadata import keeps_weights_elsewhere, metadata_entry, read_metadata

pytestmark = pytest.mark.single_backend


def model_with(**texts):
    tensors = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in "ab"]
    graph = helper.make_graph([helper.make_node("Relu", ["a"], ["b"])], "graph", tensors[:1], tensors[1:])
    model = helper.make_model(graph, model_version=-1, opset_imports=[helper.make_opsetid("", 18)])
    for key, value in texts.items():
        model.metadata_props.add(key=key, value=value)
    return model


@given(st.dictionaries(st.text(), st.text(max_size=300)))
def test_any_text(texts):
    model = model_with(**texts)
    found = read_metadata(memoryview(model.SerializeToString()))
    assert found == texts == {entry.key: entry.value for entry in model.metadata_props}


def test_a_file_that_is_cut_off():
    content = model_with(key="value").SerializeToString()
    for length in range(len(content)):
        try:
            assert read_metadata(memoryview(content)[:length]) in ({}, {"key": "value"})
        except ValueError:
            continue


@given(st.binary())
def test_any_bytes_end_in_texts_or_a_value_error(content):
    try:
        read_metadata(memoryview(content))
    except ValueError:
        return


def test_what_is_no_message():
    for content in (
        b"\xff" * 20,
        b"\x0b",
        b"\x72\x50short",
        b"\x89PNG\r\n\x1a\n",
        b"\x72\x07\x0a\x02\xff\xff\x12\x01a",
    ):
        with pytest.raises(ValueError):
            read_metadata(memoryview(content)) or pytest.fail(str(content))


@given(st.dictionaries(st.text(), st.text(max_size=300)))
def test_texts_that_are_written_behind_a_model(texts):
    content = model_with().SerializeToString() + b"".join(map(metadata_entry, texts, texts.values()))
    model = onnx.load_model_from_string(content)
    assert {entry.key: entry.value for entry in model.metadata_props} == texts
    assert read_metadata(memoryview(content)) == texts


@pytest.mark.parametrize("length", [0, 127, 128, 16_383, 16_384, 3_000_000])
def test_a_text_of_any_length(length):
    content = model_with().SerializeToString() + metadata_entry("key", "x" * length)
    assert onnx.load_model_from_string(content).metadata_props[0].value == "x" * length


def test_weights_that_stand_elsewhere(tmp_path):
    model = model_with(key="value")
    model.graph.initializer.append(numpy_helper.from_array(np.arange(50.0), "weights"))
    assert not keeps_weights_elsewhere(memoryview(model.SerializeToString()))
    onnx.save(model, tmp_path / "model.onnx", save_as_external_data=True, size_threshold=0)
    assert keeps_weights_elsewhere(memoryview((tmp_path / "model.onnx").read_bytes()))
