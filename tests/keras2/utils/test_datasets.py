"""Data sets, and what is said where there is no network."""

import inspect
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import keras
import pytest

pytestmark = pytest.mark.single_backend

NAMES = ["mnist", "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters", "boston_housing"]
SCRIPT = """
import importlib, sys
for name in sys.argv[1:]:
    for _ in range(2):
        try:
            importlib.import_module('keras.datasets.' + name).load_data()
        except FileNotFoundError as error:
            print('said:', error)
            where = str(error).rpartition(' put it at ')[2]
            open(where, 'w').close()
        except Exception as error:
            print('said:', error)
"""


@pytest.mark.parametrize("name", NAMES)
def test_they_are_those_of_keras(name):
    ours = import_module(f"amalthea.keras2.datasets.{name}").load_data
    assert inspect.unwrap(ours) is getattr(keras.datasets, name).load_data


def test_without_a_network_one_line_says_where_the_file_belongs(tmp_path):
    """An empty file at that place is what Keras then finds, and does not take for the data."""
    (tmp_path / "script.py").write_text(SCRIPT)
    home = tmp_path / "keras"
    home.mkdir()
    nowhere = "http://127.0.0.1:9"  # where nobody serves
    done = subprocess.run(
        [sys.executable, "-m", "amalthea", "run", "script.py", *NAMES],
        cwd=tmp_path,
        env={**os.environ, "KERAS_HOME": str(home), "https_proxy": nowhere, "http_proxy": nowhere, "no_proxy": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = [line.removeprefix("said: ") for line in done.stdout.splitlines() if line.startswith("said: ")]
    assert len(said) == 2 * len(NAMES)
    for name, line in zip(NAMES, said[::2], strict=True):
        assert line.startswith(f"{name}.load_data cannot fetch https://")
        assert "Connection refused. Fetch it where there is a network, and put it at " in line
        assert Path(line.rpartition(" put it at ")[2]).is_relative_to(home / "datasets")
    found = done.stdout.count("A local file was found, but it seems to be incomplete")
    assert found == len(NAMES) - 1  # fashion_mnist has four files, of which Keras looks for the second now
    labels, pictures = said[2:4]
    assert (labels.count("train-labels-idx1-ubyte.gz"), pictures.count("train-images-idx3-ubyte.gz")) == (2, 2)
