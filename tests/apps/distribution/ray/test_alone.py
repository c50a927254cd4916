"""Ray on this machine alone, as docs/scale.md says."""

import re
import shutil

import pytest

pytest.importorskip("ray")

from tests.apps.commands import call
from tests.apps.distribution.ray.runs import amalthea, records, table
from tests.test_scale_page import LOCAL, ON_RAY

pytestmark = pytest.mark.single_backend


def test_the_command_of_the_page(environment, small_network, test_data, tmp_path, monkeypatch):
    """Started and ended with the command, whose words are the only ones."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(test_data / "images", "pets")
    (tmp_path / "pets" / "cut.jpg").write_bytes((tmp_path / "pets" / "parrot.jpg").read_bytes()[:1000])
    alone = next(command for command in ON_RAY if "--address" not in command)
    environment = {name: value for name, value in environment.items() if not name.startswith("RAY_AUTH")}
    options = ["--model", small_network, "--shard-size", 5]
    told = amalthea(*alone, *options, "--workers", 1, environment=environment)
    assert told.returncode == 0, told
    assert re.fullmatch(r"Written: named_by_ray, \d+ pictures in \d shards, .* s\n", told.stdout), told
    assert re.fullmatch(r"Warning: 1 of \d+ pictures cannot be used: .*\n", told.stderr), told
    assert call(*LOCAL[0], *options).exit_code == 0
    for kind in ("rows", "failures"):
        assert table(tmp_path / "named_by_ray", kind).equals(table(tmp_path / "answers", kind))
    assert records(tmp_path / "named_by_ray") == records(tmp_path / "answers")
