"""Networks of torchvision and timm: which of ours they are, and the names and shapes of their tensors.

The tables of names are committed, so that they can be checked where torchvision is missing. Renew them with
``python -m tests.weights.torch_networks`` in the environment of ``nox -s torchvision``.
"""

import json
import math
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("torch_names")
RENEW = "python -m tests.weights.torch_networks"

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class TorchNetwork:
    """One network of another maker.

    Attributes:
        maker: "torchvision" or "timm", the module that has it.
        name: of it there.
        variant: what it is called here.
        size: side of its pictures in pixels.
        settings: arguments of its own.
        tabled: whether its names are committed; those of the others follow the same rules.
    """

    maker: str
    name: str
    variant: str
    size: int = 224
    settings: dict[str, Any] = field(default_factory=dict)
    tabled: bool = False

    def __str__(self) -> str:
        return f"{self.maker}-{self.name}"

    @property
    def table(self) -> Path:
        return FOLDER / f"{self}.json"

    def build(self) -> Any:
        """The network with its own initial weights, ready to answer."""
        module = import_module({"torchvision": "torchvision.models", "timm": "timm.models"}[self.maker])
        return getattr(module, self.name)(**self.settings).eval()


# torchvision's first weights take a minute to draw, and its pixels are scaled in the network unless it is told not to.
PLAIN = {"init_weights": False, "transform_input": False}
NETWORKS = (
    TorchNetwork("torchvision", "vgg16", "VGG16", settings={"init_weights": False}, tabled=True),
    TorchNetwork("torchvision", "vgg19", "VGG19", settings={"init_weights": False}),
    TorchNetwork("torchvision", "resnet50", "ResNet50", tabled=True),
    TorchNetwork("torchvision", "resnet101", "ResNet101", tabled=True),
    TorchNetwork("torchvision", "resnet152", "ResNet152"),
    TorchNetwork("torchvision", "resnext50_32x4d", "ResNeXt50", tabled=True),
    TorchNetwork("torchvision", "densenet121", "DenseNet121", tabled=True),
    TorchNetwork("torchvision", "densenet169", "DenseNet169"),
    TorchNetwork("torchvision", "densenet201", "DenseNet201"),
    TorchNetwork("torchvision", "inception_v3", "InceptionV3", 299, settings=PLAIN, tabled=True),
    TorchNetwork("timm", "vgg16", "VGG16", tabled=True),
    TorchNetwork("timm", "vgg19", "VGG19"),
    TorchNetwork("timm", "resnet50", "ResNet50"),
    TorchNetwork("timm", "resnext50_32x4d", "ResNeXt50"),
    TorchNetwork("timm", "resnext101_32x4d", "ResNeXt101"),
    TorchNetwork("timm", "densenet121", "DenseNet121"),
    TorchNetwork("timm", "inception_v3", "InceptionV3", 299),
)
# Their shapes are those of our networks of that name, their paddings and epsilons are not.
UNSUPPORTED = (
    TorchNetwork("torchvision", "mobilenet_v2", "MobileNetV2", tabled=True),
    TorchNetwork("timm", "mobilenetv2_100", "MobileNetV2", tabled=True),
    TorchNetwork("timm", "mobilenetv1_100", "MobileNet", tabled=True),
    TorchNetwork("timm", "efficientnet_lite0", "EfficientNetLite0", tabled=True),
)
TABLED = tuple(network for network in (*NETWORKS, *UNSUPPORTED) if network.tabled)


def named_shapes(network: Any) -> Shapes:
    """Names and shapes of a torch module's tensors, in its order."""
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def tabled_shapes(network: TorchNetwork) -> Shapes:
    """The same from the committed table."""
    return {name: tuple(shape) for name, shape in json.loads(network.table.read_text(encoding="utf-8"))}


def shapes_without_numbers(network: TorchNetwork) -> Shapes:
    """Names and shapes of a network that is built without memory."""
    import torch

    with torch.device("meta"):
        return named_shapes(network.build())


def live_state(shapes: Shapes, seed: int = 0) -> dict[str, Any]:
    """A state dict of torch with the weights that ``tests.live_weights`` describes."""
    import torch

    generator = torch.Generator().manual_seed(seed)

    def drawn(name: str, shape: tuple[int, ...]) -> Any:
        if name.endswith("num_batches_tracked"):
            return torch.tensor(0)
        if len(shape) > 1:
            return torch.randn(shape, generator=generator) * math.sqrt(2 / math.prod(shape[1:]))
        if name.endswith(("weight", "running_var")):
            return torch.rand(shape, generator=generator) + 0.5
        return torch.randn(shape, generator=generator) * 0.1

    return {name: drawn(name, shape) for name, shape in shapes.items()}


def zeros(path: Path, shapes: Shapes) -> Path:
    """A safetensors file of nothing but zeros, which takes hardly any room on the disk."""
    header, end = {}, 0
    for name, shape in shapes.items():
        begin, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)
    return path


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for network in TABLED:
        rows = ",\n".join(json.dumps(row) for row in shapes_without_numbers(network).items())
        network.table.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
