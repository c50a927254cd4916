"""The browser asks this server and nobody else."""

import json

import pytest

pytest.importorskip("starlette")
pytest.importorskip("selenium")
pytestmark = pytest.mark.single_backend


def test_no_request_goes_anywhere_else(page, cat):
    page.driver.execute_script("performance.clearResourceTimings()")
    page.opened()
    page.find("#sample").click()
    page.pick(cat)
    page.answers()
    page.find("#language").click()
    page.wait(lambda: page.driver.execute_script("return document.documentElement.lang") == "zh-Hans")
    asked = page.driver.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)")
    elsewhere = [each for each in asked if not each.startswith((f"{page.address}/", "blob:", "data:"))]
    assert elsewhere == []
    assert {f"{page.address}/{name}" for name in ("v1/models", "v1/predict", "page/page.css")} <= set(asked)
    assert [each for each in page.driver.get_log("browser") if "Content Security Policy" in json.dumps(each)] == []


def test_the_policy_would_stop_one(page):
    stopped = page.driver.execute_async_script(
        """const [elsewhere, done] = arguments;
        document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
        fetch(elsewhere).catch(() => {});""",
        page.address.replace("127.0.0.1", "localhost"),
    )
    assert stopped == "connect-src"


def test_text_is_never_taken_for_html(page):
    error = page.driver.execute_script("try { document.body.innerHTML = '<p>'; } catch (error) { return error.name; }")
    assert error == "TypeError"
