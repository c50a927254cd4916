"""docs/page.md says what is true, and shows the page as it is."""

import json
import re
import shlex
from importlib.resources import files
from pathlib import Path

import pytest

from amalthea.apps.command_line import command_line
from amalthea.images import read_picture

pytest.importorskip("starlette")
pytestmark = pytest.mark.single_backend

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "page.md").read_text(encoding="utf-8")


def test_its_commands_exist():
    lines = [" ".join(line.split()) for line in re.findall(r"amalthea serve[^`\n]*(?:\n[^`\n]*(?=`))?", PAGE)]
    assert len(lines) > 2
    for line in lines:
        _, name, *arguments = shlex.split(line)
        command = command_line.get_command(None, name)
        assert command.make_context(name, arguments).params["port"] == 8000


def test_its_pictures_are_small_and_its_links_lead_somewhere():
    for picture, width in (("page-wide.png", 1280), ("page-narrow.png", 585)):
        assert f"]({picture})" in PAGE
        assert (DOCS / picture).stat().st_size < 300_000
        assert read_picture(DOCS / picture).shape[1] == width
    assert [link for link in re.findall(r"\]\(([^)]+)\)", PAGE) if not (DOCS / link).exists()] == []


def test_what_it_names_stands_on_the_page():
    words = files("amalthea.apps.serving") / "page" / "words" / "en.json"
    said = json.loads(words.read_text("utf-8")).values()
    assert [each for each in re.findall(r"\*\*(.+?)\*\*", PAGE) if each not in {*said, "English"}] == []
