"""A network of torchvision or timm and ours with its weights: how far their answers differ."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from amalthea.architectures import get_model
from amalthea.errors import AmaltheaWarning
from tests.live_weights import two_pictures
from tests.weights.torch_networks import NETWORKS, TorchNetwork, live_state, named_shapes

NAMES = ("vgg16", "resnet50", "resnext50_32x4d", "densenet121", "inception_v3")
COMPARED = tuple(network for network in NETWORKS if network.name in NAMES)
# Of the logits' deviation. Differences of rounding are about 1e-5.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Parity:
    """Both answers to the same two pictures.

    Attributes:
        theirs: logits, (2, classes).
        ours: likewise.
        model: ours.
        said: what our constructor warned about.
    """

    theirs: np.ndarray
    ours: np.ndarray
    model: keras.Model
    said: str

    @property
    def difference(self) -> float:
        """The largest difference of two logits, as a fraction of their deviation."""
        return float(np.abs(self.ours - self.theirs).max() / self.theirs.std())


def living(network: TorchNetwork, file: Path) -> Any:
    """Their network with live weights, which are saved in a file."""
    import torch

    module = network.build()
    module.load_state_dict(live_state(named_shapes(module)))
    torch.save(module.state_dict(), file)
    return module


def answers_of(module: Any, pictures: np.ndarray) -> np.ndarray:
    """What their network says to pictures (N, H, W, 3)."""
    import torch

    with torch.no_grad():
        return module(torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy())).numpy()


def compare(network: TorchNetwork, folder: Path, side: int | None = None) -> Parity:
    """Both networks with equal live weights, for pictures of their own size or another."""
    file, side = folder / f"{network}.pth", side or network.size
    module, pictures = living(network, file), two_pictures((side, side, 3))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", AmaltheaWarning)
        model = get_model(network.variant, weights=file, classifier_activation=None, input_shape=(side, side, 3))
    file.unlink()
    ours = keras.ops.convert_to_numpy(model(pictures, training=False))
    said = " ".join(str(warning.message) for warning in caught if issubclass(warning.category, AmaltheaWarning))
    return Parity(answers_of(module, pictures), ours, model, said)
