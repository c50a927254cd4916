"""Which weight file belongs to which network: those that Keras itself asks for, and what else can be asked."""

from pathlib import Path
from typing import Any

import keras
import pytest

from amalthea import _keras
from amalthea.catalog import list_models, variant
from amalthea.errors import ArgumentError

pytestmark = pytest.mark.single_backend

IN_KERAS = [name for name in list_models() if hasattr(keras.applications, name)]


class DownloadAskedError(Exception):
    """In place of a download: (file name, address, hash)."""


def asked_by_keras(monkeypatch: pytest.MonkeyPatch, name: str, **arguments: Any) -> tuple[str, str, str]:
    def get_file(fname: str, origin: str, cache_subdir: str, file_hash: str = "") -> None:
        raise DownloadAskedError(fname, origin, file_hash)

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", get_file)
    with pytest.raises(DownloadAskedError) as asked, _keras.no_initial_values():
        getattr(keras.applications, name)(weights="imagenet", **arguments)
    file_name, url, md5 = asked.value.args
    return file_name, url, md5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`input_shape` is undefined")  # said by Keras of MobileNet without its top
@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize("name", IN_KERAS)
def test_the_files_are_those_of_keras(monkeypatch: pytest.MonkeyPatch, name: str, top: bool) -> None:
    file = variant(name).file(top=top)
    assert (file.name, file.url, file.md5) == asked_by_keras(monkeypatch, name, include_top=top)
    assert (file.top, file.alpha, file.size) == (top, 1.0, variant(name).size)


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize(
    ("alpha", "size"), [(0.25, 128), (0.25, 224), (0.5, 160), (0.75, 192), (0.75, 128), (1.0, 160)]
)
def test_the_files_of_mobilenet(monkeypatch: pytest.MonkeyPatch, alpha: float, size: int, top: bool) -> None:
    file = variant("MobileNet").file(top=top, alpha=alpha, size=size)
    arguments = {"alpha": alpha, "input_shape": (size, size, 3), "include_top": top}
    assert (file.name, file.url, file.md5) == asked_by_keras(monkeypatch, "MobileNet", **arguments)
    assert (file.top, file.alpha, file.size) == (top, alpha, size)


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize(
    ("alpha", "size"), [(0.35, 96), (0.5, 128), (0.75, 160), (1.0, 192), (1.0, 96), (1.3, 224), (1.4, 224)]
)
def test_the_files_of_mobilenet_v2(monkeypatch: pytest.MonkeyPatch, alpha: float, size: int, top: bool) -> None:
    file = variant("MobileNetV2").file(top=top, alpha=alpha, size=size)
    arguments = {"alpha": alpha, "input_shape": (size, size, 3), "include_top": top}
    assert (file.name, file.url, file.md5) == asked_by_keras(monkeypatch, "MobileNetV2", **arguments)
    assert (file.top, file.alpha, file.size) == (top, alpha, size)


@pytest.mark.parametrize("alpha", [1.3, 1.4])
def test_the_widest_networks_have_files_of_one_size(alpha: float) -> None:
    row = variant("MobileNetV2")
    assert {file.size for file in row.files if file.alpha == alpha} == {224}
    assert row.file(top=True, alpha=alpha, size=96) is row.file(top=True, alpha=alpha, size=224)
    assert len(row.files) == 2 * 22  # the table in Keras' documentation has 22 networks


@pytest.mark.parametrize("name", ["ResNeXt50", "ResNeXt101"])
def test_the_files_of_resnext_are_those_of_keras_applications(name: str) -> None:
    published = pytest.importorskip("keras_applications.resnet_common")
    for top, md5 in zip((True, False), published.WEIGHTS_HASHES[name.lower()], strict=True):
        file = variant(name).file(top=top)
        assert file.name == f"{name.lower()}_weights_tf_dim_ordering_tf_kernels{'' if top else '_notop'}.h5"
        assert (file.url, file.md5) == (published.BASE_WEIGHTS_PATH + file.name, md5)


@pytest.mark.parametrize("size", [None, 100, 225])
def test_another_size_gets_the_default_file(size: int | None) -> None:
    for name in list_models():
        row = variant(name)
        assert row.file(top=False, size=size) is row.file(top=False, size=row.size)


def test_the_full_file_serves_where_no_other_exists() -> None:
    lite = variant("EfficientNetLite0")
    assert lite.file(top=False) is lite.file(top=True)
    assert lite.file(top=False).top


@pytest.mark.parametrize(("name", "widths"), [("MobileNet", "0.25, 0.5, 0.75, 1.0"), ("ResNet50", "1.0")])
def test_a_width_that_nobody_trained(name: str, widths: str) -> None:
    message = f"{name}: weights='imagenet' exist for alpha {widths}, not for alpha=0.3.* or weights=None to train"
    with pytest.raises(ArgumentError, match=message):
        variant(name).file(top=True, alpha=0.3)


def test_notice_names_everyone_whose_weights_are_fetched() -> None:
    notice = " ".join((Path(__file__).parents[2] / "NOTICE").read_text(encoding="utf-8").split())
    for name in list_models():
        holder = variant(name).attribution.partition(";")[0].partition(",")[0]
        assert holder in notice, f"{name} by {holder}"
