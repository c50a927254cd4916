"""What the server and its models are, for clients that ask before they infer."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from .... import __version__
from ....runtime import Predictor
from ..state import server_of
from .answer import VERSION
from .asked_model import asked_model
from .declared import DeclaredTensor, inputs_of, outputs_of, pictures_of

EXTENSIONS = ("binary_tensor_data", "classification", "model_configuration", "model_repository(index)")
"""Of the protocol, by Triton's names; of its model repository, models cannot be loaded and unloaded."""

_PLATFORM = "onnx_onnxv1"  # the protocol's name for ONNX


async def server_metadata(_: Request) -> JSONResponse:
    """Name, version and extensions of the server."""
    return JSONResponse({"name": "amalthea", "version": __version__, "extensions": list(EXTENSIONS)})


async def model_metadata(request: Request) -> JSONResponse:
    """The tensors that a model takes and returns.

    ``alternative_inputs``, which the protocol does not know, names an input that may be given in place of all others.
    """
    model = asked_model(request)
    predictor = model.predictor
    pictures = pictures_of(predictor)
    return JSONResponse(
        {
            "name": model.name,
            "versions": [VERSION],
            "platform": _PLATFORM,
            "inputs": [tensor.as_json() for tensor in inputs_of(predictor)],
            "outputs": [tensor.as_json() for tensor in outputs_of(predictor)],
            "alternative_inputs": [pictures.as_json()] if pictures else [],
        }
    )


async def model_configuration(request: Request) -> JSONResponse:
    """The same as a configuration of Triton, in whose shapes the pictures are not counted."""
    model = asked_model(request)
    return JSONResponse(
        {
            "name": model.name,
            "platform": _PLATFORM,
            "backend": "amalthea",
            "max_batch_size": server_of(request).settings.max_pictures,
            "input": [
                {**_configured(tensor), "format": _format(model.predictor, number)}
                for number, tensor in enumerate(inputs_of(model.predictor))
            ],
            "output": [_configured(tensor) for tensor in outputs_of(model.predictor)],
        }
    )


def _configured(tensor: DeclaredTensor) -> dict[str, object]:
    return {"name": tensor.name, "data_type": f"TYPE_{tensor.datatype}", "dims": list(tensor.shape[1:])}


def _format(predictor: Predictor, number: int) -> str:
    spec = predictor.runner.inputs[number]
    if spec.channels_first:
        return "FORMAT_NCHW"
    return "FORMAT_NHWC" if len(spec.shape) == 4 and spec.shape[3] == 3 else "FORMAT_NONE"
