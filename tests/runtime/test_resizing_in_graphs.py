"""Why pictures are resized outside of the graph: not every runtime finds the nearest pixels as Pillow does."""

from importlib.util import find_spec

import numpy as np
import onnx
import pytest

from amalthea.images import resize
from amalthea.runtime import open_runner

pytestmark = pytest.mark.single_backend

# Pillow adds the step from pixel to pixel in float64, beginning with half of it.
ALONG = """
    length_{axis} = Shape <start = {axis}, end = {end}> (picture)
    exact_{axis} = Cast <to = 11> (length_{axis})
    step_{axis} = Div (exact_{axis}, side)
    half_{axis} = Div (step_{axis}, two)
    others_{axis} = Expand (step_{axis}, count)
    steps_{axis} = Concat <axis = 0> (half_{axis}, others_{axis})
    middles_{axis} = CumSum (steps_{axis}, first)
    nearest_{axis} = Cast <to = 7> (middles_{axis})
    {chosen} = Gather <axis = {axis}> ({given}, nearest_{axis})
"""
GRAPH = f"""
<ir_version: 8, opset_import: ["" : 18]>
nearest (uint8[n, rows, columns, 3] picture) => (uint8[n, 224, 224, 3] small)
<double side = {{224}}, double two = {{2}}, int64[1] count = {{223}}, int64 first = {{0}}>
{{
    {ALONG.format(axis=1, end=2, given="picture", chosen="flat")}
    {ALONG.format(axis=2, end=3, given="flat", chosen="small")}
}}
"""


@pytest.mark.parametrize(("runtime", "right"), [("openvino", False), ("onnxruntime", True)])
def test_nearest_pixels_found_in_a_graph(runtime, right):
    """OpenVINO computes float64 in float32, whose rounding decides otherwise where two pixels are as near."""
    if find_spec(runtime) is None:
        pytest.skip(f"{runtime} is not installed")
    graph = onnx.parser.parse_model(GRAPH)
    onnx.checker.check_model(graph, full_check=True)
    picture = np.random.default_rng(0).integers(0, 256, (320, 320, 3), np.uint8)
    [found] = open_runner(graph.SerializeToString(), runtime=runtime)([picture[None]])
    assert np.array_equal(found[0], resize(picture, 224)) is right
