"""`amalthea migrate`: what it prints, what it writes, and its exit status."""

import json
import stat

import pytest
from click.testing import CliRunner

from amalthea.apps.command_line import command_line

pytestmark = pytest.mark.single_backend

OLD = "from keras.layers.core import Dropout  # old\nlayer = Dropout(p=0.5)\nprint(layer.inbound_nodes)\n"
TODAY = "from keras.layers import Dropout  # old\nlayer = Dropout(rate=0.5)\nprint(layer.inbound_nodes)\n"


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "old.py"
    path.write_text(OLD)
    return path


def call(*arguments):
    return CliRunner().invoke(command_line, ["migrate", *map(str, arguments)])


def test_a_diff_and_what_is_left(script):
    answer = call(script)
    assert answer.exit_code == 0
    assert answer.stdout.splitlines()[3:] == [
        "-from keras.layers.core import Dropout  # old",
        "-layer = Dropout(p=0.5)",
        "+from keras.layers import Dropout  # old",
        "+layer = Dropout(rate=0.5)",
        " print(layer.inbound_nodes)",
    ]
    assert answer.stderr == f"{script}:3: not translated: inbound_nodes is private in Keras 3: layer._inbound_nodes.\n"
    assert script.read_text() == OLD


def test_written_once_and_the_old_one_is_kept(script):
    script.chmod(0o755)
    assert call(script, "--write").exit_code == 0
    kept = script.with_name("old.py.orig")
    assert (script.read_text(), kept.read_text()) == (TODAY, OLD)
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    again = call(script, "--write")
    assert (again.exit_code, again.stdout) == (0, "")
    script.write_text(OLD)
    refused = call(script, "--write")
    assert refused.exit_code == 1
    assert f"{kept} is there already, and would be overwritten" in refused.stderr
    assert script.read_text() == OLD


def test_json(script):
    answer = json.loads(call(script, "--json").stdout)
    assert (answer["script"], answer["changed"]) == (str(script), True)
    assert "+layer = Dropout(rate=0.5)\n" in answer["diff"]
    assert [(remark["line"], remark["kind"]) for remark in answer["remarks"]] == [(3, "left")]


def test_wrong_scripts(tmp_path):
    assert call(tmp_path / "none.py").exit_code == 2
    broken = tmp_path / "python2.py"
    broken.write_text("print 'old'\n")
    answer = call(broken)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert f"{broken}:1: `print 'old'` is Python 2" in answer.stderr
