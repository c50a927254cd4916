"""An example that is not executed does not exist: the examples of all docstrings run."""

import doctest
import shutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages
from types import SimpleNamespace

import pytest

import amalthea
from tests.weights.small_files import small_h5_network, write_small_h5

pytestmark = pytest.mark.single_backend

# Packages that a part of the house is built on, and imports as a whole.
BUILT_ON = {
    "amalthea.apps.distribution": "pyarrow",
    "amalthea.apps.distribution.ray_": "ray",
    "amalthea.apps.serving": "starlette",
}


def is_usable(name: str) -> bool:
    needed = [package for part, package in BUILT_ON.items() if name.startswith(part)]
    return not name.endswith("__main__") and all(map(find_spec, needed))


MODULES = sorted(module.name for module in walk_packages(amalthea.__path__, "amalthea.") if is_usable(module.name))


def examples(name: str) -> list[doctest.DocTest]:
    globs = {"model": SimpleNamespace(layers=small_h5_network())}
    return [test for test in doctest.DocTestFinder().find(import_module(name), extraglobs=globs) if test.examples]


# What the examples need beyond a plain installation.
OPTIONAL = {
    "amalthea.images.augmentation.augmentation": "cv2",
    "amalthea.preprocessing.image.dataframe_iterator": "pandas",
    "amalthea.runtime.quantization.classifiers": "nncf",
    "amalthea.transfer.classifier.image_classifier": "sklearn",
    "amalthea.transfer.classifier.learned_pictures": "sklearn",
    "amalthea.transfer.curves": "matplotlib",
    "amalthea.transfer.evaluation": "sklearn",
    "amalthea.transfer.report.writing": "sklearn",
    "amalthea.transfer.selection.comparison": "sklearn",
    "amalthea.transfer.selection.cross_validation": "sklearn",
}


@pytest.mark.parametrize("name", [name for name in MODULES if examples(name)])
def test_examples(name, tmp_path, monkeypatch, test_data):
    if name in OPTIONAL:
        pytest.importorskip(OPTIONAL[name])
    monkeypatch.chdir(tmp_path)
    write_small_h5(Path("my_weights.h5"))
    shutil.copy(test_data / "images" / "elephant.jpg", tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    report: list[str] = []
    for test in examples(name):
        runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def test_the_way_in_has_examples():
    """What a newcomer calls first."""
    for name in ("cut", "get_model", "list_models", "load", "predictor", "save", "variant", "ImageClassifier"):
        assert ">>>" in getattr(amalthea, name).__doc__, name
