"""The programs of the seeds, migrated: Python that is today's for good; two that hang together run on plain Keras 3."""

import ast
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.keras2.seeds.conftest import seeds  # noqa: F401, a fixture
from tests.keras2.seeds.programs import PROGRAMS, source

pytestmark = pytest.mark.single_backend

OLD = r"_generator\(|nb_epoch|samples_per_epoch|nb_val_samples|\blr=|input_dim=|keras2|open\('bottleneck"
# For few pictures and one epoch, and a network whose weights are not at hand: what counts is that they end.
BOUND = {
    r"nb_train_samples = 2000": "nb_train_samples = 16",
    r"nb_validation_samples = 800": "nb_validation_samples = 16",
    r"150, 150": "48, 48",
    r"epochs = 50": "epochs = 1",
    r"'cats_and_dogs_small/": "'data/",
    r"weights='imagenet'": "weights=None",
    # As is said of the line that loads it.
    r"'bottleneck_fc_model.h5'": "'bottleneck_fc_model.weights.h5'",
}


def text_of(seeds, name):  # noqa: F811
    program = PROGRAMS[name]
    return source(seeds, program.seed, program.blocks, ("erratum",))


@pytest.mark.parametrize("name", PROGRAMS)
def test_once_and_for_all(migrated, seeds, name):  # noqa: F811
    answer = migrated(text_of(seeds, name))
    ast.parse(answer.after)
    assert not re.findall(OLD, answer.after)
    assert not [remark for remark in answer.remarks if remark.kind == "left"]
    assert migrated(answer.after).after == answer.after


def test_bottleneck_features_and_fine_tuning(migrated, seeds, tmp_path, backend):  # noqa: F811
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    random = np.random.default_rng(0)
    for part in ("train", "validation"):
        for animal in ("cats", "dogs"):
            folder = tmp_path / "data" / part / animal
            folder.mkdir(parents=True)
            for number in range(8):
                Image.fromarray(random.integers(0, 256, (80, 90, 3), np.uint8)).save(folder / f"{number}.png")
    scripts = []
    for name in ("bottleneck features", "fine-tuning"):
        text = migrated(text_of(seeds, name)).after
        for old, new in BOUND.items():
            text = re.sub(old, new, text)
        scripts.append(tmp_path / f"{name}.py")
        scripts[-1].write_text(text, encoding="utf-8")
    # One process, since a framework takes seconds to start; each has a namespace of its own.
    program = "import runpy, sys\nfor script in sys.argv[1:]: runpy.run_path(script, run_name='__main__')"
    command = [sys.executable, "-c", program, *map(str, scripts)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert np.load(tmp_path / "bottleneck_features_train.npy").shape == (16, 1, 1, 512)
