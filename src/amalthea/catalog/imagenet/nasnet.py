"""NASNet's weights. They are published as ``NASNet-mobile.h5``, but cached as ``nasnet_mobile.h5``."""

from functools import partial

from ..scaling import Scaling
from ..variant import Variant, WeightFile
from .files import APACHE, PUBLISHED

_nasnet = partial(
    Variant,
    family="nasnet",
    depth=None,
    min_size=32,
    scaling=Scaling.TF,
    licence=APACHE,
    attribution="Google",
    paper=("Learning Transferable Architectures for Scalable Image Recognition", "https://arxiv.org/abs/1707.07012"),
)


def _files(kind: str, size: int, md5: tuple[str, str]) -> tuple[WeightFile, WeightFile]:
    """The files with and without top of a kind, ``"mobile"`` or ``"large"``."""
    address = f"{PUBLISHED}/nasnet/NASNet-{kind}"
    return (
        WeightFile(name=f"nasnet_{kind}.h5", top=True, size=size, url=f"{address}.h5", md5=md5[0]),
        WeightFile(name=f"nasnet_{kind}_no_top.h5", top=False, size=size, url=f"{address}-no-top.h5", md5=md5[1]),
    )


ROWS = (
    _nasnet(
        name="NASNetMobile",
        keras_name="nasnet_mobile",
        parameters=5_326_716,
        features=1056,
        size=224,
        top1=0.744,
        top5=0.919,
        megabytes=23,
        files=_files("mobile", 224, ("020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63")),
    ),
    _nasnet(
        name="NASNetLarge",
        keras_name="nasnet_large",
        parameters=88_949_818,
        features=4032,
        size=331,
        top1=0.825,
        top5=0.960,
        megabytes=343,
        files=_files("large", 331, ("11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5")),
    ),
)
