"""The files of the page: from this server alone, in the reader's language, and no more than once."""

import json
import re
from importlib.resources import files

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("starlette")
pytestmark = pytest.mark.single_backend

FOLDER = files("amalthea.apps.serving") / "page"
SCRIPTS = {path.name: path.read_text("utf-8") for path in (FOLDER / "script").iterdir()}
SHEET, HTML = ((FOLDER / name).read_text("utf-8") for name in ("page.css", "index.html"))
ENGLISH, CHINESE = (json.loads((FOLDER / "words" / f"{name}.json").read_text("utf-8")) for name in ("en", "zh"))


def get(url, path="/", **headers):
    return requests.get(f"{url}{path}", headers=headers, timeout=30)


def names_in(sentence):
    return set(re.findall(r"{(\w+)}", sentence))


def test_both_languages_say_the_same():
    assert list(ENGLISH) == list(CHINESE)
    assert {key: names_in(words) for key, words in ENGLISH.items()} == {
        key: names_in(words) for key, words in CHINESE.items()
    }
    assert all(ENGLISH.values()) and all(CHINESE.values())


def test_every_word_is_said_somewhere_and_none_is_missing():
    marked = set(re.findall(r'data-word="(\w+)"', HTML))
    strings = {found for script in SCRIPTS.values() for found in re.findall(r'"(\w+)"', script)}
    spoken = {found for script in SCRIPTS.values() for found in re.findall(r'(?:word|Problem)\("(\w+)"', script)}
    assert (marked | spoken) - set(ENGLISH) == set()
    assert set(ENGLISH) - marked - strings == {"otherLanguageCode"}  # of the link, which Python and words.js set


def test_nothing_is_inline_and_nothing_from_elsewhere():
    everything = "\n".join([HTML, SHEET, *SCRIPTS.values()])
    assert re.findall(r"https?://|//\w+\.\w+/|@import|url\(", everything) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\.cssText", everything) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=)", HTML) == []
    assert all(len(text.splitlines()) <= 300 for text in [HTML, SHEET, *SCRIPTS.values()])


def test_every_part_that_a_script_looks_for_is_there():
    looked_for = {each for script in SCRIPTS.values() for each in re.findall(r'part\("([\w-]+)"\)', script)}
    assert len(looked_for) > 5
    assert looked_for - set(re.findall(r'id="([\w-]+)"', HTML)) == set()


def test_the_page_is_filled_in_the_language_of_the_reader(served):
    for headers, path, words in (
        ({}, "/", ENGLISH),
        ({"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, "/", CHINESE),
        ({"Accept-Language": "fr,en;q=0.5,zh;q=0.7"}, "/", CHINESE),
        ({"Accept-Language": "zh"}, "/?lang=en", ENGLISH),
        ({"Accept-Language": "zh"}, "/?lang=tlh", CHINESE),
    ):
        answer = get(served, path, **headers)
        assert f'<h1 data-word="question">{words["question"]}</h1>' in answer.text
        assert f'<html lang="{words["lang"]}" data-max-body="20971520" data-explain="true">' in answer.text
        assert f'href="?lang={words["otherLanguageCode"]}"' in answer.text
        assert answer.headers["Content-Language"] in words["lang"]
        assert answer.headers["Vary"] == "Accept-Language"
        assert re.findall(r"data-word=\"\w+\"[^<>]*></", answer.text) == []


@given(st.text(alphabet="zhen-CN,;q=0.19* é", max_size=40))
def test_no_header_of_a_browser_is_too_strange(accepted):
    from amalthea.apps.serving.page.languages import LANGUAGES, language_of

    assert language_of(None, accepted) in LANGUAGES


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh;q=0", "en"),
        ("en;q=0.1, zh-Hant-TW", "zh"),
        ("ZH", "zh"),
        ("zh;q=nan,en;q=0.2", "en"),
        ("*", "en"),
    ],
)
def test_languages_are_weighed(accepted, language):
    from amalthea.apps.serving.page.languages import language_of

    assert language_of(None, accepted) == language


def test_browsers_may_do_nothing_beyond_this_server(served):
    for path in ("/", "/page/page.css", "/page/script/page.js", "/page/words/zh.json", "/page/chelsea.jpg"):
        answer = get(served, path)
        assert answer.status_code == 200
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert "unsafe" not in str(policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_what_a_browser_has_is_not_sent_again(served):
    for path in ("/", "/page/page.css"):
        first = get(served, path)
        again = get(served, path, **{"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
        assert get(served, path, **{"If-None-Match": '"other"'}).content == first.content
    assert get(served, "/?lang=zh").headers["ETag"] != get(served, "/?lang=en").headers["ETag"]


@pytest.mark.parametrize("name", ["index.html", "delivery.py", "../page/delivery.py", "%2e%2e/keys.py", "script/", ""])
def test_only_files_of_the_page_are_given(served, name):
    assert requests.get(f"{served}/page/{name}", timeout=30, allow_redirects=False).status_code == 404


def test_the_page_is_open_where_a_key_is_asked_for(server, network_file):
    url = server(network_file, api_key="open sesame")
    assert get(url).status_code == get(url, "/page/script/page.js").status_code == 200
    assert get(url, "/v1/models").status_code == 401
