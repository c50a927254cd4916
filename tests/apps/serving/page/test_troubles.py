"""What goes wrong between the page and its server is said in a sentence, and can be tried again."""

from threading import Thread

import pytest
import requests

pytest.importorskip("starlette")
pytest.importorskip("selenium")
pytestmark = pytest.mark.single_backend


@pytest.fixture
def visit(driver):
    from .visit import Visit

    return lambda address: Visit(driver, address).opened()


def test_a_server_that_has_ended(visit, serve_process, model_files, cat):
    process = serve_process(model_files[0])
    page = visit(process.url)
    page.models()
    process.process.terminate()
    assert process.ended() == 0
    process.process.stderr.close()
    page.drop(cat)
    assert page.answers() == ["No answer"]
    assert page.problem().startswith("The server does not answer.")
    assert page.find(".again").is_displayed()


def test_a_key_is_asked_for_only_where_it_is_needed(visit, server, model_files, cat, page):
    assert not page.find("#key").is_displayed()
    page = visit(server(model_files[0], api_key="open sesame"))
    page.wait(lambda: page.find("#key").is_displayed())
    assert page.focused.get_attribute("id") == "key-field"
    page.drop(cat)
    page.find("#key-field").send_keys("wrong\n")
    assert page.problem("#notice") == "That is not the key."
    assert page.texts(".problem")[-1] == "The server asks for a key."
    page.find("#key-field").clear()
    page.find("#key-field").send_keys("open sesame\n")
    page.wait(lambda: not page.find("#key").is_displayed())
    assert page.answers() == ["Egyptian cat"]
    assert "sesame" not in page.driver.current_url
    assert page.driver.execute_script("return localStorage.length + document.cookie.length") == 0
    page.driver.refresh()
    assert len(page.models().options) == 1
    assert not page.find("#key").is_displayed()


def test_a_file_beyond_the_limit(visit, server, model_files, large, cat):
    page = visit(server(model_files[0], max_body=100_000))
    assert page.find("#limits").text == "Up to 0.1 MiB each"
    page.drop(large, cat)
    assert page.answers() == ["No answer", "Egyptian cat"]
    assert page.problem() == "This file has 0.2 MiB, and the server takes at most 0.1 MiB. Make the picture smaller."


def test_a_picture_of_too_many_pixels(visit, server, model_files, large):
    page = visit(server(model_files[0], max_pixels=10_000))
    page.drop(large)
    assert page.answers() == ["No answer"]
    assert "160,000 pixels" in page.problem() or "160000 pixels" in page.problem()


def test_a_server_whose_models_take_no_pictures(visit, server, cat, tmp_path):
    """Nobody is left waiting."""
    import keras

    import amalthea

    amalthea.save(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]), tmp_path / "numbers.onnx")
    page = visit(server(tmp_path / "numbers.onnx"))
    expected = "No model of this server takes pictures; programs may send it arrays."
    assert page.problem("#notice") == expected
    page.drop(cat)
    assert page.answers() == ["No answer"]
    assert page.problem() == page.problem("#notice") == expected
    assert not page.find("#model").is_displayed()


def test_an_overloaded_server_can_be_asked_again(visit, server, cat):
    url = server("EfficientNetLite0", concurrency=1, waiting=0, max_pictures=150)
    page = visit(url)
    page.models()
    pictures = 150 * [("picture", ("cat.jpg", cat.read_bytes(), "image/jpeg"))]

    def ask(query, files):
        return requests.post(f"{url}/v1/predict{query}", files=files, timeout=60).status_code

    def ask_for_many():
        while ask("?views=2", pictures) == 503:  # the question below came first
            pass

    busy = Thread(target=ask_for_many)
    busy.start()
    page.wait(lambda: ask("", pictures[:1]) == 503)
    page.drop(cat)
    assert page.answers() == ["No answer"]
    assert page.problem().startswith("The server is busy")
    busy.join()
    page.find(".again").click()
    assert page.answers() == ["Egyptian cat"]
    assert not page.find(".card .problem").is_displayed()
