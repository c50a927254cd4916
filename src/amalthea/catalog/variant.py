"""What a row of the catalogue holds."""

from dataclasses import dataclass

from ..errors import ArgumentError
from .scaling import Scaling


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """One file of trained weights.

    Attributes:
        name: the official file name, under which it is cached.
        url: where it is published; empty where it arrives inside a Python package.
        package: ``"package/folder"`` of the installed Python package that carries it; empty for all others.
        top: whether it holds the 1000-class classifier.
        size: side in pixels of the pictures that it was trained on.
        alpha: width of the network that it was trained for; 1.0 where a network has no such setting.
        md5: published hash, lower-case hexadecimal; empty where none is published.
        sha256: as md5.
    """

    name: str
    top: bool
    size: int
    url: str = ""
    package: str = ""
    alpha: float = 1.0
    md5: str = ""
    sha256: str = ""

    @property
    def distribution(self) -> str:
        """What pip calls the Python package that carries it; empty for all others."""
        return self.package.partition("/")[0].replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One network with its trained weights: everything that can be known without building it.

    Attributes:
        name: Keras' function name, such as ``"ResNet50"``.
        family: module of ``amalthea.architectures`` that builds it.
        keras_name: default ``name`` of the built model; ``{alpha}`` and ``{size}`` are filled in by those of the file.
        parameters: number of weights as Keras counts them: with the 1000-class top and the moving averages.
        depth: layers as published, activations and normalisations included; None where nobody published it.
        features: channels of the last feature map.
        size: side in pixels of the pictures that its weights were trained on.
        min_size: smallest side in pixels that Keras allows; with it every feature map still has a pixel.
        top1: accuracy on ImageNet-1k's validation set, fraction of 1, as published.
        top5: as top1, within the best five.
        megabytes: size of the weight file with top, in 2**20 bytes, as published.
        scaling: what its weights expect of pixels.
        interpolation: Pillow's name of the filter by which pictures get this size; always whole, as Keras does it.
        licence: of the weights.
        attribution: who published the weights.
        paper: title and address.
        files: its weight files.
    """

    name: str
    family: str
    keras_name: str
    parameters: int
    depth: int | None
    features: int
    size: int
    min_size: int
    top1: float
    top5: float
    megabytes: int
    scaling: Scaling
    interpolation: str = "nearest"
    licence: str
    attribution: str
    paper: tuple[str, str]
    files: tuple[WeightFile, ...]

    def file(self, *, top: bool, alpha: float = 1.0, size: int | None = None) -> WeightFile:
        """The weight file for a network of this width, trained on pictures of this side or else of the default one.

        Where no file lacks the classifier, the full file serves networks without it too.

        Raises:
            ArgumentError: nobody trained a network of this width.
        """
        widths = sorted({file.alpha for file in self.files})
        if alpha not in widths:
            raise ArgumentError(
                f"{self.name}: weights='imagenet' exist for alpha {', '.join(map(str, widths))}, not for alpha={alpha}."
                " Choose one of these, or weights=None to train from scratch."
            )
        fitting = [file for file in self.files if file.alpha == alpha]
        fitting = [file for file in fitting if file.top == top] or fitting
        by_size = {file.size: file for file in fitting}
        return by_size[size if size in by_size else self.size]
