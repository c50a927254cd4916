"""8,000 damaged weight files: an error that names the file, or weights; no crash, no code run, bounded memory."""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from amalthea.weights import convert_weights
from tests.conftest import ROOT
from tests.weights.small_files import SMALL_ARCHIVE, SMALL_STATE, set_random_weights

pytestmark = pytest.mark.single_backend

COPIES = 1000
# MB beyond what one whole file takes. With names of varying length, HDF5 believes a damaged length for a moment.
MAX_MEMORY = 200
# A zip file has checksums; in the other formats, nobody can tell that a number has changed.
CHECKED = {"small.keras", "small.npz", "packed.npz", "small_archive.pth"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one network in every format, and two with another one."""
    from keras import Input, Sequential, layers

    folder = tmp_path_factory.mktemp("files")
    conv, norm = layers.Conv2D(4, 3, name="conv"), layers.BatchNormalization(name="norm")
    model = Sequential([Input((4, 4, 3)), conv, norm, layers.Flatten(), layers.Dense(3, name="dense")])
    set_random_weights(model, seed=1)
    model.save(folder / "small.keras")
    model.save(folder / "small.h5")
    model.save_weights(folder / "small.weights.h5")
    convert_weights(folder / "small.keras", folder / "small.npz")
    convert_weights(folder / "small.keras", folder / "small.safetensors")
    np.savez_compressed(folder / "packed.npz", **np.load(folder / "small.npz"))
    shutil.copy(SMALL_STATE, folder)
    shutil.copy(SMALL_ARCHIVE, folder)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "small.h5",
        "small.weights.h5",
        "small.keras",
        "small.npz",
        "packed.npz",
        "small.safetensors",
        "small_state.pth",
        "small_archive.pth",
    ],
)
def test_damage_is_told_or_harmless(name: str, files: Path) -> None:
    command = [sys.executable, "-m", "tests.weights.formats.mutations", str(files / name), str(files), str(COPIES)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250)
    *lines, memory = process.stdout.splitlines() or [""]
    assert process.returncode == 0, f"ended with {process.returncode} after {memory!r}: {process.stderr[-2000:]}"
    outcomes = [line.partition(" ")[2] for line in lines]
    allowed = {"told", "equal"} if name in CHECKED else {"told", "equal", "other numbers"}
    assert {line for line, came in zip(lines, outcomes, strict=True) if came not in allowed} == set()
    count = Counter(outcomes)
    assert count.total() == COPIES
    assert COPIES / 50 < count["told"] < COPIES * 49 / 50, "both must happen, or the damage is not worth the name"
    assert int(memory.removeprefix("MB ")) < MAX_MEMORY
