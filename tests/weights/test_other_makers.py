"""Files of other makers for a network that is built already: it must be one with names of theirs."""

from pathlib import Path

import pytest

from amalthea.errors import WeightsError, WeightsMismatchError
from amalthea.weights import load_weights
from tests.weights.small_files import equal, set_random_weights, small_h5_network
from tests.weights.test_assignment import classifier
from tests.weights.torch_networks import NETWORKS, tabled_shapes, zeros


def test_checkpoints_of_other_makers_want_a_network_of_their_own(tmp_path: Path) -> None:
    """Its network may differ in a stride that no shape shows."""
    path = zeros(tmp_path / "vgg16.safetensors", tabled_shapes(NETWORKS[0]))
    with pytest.raises(WeightsError, match=rf"{path} holds VGG16 by torchvision.*: VGG16\(weights='{path}'\)"):
        load_weights(small_h5_network(), path)


@pytest.mark.parametrize("by_name", [True, False])
def test_networks_with_the_names_of_the_file_need_no_translation(by_name: bool, tmp_path: Path) -> None:
    """Whoever has written a ResNet50 with Keras' first names may fill it from any file with such names."""
    theirs = set_random_weights(classifier("conv1", "res2a_branch2a", "pets"), seed=1)
    theirs.save(tmp_path / "pets.h5")
    ours = set_random_weights(classifier("conv1", "res2a_branch2a", "pets" if by_name else "breeds"), seed=2)
    assert str(load_weights(ours, tmp_path / "pets.h5", by_name=by_name)) == "3 layers loaded"
    assert equal(ours.get_weights(), theirs.get_weights())


@pytest.mark.parametrize(("names", "by_name"), [(("a", "b", "pets"), False), (("a", "b", "c"), True)])
def test_the_first_names_of_keras_want_a_network_with_them(names: tuple[str, ...], by_name: bool, tmp_path) -> None:
    classifier("conv1", "res2a_branch2a", "pets").save(tmp_path / "pets.h5")
    model = set_random_weights(classifier(*names), seed=2)
    before = model.get_weights()
    with pytest.raises(WeightsMismatchError, match=r"pets.h5 has names of the ResNet50 of Keras 2.3 and older, but"):
        load_weights(model, tmp_path / "pets.h5", by_name=by_name)
    assert equal(model.get_weights(), before)
