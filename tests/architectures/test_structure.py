"""Layers stay as they are, and what the catalogue declares is what the networks have."""

import json

import keras
import pytest

from amalthea import _keras
from amalthea.architectures import get_model, variant_of
from amalthea.catalog import list_models, variant
from amalthea.errors import ArgumentError
from tests.architectures.structures import RENEW, snapshot, structure
from tests.descriptors import DESCRIPTORS

PLAIN = tuple(descriptor for descriptor in DESCRIPTORS if not descriptor.settings)


@pytest.mark.parametrize("descriptor", DESCRIPTORS, ids=str)
@pytest.mark.single_backend
def test_layers_are_those_of_the_snapshot(descriptor):
    assert structure(descriptor) == json.loads(snapshot(descriptor).read_text(encoding="utf-8")), (
        f"{descriptor} has other layers than its snapshot; if that is meant, renew all snapshots with `{RENEW}`"
    )


def test_every_variant_has_a_descriptor():
    assert {descriptor.name for descriptor in DESCRIPTORS} == set(list_models())


@pytest.mark.parametrize("descriptor", PLAIN, ids=str)
@pytest.mark.slow
def test_declared_equals_measured(descriptor):
    row = variant(descriptor.name)
    smallest = (row.min_size, row.min_size, 3)
    with _keras.no_initial_values():
        model = get_model(row.name, weights=None)
        headless = get_model(row.name, weights=None, include_top=False, input_shape=smallest)
    assert model.count_params() == row.parameters
    assert model.input_shape == (None, row.size, row.size, 3)
    # the names of a thousand layers take up to four megabytes of the file
    assert 0 <= row.megabytes - row.parameters * 4 / 2**20 + 1 < 5
    assert headless.output_shape[-1] == row.features
    assert all(side >= 1 for side in headless.output_shape[1:3])
    assert variant_of(model) is variant_of(headless) is row


@pytest.mark.parametrize("descriptor", PLAIN, ids=str)
@pytest.mark.single_backend
def test_one_pixel_less_than_the_minimum_is_refused(descriptor):
    side = variant(descriptor.name).min_size - 1
    with pytest.raises(ArgumentError, match=f"{descriptor.name}.*at least {side + 1} pixels"):
        get_model(descriptor.name, weights=None, include_top=False, input_shape=(side, side, 3))


def test_a_model_of_somebody_else_has_no_variant():
    assert variant_of(keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(2)])) is None
