"""The documentation as a site: it is built without a warning, holds what is public, and asks no other server."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest

import amalthea
from amalthea.apps.command_line import command_line

pytest.importorskip("sphinx", reason="nox -s site has what builds the site")
from docs import cross_references, expansion

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site that ``nox -s site`` has built; else one that is built here."""
    if built := os.environ.get("AMALTHEA_SITE"):
        return Path(built)
    folder = tmp_path_factory.mktemp("site")
    options = ("-W", "--keep-going", "-n", "-q", "-d", tmp_path_factory.mktemp("doctrees"))
    command = [sys.executable, "-m", "sphinx", *options, DOCS, folder]
    settings = os.environ | {"KERAS_BACKEND": "openvino"}  # as there; what trains would add messages of its own
    answer = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=280)
    assert (answer.returncode, answer.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def pages(site):
    """The text of each page, with its markup."""
    found = {str(path.relative_to(site)): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert {"index.html", "models.html", "reference/amalthea.html"} < set(found)
    return found


def words(page):
    """What a reader sees of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", page)).split())


PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md")}
NAMED = defaultdict(list)
for text in PAGES.values():
    for module, names in expansion.named(text):
        NAMED[module] += names


def test_every_layer_has_its_page():
    # The others: `architectures` stands with `applications`, `apps` is the command line, `storage` nobody calls.
    layers = {"applications", "catalog", "images", "keras2", "preprocessing", "runtime", "transfer", "weights"}
    assert set(PAGES) == {*layers, "amalthea", "errors", "command_line"}
    assert set(amalthea._LAYERS) - set(PAGES) == set()
    assert set(NAMED) == set(expansion.PLACES) - {"amalthea.applications.imagenet_utils"}


@pytest.mark.parametrize("module", [name for name in NAMED if name != "amalthea.errors"])
def test_every_public_name_is_on_its_page(module):
    assert sorted(NAMED[module]) == sorted(import_module(module).__all__)


def test_every_error_is_on_its_page():
    classes = [value for value in vars(amalthea.errors).values() if isinstance(value, type)]
    assert sorted(NAMED["amalthea.errors"]) == sorted(found.__name__ for found in classes)


@pytest.mark.parametrize("module", NAMED)
def test_every_public_name_is_documented_in_the_site(module, pages):
    everything = "".join(pages.values())
    for name in NAMED[module]:
        path = f"{expansion.home(module, name)}.{name}"
        if module == "amalthea.keras2" and name.islower():  # a module of it is a line
            assert re.search(rf">{path}</\w+>", everything), path
        else:
            assert f'id="{path}"' in everything or f'id="module-{path}"' in everything, path


def test_methods_are_documented(pages):
    for name in ("runtime.Predictor.predict_images", "ImageClassifier.fine_tune", "ImageClassifier.predict_proba"):
        assert f'id="amalthea.{name}"' in "".join(pages.values())


def commands(group, path="amalthea"):
    yield path, group
    for name in group.list_commands(None) if hasattr(group, "list_commands") else ():
        yield from commands(group.get_command(None, name), f"{path} {name}")


COMMANDS = dict(commands(command_line))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_documented(path, pages):
    page = pages["reference/command_line.html"]
    section = re.search(rf'<section id="{path.replace(" ", "-")}">(.*?)</pre>', page, re.DOTALL)
    assert section, path
    shown = words(section[1])
    assert f"Usage: {path} " in shown
    options = [option for part in COMMANDS[path].params if not getattr(part, "hidden", False) for option in part.opts]
    assert [option for option in options if option.startswith("--") and option not in shown] == []


def test_the_models_are_the_catalogue(pages):
    page = words(pages["models.html"])
    for row in map(amalthea.variant, amalthea.list_models()):
        assert f"{row.name} {row.parameters:,} {row.size} " in page, row.name


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("amalthea.runtime.runners.protocol.TensorSpec", True),
        ("amalthea.runtime.Nothing", False),
        ("keras.Model", True),
        ("no_such_package.Model", False),
        ("Sequence", True),
        ("Nothing", False),
    ],
)
def test_a_reference_that_leads_nowhere_would_be_found(name, there):
    assert cross_references.exists(name) is there


def test_what_others_wrote_elsewhere_is_part_of_it(pages):
    assert "Every figure that this project states was measured" in words(pages["benchmarks.html"])
    assert "The first version." in words(pages["changelog.html"])
    assert "nox -s site" in words(pages["contributing.html"])


def test_notebooks_can_be_read(pages):
    page = words(pages["examples.html"])
    for path in expansion.EXAMPLES.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if cell["cell_type"] == "code":
                assert " ".join("".join(cell["source"]).split()) in page, path.name


def test_links_and_pictures_lead_somewhere(site, pages):
    """Links of pages that a code host shows as well: none of them may lead to Markdown here."""
    ids = {name: set(re.findall(r'id="([^"]+)"', page)) for name, page in pages.items()}
    for name, page in pages.items():
        for link in re.findall(r'(?:href|src)="([^"]+)"', page):
            target, _, anchor = unescape(link).partition("#")
            if re.match(r"[a-z]+:|//", target):
                continue
            path = Path(os.path.normpath((site / name).parent / target.partition("?")[0])) if target else site / name
            assert path.is_file(), (name, link)
            assert path.suffix != ".md", (name, link)
            if anchor and path.suffix == ".html":
                assert anchor in ids[str(path.relative_to(site))], (name, link)


FETCHED = r'<(?:script|link|img|iframe|source|video|audio|object|embed)\b[^>]*(?:src|href|data)="(?:https?:)?//[^"]*"'
FETCHED_BY_SCRIPTS = r"""(?:fetch|import|open|src\s*=)\(?\s*["'`](?:https?:)?//[^"'`]*"""
FETCHED_BY_STYLES = r"""url\(\s*["']?(?:https?:)?//[^)]*\)|@import\b[^;]*"""


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (FETCHED, '<script src="https://example.org/a.js">'),
        (FETCHED, '<link rel="stylesheet" href="//example.org/a.css">'),
        (FETCHED_BY_STYLES, 'src: url("https://example.org/a.woff2")'),
        (FETCHED_BY_STYLES, "@import 'a.css';"),
        (FETCHED_BY_SCRIPTS, 'fetch("https://example.org")'),
    ],
)
def test_a_request_would_be_found(pattern, text):
    assert re.search(pattern, text)


def test_no_page_asks_another_server(site, pages):
    fetched = {name: re.findall(FETCHED, page) for name, page in pages.items()}
    assert {name: found for name, found in fetched.items() if found} == {}
    drawn = [path for suffix in ("css", "svg", "html") for path in site.rglob(f"*.{suffix}")]
    assert len(drawn) > 20
    styles = {path.name: re.findall(FETCHED_BY_STYLES, path.read_text(encoding="utf-8")) for path in drawn}
    assert {name: found for name, found in styles.items() if found} == {}
    scripts = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.js"))
    assert re.findall(FETCHED_BY_SCRIPTS, scripts) == []
