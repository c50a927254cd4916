"""What docs/old_scripts.md says is true: its example runs, and its table names every program of the seeds."""

import re
from pathlib import Path

import pytest

from amalthea import keras2
from tests.keras2.seeds.programs import PROGRAMS

PAGE = (Path(__file__).parents[1] / "docs" / "old_scripts.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.single_backend


def test_the_example(capsys):
    [example] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    exec(compile(example, "old_scripts.md", "exec"), {})
    assert capsys.readouterr().out == "(None, 148, 148, 32)\n"


def test_every_program_and_where_it_stands():
    rows = re.findall(r"^\| [^|]+ \| (\d{3}: [^|]+) \|", PAGE, re.MULTILINE)
    shown = [sorted((seed, int(line)) for seed, line in re.findall(r"(\d{3}): (\d+)", row)) for row in rows]
    stands = [
        sorted([(program.seed, program.blocks[0][0]), *((seed, first) for seed, (first, _) in program.also)])
        for program in PROGRAMS.values()
    ]
    assert sorted(shown) == sorted(stands)


def test_what_is_named_exists():
    commands = re.findall(r"^amalthea (\w+)", PAGE, re.MULTILINE)
    assert set(commands) == {"run", "migrate", "export"}
    for name in ("multi_gpu_model", "music_tagger_crnn"):
        assert name in PAGE
    for module in re.findall(r"`keras\.(\w+(?:\.\w+)*)`", PAGE):
        part: object = keras2
        for word in module.split("."):
            part = getattr(part, word)
