"""What the seeds' programs find around them: pictures, weight files, and ``amalthea run``."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from tests.keras2.seeds.pictures import make_pictures
from tests.keras2.seeds.programs import PROGRAMS, source
from tests.keras2.seeds.weight_files import write_weight_files

HERE = Path(__file__).parent


class Run(NamedTuple):
    """What came of a program.

    Attributes:
        printed: what it wrote to its standard output.
        advice: lines about it on its standard error, each with the number of the line and the text.
    """

    printed: str
    advice: list[tuple[int, str]]


@pytest.fixture(scope="session")
def seeds(test_data: Path) -> Path:
    """The documents whose programs these are; they stand beside the test data."""
    folder = test_data.parent / "seeds"
    if folder.is_dir():
        return folder
    if os.environ.get("AMALTHEA_REQUIRE_DATA") == "1":
        pytest.fail(f"AMALTHEA_REQUIRE_DATA=1, but there are no seeds at {folder}")
    return pytest.skip(f"no seeds at {folder}")


@pytest.fixture(scope="session")
def pictures(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 4000 pictures of cats and dogs."""
    return _made_once("pictures", lambda folder: make_pictures(test_data / "pets", folder), tmp_path_factory)


@pytest.fixture(scope="session")
def weight_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weight files under their official names, and ``hashes.json``."""
    return _made_once("weights", write_weight_files, tmp_path_factory)


def _made_once(name: str, make: Callable[[Path], None], factory: pytest.TempPathFactory) -> Path:
    """A folder for all processes of a run of tests; it takes seconds to fill."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = base / f"seeds-{name}"
    with FileLock(base / f"seeds-{name}.lock"):
        if not folder.is_dir():
            unfinished = factory.mktemp(name)
            make(unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture
def work(tmp_path: Path, pictures: Path, test_data: Path) -> Path:
    """The folder that a program runs in."""
    for name in ("data", "cats_and_dogs_small"):
        (tmp_path / name).symlink_to(pictures / name, target_is_directory=True)
    (tmp_path / "elephant.jpg").symlink_to(test_data / "images" / "elephant.jpg")
    (tmp_path / "preview").mkdir()
    (tmp_path / "bound.py").symlink_to(HERE / "bound.py")
    return tmp_path


@pytest.fixture
def run(seeds: Path, work: Path, weight_files: Path) -> Callable[..., Run]:
    """Runs a program of the seeds to its end, as a user would type it.

    Lines may be given that are executed after it, in its own namespace, to ask what has become of its variables.
    """

    def run_to_its_end(name: str, afterwards: str = "", precision: str = "float32") -> Run:
        program = PROGRAMS[name]
        script = work / f"{name.replace(' ', '_')}.py"
        script.write_text(source(seeds, program.seed, program.blocks) + afterwards, encoding="utf-8")
        driver = [HERE / "driver.py", weight_files / "hashes.json", precision]
        hidden = ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")
        environment = {key: value for key, value in os.environ.items() if key not in hidden}
        environment |= {
            "AMALTHEA_WEIGHTS": str(weight_files),
            "AMALTHEA_OFFLINE": "1",
            "MPLCONFIGDIR": str(work / "matplotlib"),
        }
        command = [sys.executable, *driver, "run", script.name]
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=1700)
        assert done.returncode == 0, done.stderr
        found = re.findall(rf"^{re.escape(script.name)}:(\d+): (.*)$", done.stderr, re.MULTILINE)
        return Run(done.stdout, [(int(line), text) for line, text in found])

    return run_to_its_end
