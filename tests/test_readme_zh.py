"""README.zh-CN.md says what README.md says: the same headings, commands, links, tables and names."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from docs import generate

ROOT = Path(__file__).parents[1]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
LANGUAGES = {"README.md", "README.zh-CN.md"}

pytestmark = pytest.mark.single_backend


def sections(text):
    return re.split(r"^(?=#+ )", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), flags=re.MULTILINE)


def heading(section):
    return section.partition("\n")[0]


def code(text):
    return Counter(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text))


def links(text):
    return Counter(re.findall(r"\]\(([^)]+)\)", text) + re.findall(r"https?://127[\w.:]+", text))


def rows(text):
    return [re.split(r" ?\| ?", line)[1:-1] for line in text.splitlines() if line.startswith("|")]


BOTH = list(zip(sections(ENGLISH), sections(CHINESE), strict=False))[1:]


def test_the_headings_have_the_same_levels():
    levels = [[heading(section).count("#") for section in sections(text)] for text in (ENGLISH, CHINESE)]
    assert levels[0] == levels[1]
    assert len(BOTH) > 7


def test_each_names_the_other_at_the_top():
    assert ENGLISH.splitlines()[:3] == ["# Amalthea", "", "[简体中文](README.zh-CN.md)"]
    assert CHINESE.splitlines()[:3] == ["# Amalthea", "", "[English](README.md)"]


def test_the_blocks_are_the_same():
    blocks = [re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL) for text in (ENGLISH, CHINESE)]
    assert blocks[0] == blocks[1]
    assert len(blocks[0]) > 4


@pytest.mark.parametrize(("english", "chinese"), BOTH, ids=map(heading, sections(ENGLISH)[1:]))
def test_each_section_has_the_same_names_and_links(english, chinese):
    assert code(chinese) == code(english)
    assert {target: n for target, n in links(chinese).items() if target not in LANGUAGES} == {
        target: n for target, n in links(english).items() if target not in LANGUAGES
    }


@pytest.mark.parametrize(("english", "chinese"), BOTH, ids=map(heading, sections(ENGLISH)[1:]))
def test_each_row_of_a_table_tells_of_the_same(english, chinese):
    assert [[code(cell) for cell in row] for row in rows(chinese)] == [
        [code(cell) for cell in row] for row in rows(english)
    ]
    assert [links(" ".join(row)) for row in rows(chinese)] == [links(" ".join(row)) for row in rows(english)]


def test_the_model_table_is_the_catalogue():
    assert generate.with_model_table(CHINESE, generate.CHINESE) == CHINESE, "renew it: python docs/generate.py"


def test_every_paragraph_is_one_line():
    """A line break would become a space, which Chinese does not put between words."""
    prose = map(is_prose, CHINESE.splitlines())
    assert not any(before and after for before, after in pairwise(prose))


def is_prose(line):
    return bool(re.match(r"[一-鿿`A-Z]", line)) and not line.startswith("```")


def test_it_is_chinese():
    for section in sections(CHINESE)[1:]:
        prose = [line for line in section.splitlines()[1:] if is_prose(line)]
        assert all(re.search(r"[一-鿿]{4}", line) for line in prose), section
    assert not re.search(r"[一-鿿][,;:?!]", CHINESE), "a comma of the other script"
