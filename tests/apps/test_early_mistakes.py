"""Mistakes that need no network to be seen are told at once: Keras takes seconds to be imported."""

import json
import subprocess
import sys

import pytest

from tests.apps.commands import call

pytestmark = pytest.mark.single_backend

MISTAKES = [
    ("train nowhere --out new.onnx", "There is no folder nowhere"),
    ("train cat.jpg --out new.onnx", "cat.jpg is a file; needed is a folder that has one sub-folder with pictures"),
    ("train pets/cats --out new.onnx", "needs one sub-folder for each class"),
    ("train pets --validation empty --out new.onnx", "are not the classes"),
    ("train pets --validation cat.jpg --out new.onnx", "cat.jpg is a file; needed is a folder"),
    ("train pets --out new.txt", "new.txt must end in .onnx or .keras"),
    ("train pets --out nowhere/new.onnx", "there is no folder nowhere for new.onnx. Make it first."),
    ("train pets --out new.onnx --model ResNet5O", "Did you mean ResNet50"),
    ("train pets --out new.onnx --model nowhere.keras", "There is no file nowhere.keras"),
    (
        "train pets --out new.onnx --model pets.onnx",
        "--model: pets.onnx is for prediction alone: `amalthea predict --model pets.onnx`. Here, name a network from "
        "`amalthea models`, or a file that `amalthea train` wrote with --out pets.keras.",
    ),
    (
        "train pets --out new.onnx --fine-tune-epochs 3 --gradual",
        "--fine-tune-epochs, --gradual: belongs to --fine-tune",
    ),
    ("train pets --out new.onnx --fine-tune-learning-rate 1:2:3 --fine-tune 1", "neither a rate nor LOW:HIGH"),
    ("train pets --out new.onnx --fine-tune-learning-rate 1e-2:1e-3 --fine-tune 1", "neither a rate nor LOW:HIGH"),
    ("train pets --out new.onnx --fine-tune-learning-rate nan:1 --fine-tune 1", "'nan' is no finite number"),
    ("train pets --out new.onnx --learning-rate nan", "'nan' is no finite number"),
    ("train pets --out new.onnx --learning-rate quick", "'quick' is not a valid float"),
    ("train pets --out new.onnx --ensemble", "--ensemble is the mean of the classifiers of --kfold: give it, too."),
    ("train pets --out new.onnx --kfold 3 --ensemble --calibrate", "--ensemble is the mean of several."),
    ("train pets --out new.onnx --kfold 3 --ensemble --curves c.png", "which --ensemble writes, has no history."),
    ("train pets --out pets/../pets.keras --model pets.keras --resume", "--resume: --out replaces pets.keras"),
    ("train pets --out new.onnx --kfold 1", "1 is not in the range x>=2"),
    ("train pets --out new.onnx --kfold 3 --model pets.keras", "pets.keras has its head."),
    ("train pets --out new.onnx --compare MobileNet", "'MobileNet' is no list of networks: give two or more"),
    ("train pets --out new.onnx --compare MobileNet,ResNet5O", "Did you mean ResNet50"),
    ("train pets --out new.onnx --compare MobileNet:thin,ResNet50", "'MobileNet:thin' is no name and width"),
    (
        "train pets --out new.onnx --compare MobileNet,ResNet50 --model VGG16 --layer block4_pool",
        "--model, --layer: with --compare, the networks are those that it names.",
    ),
    ("train pets --out new.onnx --compare MobileNet,ResNet50 --split 0", "--compare needs pictures to validate with"),
    ("train pets --out new.onnx --calibrate --split 0", "--calibrate needs pictures to validate with"),
    ("train pets --out new.onnx --threshold auto --split 0", "--threshold auto needs pictures to validate with"),
    ("train pets --out new.onnx --threshold 1.5", "1.5 is not in the range 0<x<=1"),
    ("train pets --out new.onnx --report page.pdf", "page.pdf must end in .html"),
    ("train pets --out new.onnx --weights none.h5", "there is no file none.h5"),
    (
        "train pets --out new.onnx --validation pets --calibrate",
        "--calibrate: 2 pictures do not tell how sure a classifier should be; give 20 or more that it did not learn "
        "from. Name them by --validation, or give a larger --split.",
    ),
    (
        "export MobileNet new.onnx --precision int8 --calibration pets",
        "Pictures given: 2; needed: 39, of which 20 judge what int8 costs, and the others calibrate. Give more "
        "pictures, in calibration= or held_out=, or accept whatever comes out: min_agreement=0, or --force.",
    ),
    (
        "export MobileNet new.xml --precision int8 --calibration pets --held-out empty",
        "Pictures given to judge what int8 costs: 1; needed: 20. Give more",
    ),
    (
        "train pets --out new.onnx --distribution data",
        "distribution='data': Keras divides pictures among devices on JAX, and runs on ",
    ),
    (
        "train pets --out new.onnx --rotation 9 --no-horizontal-flip",
        "--rotation, --horizontal-flip: belongs to --augment live or --augment K: give it, too.",
    ),
    ("train pets --out new.onnx --shear 9 --augment none", "--shear: belongs to --augment live"),
    ("train pets --out new.onnx --augment live --rotation 500", "rotation=500.0; give a number from 0 to 180"),
    ("features cat.jpg --out f.npz --model ResNet5O", "Did you mean ResNet50"),
    ("features cat.jpg --out f.parquet", "f.parquet: Parquet files need pyarrow"),
    ("features cat.jpg --out f.npz --model pets.onnx", "--model: pets.onnx is for prediction alone"),
    ("features cat.jpg --out f.npz --model nowhere.keras", "There is no file nowhere.keras"),
    ("train pets --out new.onnx --model lite.xml", "lite.xml is a network of OpenVINO: openvino.compile_model('lite.x"),
    ("features cat.jpg --out f.npz --model lite.xml", "lite.xml is a network of OpenVINO"),
    ("predict cat.jpg --model lite.xml", "lite.xml is a network of OpenVINO"),
    ("predict cat.jpg --model nowhere.tflite", "There is no file nowhere.tflite"),
    ("predict cat.jpg --model pets.keras", "--model: pets.keras is no file of Keras, or damaged."),
    ("bench lite.xml", "lite.xml is a network of OpenVINO"),
    ("export lite.xml new.onnx", "lite.xml is a network of OpenVINO"),
    ("features cat.jpg --out f.npz --model pets.keras --image-size 9", "--image-size choose a network by name; pets."),
    (
        "evaluate pets.onnx cat.jpg",
        "cat.jpg is a file; needed is a folder that has one sub-folder with pictures for each class. What is on a "
        "picture, `amalthea predict --model pets.onnx` says.",
    ),
    ("evaluate pets.keras cat.jpg", "needed is a folder that has one sub-folder with pictures for each class."),
    ("evaluate pets.keras nowhere", "There is no folder nowhere"),
    ("evaluate nowhere.keras pets", "There is no file nowhere.keras"),
    ("evaluate nowhere.onnx pets", "There is no file nowhere.onnx"),
    ("evaluate MobileNet pets", "MobileNet: judged are .onnx and .keras files of `amalthea train`"),
    ("augment pets --grid grid.png", "pets is a folder; versions of one picture are drawn. Name one of its pictures."),
    ("predict cat.jpg --out cat.parquet", "the answers fill a folder with Parquet files. Name it without suffix."),
    (
        "predict cat.jpg --out answers",
        'in folders are tables of Parquet, which need pyarrow: pip install "amalthea[pa',
    ),
]

