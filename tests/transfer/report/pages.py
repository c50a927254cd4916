"""Pages of HTML as a browser takes them apart, and the facts of a small report."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
from PIL import Image

from amalthea.catalog import scaling_steps
from amalthea.images import Preparation
from amalthea.transfer.calibration import reliability
from amalthea.transfer.evaluation import evaluate
from amalthea.transfer.report.facts import Facts
from amalthea.transfer.report.mistakes import Gallery, Mistake, Pictured, thumbnail
from amalthea.transfer.report.portions import Portion

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "div", "h1", "h2", "h3", "p"),
    *("b", "small", "bdi", "span", "table", "tr", "th", "td", "img", "figure", "figcaption"),
    *("details", "summary", "pre", "code"),
}
VOID = {"meta", "img"}
PREPARATION = Preparation(size=(8, 8), scaling=scaling_steps("tf"))


class Page(HTMLParser):
    """What a browser would find in a page.

    Attributes:
        tags: every element's name.
        attributes: of all elements, name and value.
        text: everything that is shown, and the title.
        open: elements that were not closed.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text, self.style = "", ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text += data


def check_harmless(page: Page) -> None:
    """Nothing but known elements, nothing that could run, nothing that could be asked for."""
    assert set(page.tags) <= ALLOWED
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"href", "srcset", "action", "formaction", "background", "poster", "data", "ping", "xlink:href"}
    sources = [value for name, value in page.attributes if name == "src"]
    assert sources and all(value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")) for value in sources)
    assert "url(" not in page.style and "@import" not in page.style
    assert page.open == []


def facts_of(classes: Sequence[str], picture: str = "a.jpg", **others: object) -> tuple[Facts, Gallery]:
    """Of three pictures of each of the classes, the first of which is taken for the last class."""
    labels = np.repeat(np.arange(len(classes)), 3)
    answers = np.full((len(labels), len(classes)), 0.1 / (len(classes) - 1))
    answers[np.arange(len(labels)), labels] = 0.9
    answers[0] = answers[-1]
    mistake = Mistake(picture=picture, shown=classes[0], taken_for=classes[-1], probability=0.9, of_shown=0.1)
    drawn = thumbnail(np.asarray(Image.new("RGB", (8, 8), "red")))
    portion = Portion(counts=(3,) * len(classes), sizes=((30, 20), (40, 30), (50, 40)))
    facts = Facts(
        **{
            "network": "MobileNet",
            "written": datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
            "report": evaluate(labels, answers, classes),
            "interval": (0.5, 1.0),
            "reliability": reliability(labels, answers),
            "temperature": 1.0,
            "views": 1,
            "mistakes": (mistake,),
            "judging": portion,
            "learning": portion,
            "common": 0,
            "twins": (),
            "by_looks": True,
            "history": {},
            "tuned_from": None,
            "kept": None,
            "seconds": {"features": 75.2, "this report": 0.42},
            "settings": {"alpha": "0.25"},
            "changed": ["alpha"],
            "versions": {"amalthea": "1.0", "python": "3.12"},
            "machine": {"processor": "a <fast> one"},
            **others,
        }
    )
    return facts, Gallery((Pictured(mistake, drawn, drawn),), 1, "grad_cam")
