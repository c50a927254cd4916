"""Entries of the cache come back whole or not at all, and those that were used longest ago make room."""

import os
import resource
import subprocess
import sys
import time
from mmap import ACCESS_READ, mmap

import numpy as np
import onnx
import pytest
from onnx import helper

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.runtime import cache
from amalthea.runtime.seal import SIZE
from tests.live_weights import built_alive
from tests.runtime.damage import mutated, replaced

pytestmark = pytest.mark.single_backend

CONTENT = bytes(range(256)) * 40
NAME = f"graphs/{cache.key_of('entry')}.onnx"
DAY = 24 * 3600


@pytest.fixture
def entry():
    path = cache.store(NAME, CONTENT)
    assert path is not None
    return path


def test_what_goes_in_comes_out(entry, home):
    assert entry == home / "cache" / NAME
    assert cache.find(NAME) == entry
    assert cache.load(NAME) == CONTENT
    assert [path.name for path in entry.parent.iterdir()] == [entry.name]
    assert entry.stat().st_size == len(CONTENT) + SIZE


def test_what_was_never_stored():
    assert cache.find("graphs/other.onnx") is None
    assert cache.load("graphs/other.onnx") is None


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
    assert cache.find(NAME) is None
    assert cache.load(NAME) is None
    cache.store(NAME, CONTENT)
    assert cache.load(NAME) == CONTENT


def test_two_thousand_ways_of_damage(entry):
    whole = entry.read_bytes()
    for content in mutated(whole, 2000):
        replaced(entry, content)
        assert cache.load(NAME) is None
        assert cache.find(NAME) is None


def test_a_sealed_graph_is_a_graph():
    tensors = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in "ab"]
    graph = helper.make_graph([helper.make_node("Relu", ["a"], ["b"])], "graph", tensors[:1], tensors[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    path = cache.store(NAME, model.SerializeToString())
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
        assert cache.store(NAME, CONTENT) is None
    assert cache.load(NAME) is None


def test_a_full_disk(entry):
    """A limit on the size of files, which is what a full disk is to a program."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.warns(AmaltheaWarning, match="Nothing is cached, so .*File too large. Make room"):
            assert cache.store(named(1), CONTENT) is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(entry.parent.iterdir()) == [entry]
    assert cache.load(NAME) == CONTENT


def test_keys_depend_on_every_value():
    values = [(1, 2), (2, 1), (1,), ("1", 2), (1, {"a": 2}), (1, {"b": 2}), (12,), (1, None), (1, [2])]
    assert len({cache.key_of(*item) for item in values}) == len(values)
    assert cache.key_of({"a": 1, "b": 2}) == cache.key_of({"b": 2, "a": 1})
    with pytest.raises(TypeError):
        cache.key_of(object())


def named(number):
    return f"{('graphs', 'compiled')[number % 2]}/{cache.key_of(number)}.bin"


def stored(number, days_ago=0):
    path = cache.store(named(number), bytes(1000))
    used(path, days_ago)
    return path


def used(path, days_ago):
    moment = time.time() - days_ago * DAY
    os.utime(path, (moment, moment))


def kept():
    return [number for number in range(20) if cache.find(named(number))]


@pytest.fixture
def limit(monkeypatch):
    """A function that allows so many entries of 1000 bytes."""
    return lambda entries: monkeypatch.setenv("AMALTHEA_CACHE_SIZE", str(entries * (1000 + SIZE) / 2**30))


def test_the_entries_used_longest_ago_make_room(limit):
    for number in range(5):
        stored(number, days_ago=10 - number)
    limit(3.5)
    stored(5)
    assert kept() == [3, 4, 5]


def test_looking_at_an_entry_is_using_it(limit):
    for number in range(5):
        stored(number, days_ago=10 - number)
    assert cache.find(named(0))
    assert cache.load(named(1))
    limit(3.5)
    stored(5)
    assert kept() == [0, 1, 5]


def test_what_was_found_a_moment_ago_stays_though_there_is_no_room(limit):
    stored(0, days_ago=2)
    path = stored(1, days_ago=2)
    assert cache.find(named(0))
    limit(1.5)
    stored(2)
    assert kept() == [0, 2]
    assert not path.exists()


def test_what_nobody_wants_any_more_goes_though_there_is_room():
    for number, days_ago in enumerate((400, 31, 29, 1)):
        stored(number, days_ago)
    stored(4)
    assert kept() == [2, 3, 4]


def test_an_open_entry_can_be_read_after_it_had_to_go(limit):
    path = stored(0)
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        used(path, days_ago=2)  # after it was opened, which is a use
        limit(1)
        stored(1)
        assert kept() == [1]
        assert content[:1000] == bytes(1000)


def test_nothing_else_is_ever_dropped(limit, home):
    stored(0, days_ago=400)
    folders = [home / "cache" / kind for kind in ("graphs", "compiled", "features", "hashes")]
    strangers = [folder / name for folder in folders for name in ("notes.txt", "abc.onnx", "x" * 64 + ".onnx")]
    for path in strangers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("not ours")
        used(path, days_ago=400)
    limit(1)
    stored(1)
    assert kept() == [1]
    assert all(path.read_text() == "not ours" for path in strangers)


@pytest.mark.parametrize("allowed", [0, 0.9])
def test_what_is_larger_than_all_that_is_allowed_is_not_kept(limit, allowed):
    stored(0, days_ago=2)
    limit(allowed)
    assert cache.store(named(1), bytes(1000)) is None
    assert kept() == [0]


def test_a_limit_that_is_no_number(monkeypatch):
    monkeypatch.setenv("AMALTHEA_CACHE_SIZE", "4 GB")
    with pytest.raises(ArgumentError, match="AMALTHEA_CACHE_SIZE='4 GB'; allowed is a number of GiB"):
        stored(0)


def test_an_entry_that_is_there_is_not_written_again(entry):
    before = entry.stat().st_ino
    assert cache.store(NAME, CONTENT) == entry
    assert entry.stat().st_ino == before


FILLING = """
import sys
from amalthea.runtime import cache
for number in range(150):
    name = f"graphs/{cache.key_of(number % 50)}.onnx"
    content = bytes([number % 50]) * 20_000
    found = cache.load(name)
    assert found in (None, content), number
    cache.store(name, content)
    path = cache.find(name)
    assert path is None or path.read_bytes()[:20_000] == content, number
"""


def test_two_processes_fill_it_at_once(limit, home):
    limit(200)  # ten entries of these, and a small one; what was used in the last minute stays
    processes = [subprocess.Popen([sys.executable, "-W", "error", "-c", FILLING]) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    files = list((home / "cache" / "graphs").iterdir())
    assert len(files) == 50
    for path in files:
        assert cache.find(f"graphs/{path.name}") == path
        used(path, days_ago=1)
    stored(0)
    assert len(list((home / "cache" / "graphs").iterdir())) == 10 + 1


def test_a_compiled_network_that_is_damaged_is_compiled_again(home, tmp_path):
    model = built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=(32, 32, 3)))
    amalthea.save(model, tmp_path / "mobilenet.onnx")
    pixels = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), np.uint8)
    expected = amalthea.load(tmp_path / "mobilenet.onnx")(pixels)
    [blob] = (home / "cache" / "compiled").glob("*.blob")
    for content in mutated(blob.read_bytes(), 2):
        replaced(blob, content)
        np.testing.assert_array_equal(amalthea.load(tmp_path / "mobilenet.onnx")(pixels), expected)
        assert cache.find(f"compiled/{blob.name}") == blob
