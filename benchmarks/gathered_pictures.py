"""A network whose graph resizes pictures itself: "nearest" is a Gather of rows, and one of columns."""

import numpy as np
import openvino
import openvino.opset13 as ops

from amalthea.images.resizing import _nearest_places

MICRO_BATCH = 2  # as Amalthea computes networks of this size


class GatheringNetwork:
    """A graph for pictures of another size than its own.

    Which rows and columns it takes is computed outside: Pillow adds the step from pixel to pixel in float64, and its
    rounding decides which is nearest; what a graph computes in float64, OpenVINO computes in float32.

    Args:
        graph: an ONNX file that takes uint8 pictures of shape (N, rows, columns, 3).
        source: rows and columns of the pictures that it is compiled for; None for any.
    """

    def __init__(self, graph: bytes, source: tuple[int, int] | None) -> None:
        core = openvino.Core()
        model = core.read_model(graph)
        [old] = model.get_parameters()
        self._sides = tuple(length.get_length() for length in list(old.get_partial_shape())[1:3])
        model.reshape({0: [MICRO_BATCH, *self._sides, 3]})
        self._source = source
        pictures = ops.parameter([MICRO_BATCH, *(source or (-1, -1)), 3], np.uint8)
        given = [] if source else [ops.parameter([side], np.int32) for side in self._sides]
        chosen = pictures
        for axis, places in enumerate(given or map(ops.constant, self._places(source)), start=1):
            chosen = ops.gather(chosen, places, ops.constant(axis))
        for user in old.output(0).get_target_inputs():
            user.replace_source_output(chosen.output(0))
        settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "THROUGHPUT"}
        compiled = core.compile_model(openvino.Model(model.get_results(), [pictures, *given]), "CPU", settings)
        self._classes = model.outputs[0].get_partial_shape()[1].get_length()
        self._queue = openvino.AsyncInferQueue(compiled, 2 * compiled.get_property("NUM_STREAMS"))

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        """The answers for a number of pictures that is a multiple of the micro-batch."""
        answers = np.empty((len(pictures), self._classes), np.float32)

        def keep(request: openvino.InferRequest, start: int) -> None:
            answers[start : start + MICRO_BATCH] = request.output_tensors[0].data

        self._queue.set_callback(keep)
        places = [] if self._source else self._places(pictures.shape[1:3])
        for start in range(0, len(pictures), MICRO_BATCH):
            given = [pictures[start : start + MICRO_BATCH], *places]
            self._queue.start_async(dict(enumerate(given)), start, share_inputs=True)
        self._queue.wait_all()
        return answers

    def _places(self, source: tuple[int, int]) -> list[np.ndarray]:
        return [_nearest_places(old, new).astype(np.int32) for old, new in zip(source, self._sides, strict=True)]
