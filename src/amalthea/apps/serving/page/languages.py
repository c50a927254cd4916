"""The words of the page: one file a language, with the same keys in each."""

import json
import re
from functools import cache
from html import escape
from importlib.resources import files

LANGUAGES = ("en", "zh")

_MARK = re.compile(r'data-word="(\w+)"[^<>]*>')


@cache
def words(language: str) -> dict[str, str]:
    """What the page says in a language, by key."""
    found: dict[str, str] = json.loads((files(__package__) / "words" / f"{language}.json").read_text("utf-8"))
    return found


def language_of(wished: str | None, accepted: str) -> str:
    """The language for a reader.

    Args:
        wished: what the address asks for; another word than a language counts as none.
        accepted: the header Accept-Language of the browser; whatever cannot be understood in it counts for nothing.

    Returns:
        One of ``LANGUAGES``; English where neither names one of them.
    """
    if wished in LANGUAGES:
        return str(wished)
    known = [(weight, name) for name, weight in _weights(accepted) if name in LANGUAGES and weight > 0]
    return max(known, key=lambda pair: pair[0], default=(0.0, LANGUAGES[0]))[1]


def filled(html: str, language: str) -> str:
    """A page with each element that bears ``data-word`` saying that word.

    Args:
        html: its marked elements are empty; ``{lang}`` and ``{other}`` in it become the code of this language and of
            the one that a link switches to.
        language: one of ``LANGUAGES``.
    """
    said = words(language)
    html = html.replace("{lang}", said["lang"]).replace("{other}", said["otherLanguageCode"])
    return _MARK.sub(lambda mark: mark[0] + escape(said[mark[1]], quote=False), html)


def _weights(accepted: str) -> list[tuple[str, float]]:
    """The languages of an Accept-Language header without their regions, each with its weight in [0, 1]."""
    found = []
    for part in accepted.split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        weights = [word.removeprefix("q=") for word in parameters if word.startswith("q=")]
        if re.fullmatch(r"[01]?(\.\d*)?", weight := weights[0] if weights else "1") and weight not in ("", "."):
            found.append((name.split("-")[0], float(weight)))
    return found
