from typing import Any

import pytest

from amalthea.catalog import list_models, variant
from amalthea.errors import ArgumentError, UnknownModelError

pytestmark = pytest.mark.single_backend

RESNETS = ("ResNet50", "ResNet101", "ResNet152")
RESNETS_V2 = ("ResNet50V2", "ResNet101V2", "ResNet152V2")
RESNEXTS = ("ResNeXt50", "ResNeXt101")
FIRST = ("Xception", "VGG16", "VGG19", *RESNETS, *RESNETS_V2, *RESNEXTS)
MIDDLE = ("InceptionV3", "InceptionResNetV2", "MobileNet", "MobileNetV2", "DenseNet121", "DenseNet169", "DenseNet201")
NASNETS = ("NASNetMobile", "NASNetLarge")
LITES = ("EfficientNetLite0", "EfficientNetLite1", "EfficientNetLite2")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", (*FIRST, *MIDDLE, *NASNETS, *LITES)),
        ("resnet*", (*RESNETS, *RESNETS_V2)),
        ("RESNET*V2", RESNETS_V2),
        ("resnet_*-v2", RESNETS_V2),
        ("v-g-g*", ("VGG16", "VGG19")),
        ("vgg1?", ("VGG16", "VGG19")),
        ("mobilenet", ("MobileNet",)),
        ("mobile", ()),
        ("", ()),
        ("[a-m]*", (*MIDDLE, *LITES)),
        ("[A-M]*", (*MIDDLE, *LITES)),
        ("[!a-m]*", (*FIRST, *NASNETS)),
        ("res-net-[1-4]*_v2", ("ResNet101V2", "ResNet152V2")),
        ("[v-g-g", ()),
    ],
)
def test_patterns(pattern: str, names: tuple[str, ...]) -> None:
    assert list_models(pattern) == names


@pytest.mark.parametrize("name", ["ResNet50V2", "resnet50v2", "RESNET-50-V2", "res_net_50_v2"])
def test_every_spelling_of_a_name(name: str) -> None:
    assert variant(name).name == "ResNet50V2"


def test_every_listed_name_is_known() -> None:
    assert tuple(variant(name).name for name in list_models()) == list_models()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ResNet5O", "no model 'ResNet5O'. Did you mean ResNet50"),
        ("mobilnet", "no model 'mobilnet'. Did you mean MobileNet"),
        ("xyz", "no model 'xyz'. There are Xception, VGG16, .*, EfficientNetLite2. `amalthea models` lists all"),
        ("", "no model ''. There are "),
        ("[a-m]*", "no model '.a-m.*'. There are "),
    ],
)
def test_an_unknown_name_lists_the_nearest(name: str, message: str) -> None:
    with pytest.raises(UnknownModelError, match=message):
        variant(name)


@pytest.mark.parametrize("given", [5, None, b"VGG16", ["VGG16"]])
def test_what_is_no_name(given: Any) -> None:
    for function in (list_models, variant):
        with pytest.raises(ArgumentError, match=r"A model goes by its name, such as 'ResNet50' .*; given was "):
            function(given)
