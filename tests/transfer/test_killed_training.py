"""`amalthea train`, killed outright: what was there stays whole, and the next run ends."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import keras
import pytest
from click.testing import CliRunner

from amalthea.apps.command_line import command_line
from amalthea.transfer import ImageClassifier
from tests.transfer.classifier.classes import write_coloured

pytest.importorskip("sklearn", reason="training needs it")

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]

PICTURES, HELD_BACK = 300, 60


@pytest.fixture
def command(tmp_path: Path, cached_weights: Path) -> list[object]:
    """All but the file to write."""
    weights = cached_weights / "mobilenet_2_5_224_tf.h5"
    folder = write_coloured(tmp_path / "pictures", PICTURES)
    return ["train", folder, "--model", "MobileNet", "--alpha", 0.25, "--weights", weights, "--epochs", 1]


def succeed(*arguments: object) -> None:
    answer = CliRunner().invoke(command_line, list(map(str, arguments)))
    assert answer.exit_code == 0, answer.output


def kill_when(ready: Callable[[], bool], said: Path, *arguments: object) -> None:
    """Start a process, and end it by SIGKILL as soon as something is so."""
    with said.open("wb") as output:
        run = [sys.executable, "-m", "amalthea", *map(str, arguments)]
        with subprocess.Popen(run, stdout=output, stderr=output) as process:
            try:
                while not ready():
                    assert process.poll() is None, said.read_text()
                    time.sleep(0.002)
            finally:
                process.kill()


def stored(home: Path) -> int:
    """How many pictures' features the cache holds."""
    [index] = (home / "cache" / "features").glob("*/index.sqlite")
    with closing(sqlite3.connect(index)) as connection:
        return int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])


def test_killed_while_features_are_extracted(
    command: list[object], home: Path, tmp_path: Path, computed: list[int]
) -> None:
    out = tmp_path / "pets.keras"
    out.write_bytes(b"of an earlier run")

    def some_are_written() -> bool:
        return any(file.stat().st_size for file in (home / "cache" / "features").glob("*/records.bin"))

    kill_when(some_are_written, tmp_path / "said", *command, "--out", out)
    assert out.read_bytes() == b"of an earlier run"
    assert {path.name for path in tmp_path.iterdir()} == {"pictures", "pets.keras", "said"}
    before = stored(home)
    assert before < PICTURES, "it was killed too late"
    succeed(*command, "--out", out)
    assert stored(home) == PICTURES
    # What had been stored was not computed again; the head judges those that are held back.
    assert sum(computed) == PICTURES - before + HELD_BACK
    assert len(ImageClassifier.load(out).history["loss"]) == 1


def test_killed_while_the_last_block_learns(command: list[object], home: Path, tmp_path: Path) -> None:
    out = tmp_path / "pets.keras"
    endless = ["--fine-tune", 1, "--fine-tune-epochs", 100_000]

    def the_block_learns() -> bool:
        if out.exists():
            time.sleep(2)  # extraction up to that block, and some epochs
        return out.exists()

    kill_when(the_block_learns, tmp_path / "said", *command, *endless, "--out", out)
    assert {path.name for path in tmp_path.iterdir()} == {"pictures", "pets.keras", "said"}
    assert len(ImageClassifier.load(out).history["loss"]) == 1, "the file holds the head alone, whole"
    again = ["train", tmp_path / "pictures", "--model", out, "--fine-tune", 1, "--fine-tune-epochs", 1]
    succeed(*again, "--out", tmp_path / "again.keras")
    assert len(ImageClassifier.load(tmp_path / "again.keras").history["loss"]) == 2
