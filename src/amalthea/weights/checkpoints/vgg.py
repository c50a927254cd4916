"""VGG of torchvision and of timm: `features` holds everything up to the classifier, numbered without a gap."""

from collections.abc import Iterator

from ...catalog import Scaling
from ...errors import WeightsMismatchError
from .checkpoint import Checkpoint, Recipe, Tensors, translated
from .torch_modules import biased, dense, dense_after_flatten

# convolutions of each stack, by the paper's columns A, B, D and E
STACKS = {"VGG11": (1, 1, 2, 2, 2), "VGG13": (2, 2, 2, 2, 2), "VGG16": (2, 2, 3, 3, 3), "VGG19": (2, 2, 4, 4, 4)}
OURS = ("VGG16", "VGG19")

#                fc1, fc2, predictions
TOPS = {
    "torchvision": ("classifier.0", "classifier.3", "classifier.6"),
    "timm": ("pre_logits.fc1", "pre_logits.fc2", "head.fc"),
}


def recognise(tensors: Tensors) -> Checkpoint | None:
    """VGG by the places of its convolutions, which tell the columns of the table apart."""
    found = {name for name, tensor in tensors.items() if name.startswith("features.") and len(tensor.shape) == 4}
    for variant, stacks in STACKS.items():
        for modules, normalised in ((2, False), (3, True)):
            if found == {f"{module}.weight" for _, module in convolutions(stacks, modules)}:
                return _checkpoint(variant, tensors, normalised)
    return None


def convolutions(stacks: tuple[int, ...], modules: int) -> Iterator[tuple[str, str]]:
    """Keras' and PyTorch's names; each convolution begins this many modules, and each stack ends in a pooling."""
    position = 0
    for stack, count in enumerate(stacks, start=1):
        for number in range(1, count + 1):
            yield f"block{stack}_conv{number}", f"features.{position}"
            position += modules
        position += 1


def _checkpoint(variant: str, tensors: Tensors, normalised: bool) -> Checkpoint:
    if normalised or variant not in OURS:
        kind = f"{variant} with batch normalisation" if normalised else variant
        raise WeightsMismatchError(f"holds {kind}, which Amalthea does not have; it has {' and '.join(OURS)}.")
    maker = "timm" if "pre_logits.fc1.weight" in tensors else "torchvision"
    first, second, last = TOPS[maker]
    body = {ours: biased(theirs) for ours, theirs in convolutions(STACKS[variant], modules=2)}
    top: dict[str, Recipe] = {
        "fc1": dense_after_flatten(first, channels=512),
        "fc2": dense(second),
        "predictions": dense(last),
    }
    layers = translated(f"{maker}'s {variant}", tensors, body, top)
    return Checkpoint(maker=maker, variant=variant, scaling=Scaling.TORCH, layers=layers)
