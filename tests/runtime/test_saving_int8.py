"""Files in whole numbers of 8 bits, from a model or from a file, and the precisions that files do not have."""

import numpy as np
import onnx
import pytest

import amalthea
from amalthea.errors import ArgumentError, MissingFileError
from amalthea.images import read_picture, resize
from tests.runtime.test_saving import CLASSES, classifier, described

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"precision": "float16"}, "precision='float16'; a file is 'float32' or 'int8'"),
        ({"precision": "bfloat16"}, r"is 'float32' or 'int8'.* opened: amalthea.load\(path, precision='bfloat16'\)"),
        ({"precision": "int8"}, "precision='int8' needs calibration=, a folder with pictures"),
        ({"calibration": "pets"}, "calibration: goes with precision='int8' only"),
        ({"min_agreement": 1, "held_out": ()}, "min_agreement, held_out: goes with precision='int8' only"),
        (
            {"precision": "int8", "calibration": "pets", "classes": ()},
            "'own' has no classes. What int8 costs is judged",
        ),
    ],
    ids=str,
)
def test_wrong_precisions(tmp_path, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        amalthea.save(classifier(), tmp_path / "own.onnx", **{"classes": CLASSES, "scaling": "tf"} | arguments)
    assert list(tmp_path.iterdir()) == []


def test_an_argument_that_does_not_exist(tmp_path):
    with pytest.raises(TypeError, match=r"amalthea.save takes no clases, calibrate\. See help"):
        amalthea.save(classifier(), tmp_path / "own.onnx", scaling="tf", clases=CLASSES, calibrate="pets")


def test_int8(tmp_path, test_data, caplog):
    pytest.importorskip("nncf")
    pictures = sorted((test_data / "images").glob("*.jpg"))
    model, path, small = classifier(), tmp_path / "own.onnx", tmp_path / "small.onnx"
    amalthea.save(model, path, classes=CLASSES, scaling="tf")
    with caplog.at_level("INFO", "amalthea"):
        cost = amalthea.save(path, small, precision="int8", calibration=pictures, min_agreement=0)
    assert cost.precision == "int8"
    assert caplog.messages == [f"{path} in int8:\n{cost}"]
    assert "same best class" in caplog.text
    said = described(small)
    assert said["provenance"]["precision"] == "int8"
    assert said["provenance"]["cost"]["agreement"] == cost.agreement
    assert said["provenance"]["weights"] == described(path)["provenance"]["weights"]
    onnx.checker.check_model(small, full_check=True)
    assert {node.op_type for node in onnx.load(small).graph.node} >= {"QuantizeLinear", "DequantizeLinear"}
    pixels = np.stack([resize(read_picture(file), (40, 36), "nearest") for file in pictures[:5]])
    expected = amalthea.load(path)(pixels)
    for precision in ("float32", "bfloat16"):
        found = amalthea.load(small, precision=precision, verify=True)(pixels)
        assert 0 < np.abs(found - expected).max() < 0.1
    again = tmp_path / "again.onnx"
    amalthea.save(model, again, classes=CLASSES, scaling="tf", precision="int8", calibration=pictures, min_agreement=0)
    np.testing.assert_array_equal(amalthea.load(again)(pixels), amalthea.load(small)(pixels))
    with pytest.raises(ArgumentError, match=r"small.onnx is int8 already. Take the file in float32"):
        amalthea.save(small, again, precision="int8", calibration=pictures)


def test_a_file_in_capitals_is_a_file(tmp_path):
    amalthea.save(classifier(), tmp_path / "own.onnx", classes=CLASSES, scaling="tf")
    path = (tmp_path / "own.onnx").rename(tmp_path / "OWN.ONNX")
    assert amalthea.load(str(path)).classes == tuple(CLASSES)
    with pytest.raises(ArgumentError, match=r"OWN.ONNX is a finished file in float32. Copy it, or give precision="):
        amalthea.save(str(path), tmp_path / "new.onnx")


def test_a_file_knows_itself(tmp_path):
    path = tmp_path / "own.onnx"
    amalthea.save(classifier(), path, classes=CLASSES, scaling="tf")
    with pytest.raises(
        ArgumentError, match=r"own.onnx is a finished file in float32. Copy it, or give precision='int8'"
    ):
        amalthea.save(path, tmp_path / "new.onnx")
    with pytest.raises(ArgumentError, match=r"classes, size: .*own.onnx is a finished model, which knows that itself"):
        amalthea.save(path, tmp_path / "new.onnx", precision="int8", calibration="pets", classes=CLASSES, size=40)
    with pytest.raises(MissingFileError, match=r"There is no file .*nowhere.onnx"):
        amalthea.save(tmp_path / "nowhere.onnx", tmp_path / "new.onnx", precision="int8", calibration="pets")
