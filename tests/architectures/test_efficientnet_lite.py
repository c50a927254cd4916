"""EfficientNet-Lite against torch: its own loader and its own operations on the same file.

Keras has no such network to compare with. Here torch reads the file and computes the layers one after the other, by
nothing but the names of the tensors and the paper's table.
"""

from importlib.util import find_spec

import numpy as np
import pytest

from amalthea.architectures import get_model
from amalthea.catalog import variant
from amalthea.weights import find_weights
from tests.live_weights import clearly_different, zero_one_layer

torch = pytest.importorskip("torch")
functional = torch.nn.functional

# strides and repeats of the paper's stages; kernels, filters and expansion show in the tensors
STRIDES = (1, 2, 2, 2, 1, 2, 1)
REPEATS = {
    "EfficientNetLite0": (1, 2, 2, 3, 3, 4, 1),
    "EfficientNetLite1": (1, 3, 3, 4, 4, 5, 1),
    "EfficientNetLite2": (1, 3, 3, 4, 4, 5, 1),
}


class Reference:
    """The network as torch computes it."""

    def __init__(self, state, repeats):
        self.state = state
        self.strides = [
            stride if repeat == 0 else 1
            for stride, times in zip(STRIDES, repeats, strict=True)
            for repeat in range(times)
        ]

    def convolution(self, x, name, stride=1, groups=1):
        kernel = self.state[f"{name}.weight"]
        side, size = x.shape[-1], kernel.shape[-1]
        missing = max((-(-side // stride) - 1) * stride + size - side, 0)  # TensorFlow's "same"
        x = functional.pad(x, [missing // 2, missing - missing // 2] * 2)
        return functional.conv2d(x, kernel, stride=stride, groups=groups)

    def norm(self, x, name):
        values = [self.state[f"{name}.{key}"] for key in ("running_mean", "running_var", "weight", "bias")]
        return functional.batch_norm(x, *values, eps=1e-3)

    def block(self, x, name, stride):
        before = x
        if f"{name}._expand_conv.weight" in self.state:
            x = functional.relu6(self.norm(self.convolution(x, f"{name}._expand_conv"), f"{name}._bn0"))
        x = self.convolution(x, f"{name}._depthwise_conv", stride, groups=x.shape[1])
        x = functional.relu6(self.norm(x, f"{name}._bn1"))
        x = self.norm(self.convolution(x, f"{name}._project_conv"), f"{name}._bn2")
        return x + before if x.shape == before.shape else x

    def __call__(self, x):
        x = functional.relu6(self.norm(self.convolution(x, "_conv_stem", stride=2), "_bn0"))
        for number, stride in enumerate(self.strides):
            x = self.block(x, f"_blocks.{number}", stride)
        x = functional.relu6(self.norm(self.convolution(x, "_conv_head"), "_bn1"))
        return functional.linear(x.mean((2, 3)), self.state["_fc.weight"], self.state["_fc.bias"])


@pytest.mark.parametrize("name", REPEATS)
def test_logits_equal_those_of_torch(name):
    row = variant(name)
    file = row.file(top=True)
    if not find_spec(file.package.partition("/")[0]):
        pytest.skip(f"the Python package with {file.name} is not installed")
    state = torch.load(find_weights(file), map_location="cpu", weights_only=True)
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, row.size, row.size, 3)).astype("float32")
    with torch.no_grad():
        expected = Reference(state, REPEATS[name])(torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy())).numpy()
    assert clearly_different(expected[0], expected[1])

    model = get_model(name, classifier_activation=None)
    found = model.predict(pictures, verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-3 * expected.std())
    layer = zero_one_layer(model)
    assert clearly_different(model.predict(pictures, verbose=0), expected), f"zeroing {layer} went unnoticed"
