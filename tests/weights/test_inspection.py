import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from amalthea.catalog import variant
from amalthea.storage import models_folder, stamp
from amalthea.weights import Condition, Inspection, inspect_weights, local_weights, record_first
from tests.weights.small_files import write_small_h5

pytestmark = pytest.mark.single_backend

SMALL = variant("MobileNet").file(top=True, alpha=0.25)
RESNET = variant("ResNet50").file(top=True)


def condition(pattern: str) -> Condition:
    [inspection] = inspect_weights(pattern)
    return inspection.condition


def put(name: str, content: bytes) -> Path:
    models_folder().mkdir(parents=True, exist_ok=True)
    (models_folder() / name).write_bytes(content)
    return models_folder() / name


@pytest.fixture
def small(cached_weights: Path) -> Path:
    (cached_weights / "mobilenet_7_5_224_tf.h5").unlink()
    return cached_weights / SMALL.name


def flip(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_what_is_not_here_is_not_inspected() -> None:
    assert list(inspect_weights("vgg*")) == []


def test_the_file_of_a_package_is_good() -> None:
    file = variant("EfficientNetLite0").file(top=True)
    expected = Inspection("EfficientNetLite0", file, local_weights(file), Condition.GOOD, file.sha256)
    assert list(inspect_weights("efficientnetlite0")) == [expected]


def test_unrecorded_then_good_then_different(small: Path) -> None:
    assert condition("mobilenet") is Condition.UNRECORDED
    record_first(small, SMALL)
    assert condition("mobilenet") is Condition.GOOD
    flip(small, 1_000_000)
    [inspection] = inspect_weights("mobilenet")
    assert inspection.condition is Condition.DIFFERENT
    assert inspection.advice == (
        f"{small} differs from the first file used, whose hash {small}.sha256 keeps; nobody published which is right. "
        "If this one is, delete that."
    )
    os.truncate(small, 1000)
    [inspection] = inspect_weights("mobilenet")
    assert inspection.condition is Condition.DAMAGED
    assert inspection.advice == f"{small} is damaged, or another file. Delete it, and it is fetched anew."


def test_no_stamp_is_believed(small: Path) -> None:
    """A disk that loses a bit changes no time."""
    record_first(small, SMALL)
    value = hashlib.sha256(small.read_bytes()).hexdigest()
    flip(small, 1_000_000)
    stamp(small, "sha256", value, small.stat())
    assert local_weights(SMALL) == small
    [inspection] = inspect_weights("mobilenet")
    assert inspection.condition is Condition.DIFFERENT
    assert inspection.hash == hashlib.sha256(small.read_bytes()).hexdigest()
    assert local_weights(SMALL) is None


def test_what_changes_while_it_is_read_is_not_believed_afterwards(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record_first(small, SMALL)
    os.utime(small, (0, 0))
    time.sleep(2.1)  # until no change can hide in the same tick of a clock

    def interrupted(*arguments: Any) -> Any:
        computed = hash_file(*arguments)
        flip(small, 1_000_000)
        return computed

    hash_file = hashlib.file_digest
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", interrupted)
        list(inspect_weights("mobilenet"))
    assert local_weights(SMALL) is None


@pytest.mark.parametrize("content", [b"", b"<html>log in</html>", b"\x89HDF\r\n\x1a\n"])
def test_what_is_no_weight_file_is_damaged(content: bytes) -> None:
    put(SMALL.name, content)
    assert condition("mobilenet") is Condition.DAMAGED


def test_a_truncated_file_is_damaged(small: Path) -> None:
    os.truncate(small, small.stat().st_size // 2)
    assert condition("mobilenet") is Condition.DAMAGED


def test_weights_with_another_hash_are_damaged(tmp_path: Path) -> None:
    write_small_h5(tmp_path / "small.h5")
    put(RESNET.name, (tmp_path / "small.h5").read_bytes())
    assert condition("resnet50") is Condition.DAMAGED


def test_the_older_resnet50_under_the_official_name_is_foreign() -> None:
    """Its first block's first layer bears the name that only it has."""
    path = put(RESNET.name, b"")
    with h5py.File(path, "w") as file:
        layers = {"conv1": (7, 7, 3, 64), "res2a_branch2a": (1, 1, 64, 64)}
        file.attrs["layer_names"] = [name.encode() for name in layers]
        for name, shape in layers.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [b"kernel", b"bias"]
            group.create_dataset("kernel", data=np.zeros(shape, "f4"))
            group.create_dataset("bias", data=np.zeros(shape[-1:], "f4"))
    assert condition("resnet50") is Condition.FOREIGN


def test_the_file_of_another_model_is_foreign() -> None:
    file = variant("EfficientNetLite0").file(top=True)
    models_folder().mkdir(parents=True)
    shutil.copy(local_weights(file), models_folder() / SMALL.name)
    assert condition("mobilenet") is Condition.FOREIGN


def test_a_folder_or_a_broken_link_in_the_place_is_damaged(tmp_path: Path) -> None:
    (models_folder() / RESNET.name).mkdir(parents=True)
    assert condition("resnet50") is Condition.DAMAGED
    (models_folder() / RESNET.name).rmdir()
    (models_folder() / RESNET.name).symlink_to(tmp_path / "nowhere")
    [inspection] = inspect_weights("resnet50")
    assert (inspection.condition, inspection.hash) == (Condition.DAMAGED, "")


def test_a_folder_named_twice_is_inspected_once(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS", os.pathsep.join([str(models_folder())] * 2))
    assert [inspection.path for inspection in inspect_weights("mobilenet")] == [small]
