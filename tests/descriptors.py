"""Every network of the collection once: what all tests of networks run over. A new variant is a new row."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Descriptor:
    """One network under test.

    Attributes:
        name: of the variant.
        module: where ``keras.applications`` and ours hold it.
        other_size: a second side in pixels for networks without top; odd, and small enough to be quick.
        settings: arguments of its own.
        small: the smallest of its family, which alone runs where time is short (torch, JAX, graph conversion).
        in_keras: whether ``keras.applications`` has it.
    """

    name: str
    module: str
    other_size: int = 75
    settings: dict[str, Any] = field(default_factory=dict)
    small: bool = False
    in_keras: bool = True

    def __str__(self) -> str:
        return "-".join([self.name, *map(str, self.settings.values())])


DESCRIPTORS = (
    Descriptor("VGG16", "vgg16", small=True),
    Descriptor("VGG19", "vgg19"),
    Descriptor("ResNet50", "resnet50", small=True),
    Descriptor("ResNet101", "resnet"),
    Descriptor("ResNet152", "resnet"),
    Descriptor("ResNet50V2", "resnet_v2", small=True),
    Descriptor("ResNet101V2", "resnet_v2"),
    Descriptor("ResNet152V2", "resnet_v2"),
    Descriptor("InceptionV3", "inception_v3", other_size=101, small=True),
    Descriptor("MobileNet", "mobilenet"),
    Descriptor("MobileNet", "mobilenet", settings={"alpha": 0.25}, small=True),
    Descriptor("MobileNet", "mobilenet", settings={"alpha": 0.75, "depth_multiplier": 2}),
    Descriptor("EfficientNetLite0", "efficientnet_lite", in_keras=False, small=True),
)
