"""Large files that were found whole are not hashed again, until something is written into them."""

import os
import time

import keras
import pytest
from keras import layers

import amalthea
from amalthea.errors import ModelFileError
from amalthea.runtime import cache, saved_file
from amalthea.runtime.saved_file import known_facts, read
from amalthea.storage import cache_folder, stamp
from tests.runtime.damage import mutated, replaced

pytestmark = pytest.mark.single_backend

NAME = f"compiled/{cache.key_of('entry')}.blob"
CONTENT = bytes(range(256)) * (2**14 + 1)  # more than 4 MiB
FALSE = "f" * 64


def stamps():
    folder = cache_folder() / "hashes"
    return list(folder.iterdir()) if folder.exists() else []


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """As if all files had been written some time ago."""
    for module in (cache, saved_file):
        monkeypatch.setattr(module, "settled", lambda status: True)


@pytest.fixture
def entry():
    path = cache.store(NAME, CONTENT)
    assert path is not None
    assert cache.load(NAME) == CONTENT
    assert len(stamps()) == 1
    return path


def write_into(path, content):
    """Bytes 100 and 101, by the same file, a tick of the clock later."""
    time.sleep(0.02)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(content)


READERS = [cache.load, cache.find, cache.mapped]


@pytest.mark.parametrize("look", READERS)
def test_an_entry_is_hashed_once(entry, look):
    before = entry.stat()
    write_into(entry, b"xy")
    os.utime(entry, ns=(before.st_atime_ns, before.st_mtime_ns))  # which only somebody who wants it does
    assert look(NAME) is not None
    os.utime(entry)
    assert look(NAME) is None


@pytest.mark.parametrize("look", READERS)
def test_an_entry_that_was_written_into_is_hashed_again(entry, look):
    write_into(entry, b"xy")
    assert look(NAME) is None
    assert cache.store(NAME, CONTENT) == entry
    assert look(NAME) is not None


def test_every_damage_is_noticed_though_the_entry_was_whole(entry):
    for content in mutated(CONTENT, 20):
        replaced(entry, content)
        assert cache.load(NAME) is None


def test_the_stamp_of_one_entry_is_none_for_another(entry):
    other = NAME.replace(NAME[9:12], "abc")
    path = cache.store(other, CONTENT[::-1])
    assert cache.load(other) == CONTENT[::-1]
    assert len(stamps()) == 2
    os.replace(path, entry)
    assert cache.load(NAME) == CONTENT[::-1]  # whole, whatever its name


def test_what_is_small_needs_no_stamp():
    name = f"graphs/{cache.key_of('small')}.onnx"
    cache.store(name, b"small")
    assert cache.load(name) == b"small"
    assert stamps() == []


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A file of 5 MB."""
    model = keras.Sequential([keras.Input((1100,)), layers.Dense(1100), layers.Dense(2)])
    path = tmp_path_factory.mktemp("large") / "own.onnx"
    amalthea.save(model, path, classes=())
    return path


def test_a_file_is_read_once(large):
    facts = known_facts(large, verify=False)
    assert facts == read(large)[1:]
    assert known_facts(large, verify=False) == facts
    stamp(large, "graph", FALSE, large.stat())
    assert known_facts(large, verify=False) == facts._replace(digest=FALSE)
    assert known_facts(large, verify=True) == facts
    assert known_facts(large, verify=False) == facts, "who reads it all renews the stamp"


def test_a_file_that_was_written_into_is_read_again(large, tmp_path):
    path = replaced(tmp_path / "own.onnx", large.read_bytes())
    amalthea.load(path)
    assert len(stamps()) == 1
    write_into(path, b"xy")
    with pytest.raises(ModelFileError, match=r"own.onnx is damaged, cut off, or was changed by another program"):
        amalthea.load(path)
    replaced(path, large.read_bytes()[:-1])
    with pytest.raises(ModelFileError, match=r"own.onnx is damaged, cut off, or was changed by another program"):
        amalthea.load(path)
