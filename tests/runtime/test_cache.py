"""Entries of the cache come back whole or not at all."""

import onnx
import pytest
from onnx import helper

from amalthea.errors import AmaltheaWarning
from amalthea.runtime import cache

pytestmark = pytest.mark.single_backend

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def entry():
    path = cache.store("kind/entry.bin", CONTENT)
    assert path is not None
    return path


def test_what_goes_in_comes_out(entry, home):
    assert entry == home / "cache" / "kind" / "entry.bin"
    assert cache.find("kind/entry.bin") == entry
    assert cache.load("kind/entry.bin") == CONTENT
    assert [path.name for path in entry.parent.iterdir()] == ["entry.bin"]


def test_what_was_never_stored():
    assert cache.find("kind/other.bin") is None
    assert cache.load("kind/other.bin") is None


DAMAGES = {
    "empty": lambda content: b"",
    "seal alone": lambda content: content[-76:],
    "cut off": lambda content: content[:-1],
    "cut in half": lambda content: content[: len(content) // 2],
    "cut at its start": lambda content: content[1:],
    "longer": lambda content: content + b"\0",
    "first bit": lambda content: bytes([content[0] ^ 1]) + content[1:],
    "a bit in the middle": lambda content: content[:999] + bytes([content[999] ^ 128]) + content[1000:],
    "last bit": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "not ours": lambda content: b"something else altogether" * 20,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed(entry, damage):
    entry.write_bytes(DAMAGES[damage](entry.read_bytes()))
    assert cache.find("kind/entry.bin") is None
    assert cache.load("kind/entry.bin") is None
    cache.store("kind/entry.bin", CONTENT)
    assert cache.load("kind/entry.bin") == CONTENT


def test_a_sealed_graph_is_a_graph():
    tensors = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in "ab"]
    graph = helper.make_graph([helper.make_node("Relu", ["a"], ["b"])], "graph", tensors[:1], tensors[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    path = cache.store("graphs/x.onnx", model.SerializeToString())
    found = onnx.load(path)
    onnx.checker.check_model(found, full_check=True)
    [seal] = found.metadata_props
    assert seal.key == "sha256"
    del found.metadata_props[:]
    assert found == model


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AMALTHEA_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(AmaltheaWarning, match="Nothing is cached, so the next start.*Cannot write .*set AMALTHEA_CACHE"):
        assert cache.store("kind/entry.bin", CONTENT) is None
    assert cache.load("kind/entry.bin") is None


def test_keys_depend_on_every_value():
    values = [(1, 2), (2, 1), (1,), ("1", 2), (1, {"a": 2}), (1, {"b": 2}), (12,), (1, None), (1, [2])]
    assert len({cache.key_of(*item) for item in values}) == len(values)
    assert cache.key_of({"a": 1, "b": 2}) == cache.key_of({"b": 2, "a": 1})
    with pytest.raises(TypeError):
        cache.key_of(object())
