"""The same network behind plain Keras on TensorFlow, FastAPI and uvicorn, at the fastest that a short script gets it.

``python -m benchmarks.serving_plain MODEL WEIGHTS WAY`` prints its address on the standard error and answers
``POST /v1/predict`` with a picture as its body, as ``amalthea serve`` does. WAY is ``predict``, as in the tutorials, or
``predict_on_batch``, which is faster for a single picture.
"""

import socket
import sys
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

import keras
import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool

from amalthea.catalog import imagenet_classes

SIDE = 224
TOP = 5


class Network(NamedTuple):
    """A network of ``keras.applications``, and the module that holds its scaling."""

    build: Callable[..., keras.Model]
    module: Any


NETWORKS = {
    "MobileNet:0.25": Network(partial(keras.applications.MobileNet, alpha=0.25), keras.applications.mobilenet),
    "ResNet50": Network(keras.applications.ResNet50, keras.applications.resnet),
}


def application(name: str, weights: str, way: str) -> FastAPI:
    network = NETWORKS[name]
    model = network.build(weights=weights)
    ways = {"predict": partial(model.predict, verbose=0), "predict_on_batch": model.predict_on_batch}
    scores, known = ways[way], imagenet_classes()  # Keras' own decode_predictions would download these names
    scores(np.zeros((1, SIDE, SIDE, 3), np.float32))  # compiled before the first request

    def answer(content: bytes) -> list[dict[str, object]]:
        picture = keras.utils.load_img(BytesIO(content), target_size=(SIDE, SIDE))
        pixels = network.module.preprocess_input(keras.utils.img_to_array(picture)[np.newaxis])
        [found] = scores(pixels)
        return [
            {"wordnet_id": known[best].wordnet_id, "name": known[best].name, "probability": float(found[best])}
            for best in found.argsort()[: -TOP - 1 : -1]
        ]

    app = FastAPI()

    @app.post("/v1/predict")
    async def predict(request: Request) -> dict[str, object]:
        classes = await run_in_threadpool(answer, await request.body())
        return {"predictions": [{"classes": classes}]}

    return app


def main() -> None:
    name, weights, way = sys.argv[1:]
    app = application(name, weights, way)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"serves on http://127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    main()