PROGRAM = """
import json, sys
from click.testing import CliRunner
from amalthea.apps.command_line import command_line
sys.modules["pyarrow"] = None  # as if it were not installed
answers = [CliRunner().invoke(command_line, line.split()) for line in json.loads(sys.argv[1])]
print(json.dumps([[answer.exit_code, answer.stdout, answer.stderr] for answer in answers]))
sys.exit("Keras was imported" if "keras" in sys.modules else 0)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    pictures = "pets/cats/1.jpg", "pets/dogs/1.jpg", "empty/cats/1.jpg", "cat.jpg"
    for path in (*pictures, "pets.onnx", "pets.keras", "lite.xml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_none_of_them_waits_for_keras(folder):
    before = set(folder.rglob("*"))
    run = [sys.executable, "-c", PROGRAM, json.dumps([line for line, _ in MISTAKES])]
    answer = subprocess.run(run, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    for (line, words), (status, stdout, stderr) in zip(MISTAKES, json.loads(answer.stdout), strict=True):
        assert words in stderr, (line, stderr)
        assert (status in (1, 2), stdout) == (True, ""), line
    assert set(folder.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other limits")
def test_a_file_that_cannot_be_written_for_other_reasons(folder):
    answer = call("train", "pets", "--out", f"{'n' * 300}.onnx")
    assert answer.exit_code == 2
    assert answer.stderr.endswith("cannot be written: File name too long.\n")


@pytest.mark.parametrize("suffix", ["onnx", "keras"])
def test_evaluation_without_scikit_learn_ends_before_it_begins(suffix, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    answer = call("evaluate", f"pets.{suffix}", "pets")  # an empty file, of which not even that is said
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == 'Error: Reports need scikit-learn: pip install "amalthea[training]"\n'
