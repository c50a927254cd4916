"""The order of the layers, as pyproject.toml states it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import amalthea

pytestmark = pytest.mark.single_backend

ROOT = Path(__file__).parents[1]
PACKAGE = Path(amalthea.__file__).parent


def check_layers(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter on the package `amalthea` inside a folder."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(sys.argv[1], no_cache=True))"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", code, str(ROOT / "pyproject.toml")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, cwd=folder)


def test_a_layer_imports_only_layers_below_it():
    result = check_layers(PACKAGE.parent)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_check_notices_an_import_upwards_and_an_import_of_keras(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "amalthea", ignore=shutil.ignore_patterns("__pycache__"))
    for file, line in (
        ("storage/files.py", "from ..weights import find_weights"),
        ("catalog/lookup.py", "import keras"),
    ):
        path = tmp_path / "amalthea" / file
        path.write_text(f"{path.read_text()}\n{line}\n")
    result = check_layers(tmp_path)
    assert result.returncode == 1
    assert "amalthea.storage is not allowed to import amalthea.weights" in result.stdout
    assert "amalthea.catalog is not allowed to import keras" in result.stdout
