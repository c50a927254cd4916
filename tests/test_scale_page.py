"""What docs/scale.md says, done in a folder with a few pictures; on Ray in tests/apps/distribution/ray."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("pyarrow")

from amalthea.apps.command_line import command_line

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.single_backend


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


LINES = [line for block in blocks("sh") for line in block.splitlines()]
COMMANDS = [shlex.split(line)[1:] for line in LINES if line.startswith("amalthea")]
LOCAL = [command for command in COMMANDS if "ray" not in command]
ON_RAY = [command for command in COMMANDS if "ray" in command]


@pytest.fixture
def here(tmp_path, monkeypatch, test_data):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(test_data / "images", "pets")
    return tmp_path


def test_the_commands_and_the_python_run_one_after_another(here, capsys):
    pytest.importorskip("pandas")
    for command in LOCAL:
        answer = CliRunner().invoke(command_line, command)
        assert answer.exit_code == 0, (command, answer.output)
    for example in blocks("python"):
        exec(compile(example, "scale.md", "exec"), {})
    told = capsys.readouterr().out
    assert "African_elephant" in told and "macaw" in told


def test_the_files_are_those_of_the_table(here):
    assert CliRunner().invoke(command_line, LOCAL[0]).exit_code == 0
    [section] = re.findall(r"^## What is in the folder\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    named = re.findall(r"^\| `([\w/.-]+)` \|", section, re.MULTILINE)
    written = {str(path.relative_to("answers")) for path in Path("answers").rglob("*") if path.is_file()}
    kinds = {re.sub(r"\d+", "#", path) for path in written} | {"_failures/part-#.parquet"}
    assert kinds - {"_running.lock"} == {re.sub(r"\d+", "#", path) for path in named}


@pytest.mark.parametrize("line", ON_RAY, ids=" ".join)
def test_the_options_for_ray_exist(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command_line.get_command(None, line[0]).make_context(line[0], line[1:]).params["engine"] == "ray"


def measured(name: str) -> dict:
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_arithmetic_is_that_of_the_benchmarks():
    speed, sizes = measured("distribution-speed"), measured("distribution-sizes")
    [row], size = speed["rows"], speed["bytes of a picture"]
    seconds = row["local"]["median"]
    hours, a_machine = 1e6 * seconds / 3600, 64 * 1000 / seconds
    small = measured("serving-throughput")["rows"][0]["ms of the processor a picture, predict_images, many a call"]
    written = {each["task"]: each["answers"] for each in sizes["rows"]}
    wanted = [
        f"at {seconds:.2f} s for 1,000 pictures | 10⁹ × {seconds / 1000:.5f} s ÷ 3,600 = {round(hours, -1):,.0f} |",
        f"{round(hours, -1):,.0f} ÷ 640 = {hours / 640:.1f} | {hours / 640:.1f} |",
        f"at {size / 1e3:.1f} kB | {size / 1e3:.0f} TB |",
        f"at {written['predict']:.0f} and {written['features']:,.0f} B | {written['predict'] / 1e3:.2f} TB |",
        f"the plan, at {sizes['rows'][0]['plan']:.1f} B",
        f"a shard is {16.384 * seconds / 60:.1f} minutes",
        f"1,000 ÷ {seconds:.2f} × {size / 1e3:.1f} kB = {size / seconds / 1e3:.1f} MB/s",
        f"{a_machine * size / 1e9:.2f} GB/s, or {8 * a_machine * size / 1e9:.1f} Gbit/s",
        f"opens {round(a_machine, -2):,.0f} pictures a second",
        f"Ray's own part was {row['ray / local'] - 1:.0%}".replace("%", " %"),
        f"take {row['processors beside 2 workers']:.0%} of one processor".replace("%", " %"),
        f"{row['before the first shard, ray']['median']:.1f} s pass",
        f"takes {small} ms",
    ]
    text = " ".join(PAGE.split())
    assert [words for words in wanted if words not in text] == []


def test_extras_that_are_named_exist():
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"amalthea\[(\w+)\]", PAGE)) <= extras.keys()


def test_links_lead_somewhere():
    for path in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert path.startswith("http") or (ROOT / "docs" / path).exists(), path
