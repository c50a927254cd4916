"""A server in a thread of this process, and networks of several kinds for it."""

import time
from contextlib import contextmanager
from threading import Thread

import keras
import uvicorn
from keras import layers

import amalthea
from amalthea.apps.serving import ServerSettings, open_models
from amalthea.apps.serving.application import application
from amalthea.apps.serving.listening import listening
from amalthea.apps.serving.running import configuration
from tests.live_weights import set_live_weights
from tests.runtime.small_models import pair_model

CLASSES = ["ant", "bee", "cat: a large one", "кот", "emu"]


@contextmanager
def serving(models, ready=True, **settings):
    """The port of a server of these models, once it may be asked."""
    chosen = ServerSettings(port=0, **settings)
    with listening(chosen) as listener:
        app = application(models, chosen)
        running = uvicorn.Server(configuration(app, chosen))
        thread = Thread(target=running.run, args=([listener],))
        thread.start()
        try:
            end = time.monotonic() + 60
            while not (running.started and (app.state.server.ready or not ready)):
                assert time.monotonic() < end and thread.is_alive(), app.state.server.readiness.failure
                time.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            running.should_exit = True
            thread.join()


def small_networks(folder):
    """Files of networks: of five classes, of two by one sigmoid, and of two arrays, of which nothing more is known."""
    amalthea.save(_classifier("five", 5, "softmax"), folder / "five.onnx", classes=CLASSES, scaling="tf")
    amalthea.save(_classifier("two", 1, "sigmoid"), folder / "two.onnx", classes=["cat", "dog"], scaling="tf")
    amalthea.save(pair_model(), folder / "pair.onnx")
    return open_models([str(folder / f"{name}.onnx") for name in ("five", "two", "pair")])


def _classifier(name, units, activation):
    chain = [
        layers.Conv2D(8, 5, strides=3, activation="relu", data_format="channels_last"),
        layers.GlobalAveragePooling2D(data_format="channels_last"),
        layers.Dense(units, activation=activation),
    ]
    model = keras.Sequential([keras.Input((40, 36, 3)), *chain], name=name)
    set_live_weights(model)
    return model
