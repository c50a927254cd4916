import hashlib
import re
from pathlib import Path

import pytest

from amalthea.catalog import variant
from amalthea.errors import ArgumentError
from amalthea.storage import models_folder
from amalthea.weights import Holding, choose_weights, list_weights

pytestmark = pytest.mark.single_backend


def names(holdings: tuple[Holding, ...]) -> list[str]:
    return [holding.file.name for holding in holdings]


def test_every_file_of_the_matching_models_is_listed(cached_weights: Path) -> None:
    holdings = list_weights("mobilenet")
    assert [holding.file for holding in holdings] == list(variant("MobileNet").files)
    here = {holding.file.name: holding.path for holding in holdings if holding.path}
    assert here == {path.name: path for path in cached_weights.glob("*.h5")}
    assert list_weights("no such model") == ()


def test_without_a_pattern_all_models_are_listed() -> None:
    assert {holding.model for holding in list_weights()} >= {"VGG16", "ResNet50", "MobileNet", "EfficientNetLite0"}


def test_the_size_is_measured_here_and_published_elsewhere(cached_weights: Path) -> None:
    sizes = {holding.file.name: holding.megabytes for holding in list_weights("mobilenet")}
    assert sizes["mobilenet_7_5_224_tf.h5"] == round(
        (cached_weights / "mobilenet_7_5_224_tf.h5").stat().st_size / 2**20
    )
    assert sizes["mobilenet_1_0_224_tf.h5"] == 16
    assert sizes["mobilenet_1_0_224_tf_no_top.h5"] is None


def test_the_destination_is_where_a_download_would_go() -> None:
    [holding] = choose_weights(variant("ResNet50"))
    official = models_folder() / holding.file.name
    assert (holding.path, holding.destination) == (None, official)
    models_folder().mkdir(parents=True)
    official.write_bytes(b"the older file")
    [holding] = choose_weights(variant("ResNet50"))
    assert holding.destination == official.with_name(f"{official.stem}.{holding.file.md5[:8]}.h5")


def test_the_expected_hash_is_the_published_or_the_first(cached_weights: Path) -> None:
    [published] = choose_weights(variant("VGG16"))
    assert str(published.expected) == f"md5 {published.file.md5}"
    [unknown] = choose_weights(variant("MobileNet"), alpha=0.25)
    assert unknown.expected is None
    value = hashlib.sha256(unknown.path.read_bytes()).hexdigest()
    (cached_weights / f"{unknown.file.name}.sha256").write_text(value)
    assert (unknown.expected.algorithm, unknown.expected.value) == ("sha256", value)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({}, ["mobilenet_1_0_224_tf.h5"]),
        ({"alpha": 0.25}, ["mobilenet_2_5_224_tf.h5"]),
        ({"alpha": 0.5, "size": 128, "top": False}, ["mobilenet_5_0_128_tf_no_top.h5"]),
        ({"every": True, "alpha": 0.75, "size": 160}, ["mobilenet_7_5_160_tf.h5", "mobilenet_7_5_160_tf_no_top.h5"]),
        ({"every": True, "alpha": 0.3}, []),
    ],
)
def test_files_are_chosen_by_width_size_and_top(selection: dict[str, object], expected: list[str]) -> None:
    assert names(choose_weights(variant("MobileNet"), **selection)) == expected


def test_every_file_means_every_file() -> None:
    assert len(choose_weights(variant("MobileNet"), every=True)) == 32
    assert len(choose_weights(variant("VGG16"), every=True)) == 2


def test_a_full_file_serves_where_none_lacks_the_classifier() -> None:
    [holding] = choose_weights(variant("EfficientNetLite0"), top=False)
    assert holding.file.top
    assert holding.path is not None


@pytest.mark.parametrize(
    ("model", "selection", "allowed"),
    [
        ("MobileNet", {"alpha": 0.3}, "alpha may be 0.25, 0.5, 0.75, 1."),
        ("MobileNet", {"size": 225}, "With alpha=1, size may be 128, 160, 192, 224."),
        ("MobileNetV2", {"alpha": 1.3, "size": 96}, "With alpha=1.3, size may be 224."),
        ("VGG16", {"size": 225}, "With alpha=1, size may be 224."),
    ],
)
def test_what_nobody_published_is_said_and_what_there_is(
    model: str, selection: dict[str, object], allowed: str
) -> None:
    with pytest.raises(ArgumentError, match=rf"^{model}: nobody published .*\. {re.escape(allowed)}$"):
        choose_weights(variant(model), **selection)
