import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from amalthea.storage import cache_folder, keras_home, keras_settings, models_folder, weight_folders

pytestmark = pytest.mark.single_backend


def test_keras_home_is_chosen_by_its_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "elsewhere"))
    assert keras_home() == tmp_path / "elsewhere"
    assert models_folder() == tmp_path / "elsewhere" / "models"


@pytest.mark.parametrize("setting", [None, ""])
def test_keras_home_is_in_the_home_folder(setting: str | None, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.delenv("KERAS_HOME")
    if setting is not None:
        monkeypatch.setenv("KERAS_HOME", setting)
    assert keras_home() == home / ".keras"


def test_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("KERAS_HOME", "~/mine")
    assert keras_home() == home / "mine"


def test_settings_are_those_that_keras_writes() -> None:
    environment = {**os.environ, "KERAS_BACKEND": "openvino"}
    program = "import keras; print(keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format())"
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    floatx, epsilon, data_format = answer.stdout.split()
    settings = keras_settings()
    assert (settings["floatx"], settings["epsilon"]) == (floatx, float(epsilon))
    assert settings["image_data_format"] == data_format


def test_settings_are_read_and_nothing_is_written() -> None:
    assert keras_settings() == {}
    assert not keras_home().exists()
    keras_home().mkdir()
    (keras_home() / "keras.json").write_text(json.dumps({"backend": "theano"}))
    assert keras_settings() == {"backend": "theano"}
    assert [file.name for file in keras_home().iterdir()] == ["keras.json"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1, 2]", b'"theano"', b"null", b'{"backend": "\xff"}', b"[" * 100_000, b'{"epsilon": ' + b"9" * 5000],
    ids=["empty", "cut off", "a list", "a text", "null", "not UTF-8", "nested deeply", "a long number"],
)
def test_unusable_settings_are_no_settings(content: bytes) -> None:
    keras_home().mkdir()
    (keras_home() / "keras.json").write_bytes(content)
    assert keras_settings() == {}


def test_folder_in_place_of_settings_is_no_settings() -> None:
    (keras_home() / "keras.json").mkdir(parents=True)
    assert keras_settings() == {}


def test_weight_folders_are_separated_like_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path) -> None:
    assert weight_folders() == ()
    monkeypatch.setenv("AMALTHEA_WEIGHTS", os.pathsep.join([str(tmp_path / "a b"), "", "~/weights"]))
    assert weight_folders() == (tmp_path / "a b", home / "weights")


def test_cache_folder_is_chosen_by_its_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMALTHEA_CACHE", str(tmp_path / "cache"))
    assert cache_folder() == tmp_path / "cache"


def test_cache_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.delenv("AMALTHEA_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder().is_relative_to(home)
    assert "amalthea" in cache_folder().parts
