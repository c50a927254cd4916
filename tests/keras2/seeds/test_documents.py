"""No program of the seeds is left out, and nothing is changed that is not listed."""

import ast
import hashlib
from inspect import signature

import pytest
from PIL import Image

from amalthea.keras2 import applications
from tests.keras2.seeds.programs import ERRATA, NO_CODE, PROGRAMS, changes, fenced_blocks, lines_of, source

SEEDS = ("000", "001", "002", "003", "004")

pytestmark = pytest.mark.single_backend


def signatures(code):
    """Calls of constructors with their defaults, by which documents show what these take; empty for a program."""
    calls = [statement.value for statement in ast.parse(code).body if isinstance(statement, ast.Expr)]
    shown = [
        call for call in calls if isinstance(call, ast.Call) and ast.unparse(call).startswith("keras.applications.")
    ]
    return shown if len(shown) == len(ast.parse(code).body) else []


def in_programs(seed):
    blocks = [block for program in PROGRAMS.values() if program.seed == seed for block in program.blocks]
    return blocks + [block for program in PROGRAMS.values() for where, block in program.also if where == seed]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_block_is_a_program_a_signature_or_no_code(seeds, seed):
    lines, programs = lines_of(seeds, seed), in_programs(seed)
    for first, last in fenced_blocks(lines):
        if any(begin <= first < last <= end for begin, end in programs) or (seed, (first, last)) in NO_CODE:
            continue
        assert signatures("\n".join(lines[first + 1 : last])), f"{seed}:{first}"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_shown_of_a_constructor_is_what_it_takes(seeds, seed):
    lines = lines_of(seeds, seed)
    programs, found = in_programs(seed), 0
    for first, last in fenced_blocks(lines):
        if (seed, (first, last)) in NO_CODE or any(begin <= first < last <= end for begin, end in programs):
            continue
        for call in signatures("\n".join(lines[first + 1 : last])):
            _, _, module, name = ast.unparse(call.func).split(".")
            takes = signature(getattr(getattr(applications, module), name)).parameters
            shown = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
            assert list(takes)[: len(shown)] == list(shown), name
            assert {argument: takes[argument].default for argument in shown} == shown, name
            found += 1
    assert found == {"000": 20, "001": 13, "002": 0, "003": 7, "004": 12}[seed]


@pytest.mark.parametrize("name", [name for name, program in PROGRAMS.items() if program.also])
def test_the_same_program_in_other_documents(seeds, name):
    program = PROGRAMS[name]
    original = ast.dump(ast.parse(source(seeds, program.seed, program.blocks, ("erratum",))))
    for seed, block in program.also:
        assert ast.dump(ast.parse(source(seeds, seed, (block,), ("erratum",)))) == original, seed


def test_every_change_is_made_in_a_program_and_for_a_reason():
    for kind in ERRATA:
        for seed in SEEDS:
            for change in changes(seed, (kind,)):
                assert change["reason"]
                assert any(first <= change["line"] < last for first, last in in_programs(seed)), change
    assert [change["seed"] in SEEDS for kind in ERRATA.values() for change in kind] == [True] * 19


def test_a_change_that_does_not_fit_is_noticed(seeds, monkeypatch):
    monkeypatch.setitem(ERRATA["erratum"][0], "old", "'no_such_text.h5'")
    with pytest.raises(AssertionError, match=r"000:1126 is not \"'no_such_text.h5'\""):
        source(seeds, "000", ((1117, 1195),))


def test_lines_keep_their_numbers(seeds):
    text = source(seeds, "000", ((1117, 1195),)).split("\n")
    assert text[1125] == "top_model_weights_path = 'bottleneck_fc_model.h5'"
    assert text[1157] == "for layer in model.layers[:25]:"
    assert set(text[:1117]) == {""}


def test_the_pictures_are_as_many_as_the_programs_assume_and_differ(pictures):
    counts = {"train": 1000, "validation": 500, "test": 500}
    small = pictures / "cats_and_dogs_small"
    for part, count in counts.items():
        for animal in ("cats", "dogs"):
            assert len(list((small / part / animal).glob("*.jpg"))) == count
    files = list(small.rglob("*.jpg"))
    assert len({hashlib.md5(path.read_bytes()).digest() for path in files}) == len(files) == 4000
    assert [len(list((pictures / "data" / "validation" / animal).iterdir())) for animal in ("cats", "dogs")] == [
        400
    ] * 2
    with Image.open(pictures / "data" / "train" / "cats" / "cat.0.jpg") as picture:
        assert (picture.mode, picture.size) == ("RGB", (176, 160))
