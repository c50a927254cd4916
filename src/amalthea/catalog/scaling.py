"""How the pixels of a picture become the numbers that a network was trained on.

This is the only place where these numbers stand. NumPy applies them in ``amalthea.images``, Keras' operations in
``amalthea.applications``, nodes of the graph in ``amalthea.runtime``; a test holds the three equal.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from numbers import Real

from ..errors import ArgumentError


@dataclass(frozen=True, slots=True)
class ScalingSteps:
    """Four steps, in this order, each left out where it would change nothing.

    Attributes:
        divisor: every value of [0, 255] is divided by it first.
        reverse_channels: RGB becomes BGR.
        mean: one a channel, in the order that the channels have by now; subtracted.
        deviation: one a channel; divided by last.
    """

    divisor: float = 1.0
    reverse_channels: bool = False
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)


class Scaling(StrEnum):
    """The conventions of the pretrained networks, by the names that Keras gives them."""

    CAFFE = "caffe"
    """[0, 255] RGB -> BGR minus ImageNet's mean, about [-124, 151]."""
    TF = "tf"
    """[0, 255] -> [-1, 1]."""
    TORCH = "torch"
    """[0, 255] -> [0, 1], minus ImageNet's mean, over its deviation, about [-2.1, 2.6]."""
    LITE = "lite"
    """[0, 255] -> (x - 127) / 128, about [-1, 1]: EfficientNet-Lite."""

    @property
    def steps(self) -> ScalingSteps:
        """The arithmetic of this convention."""
        return _STEPS[self]


_STEPS = {
    Scaling.CAFFE: ScalingSteps(reverse_channels=True, mean=(103.939, 116.779, 123.68)),
    Scaling.TF: ScalingSteps(divisor=127.5, mean=(1.0, 1.0, 1.0)),
    Scaling.TORCH: ScalingSteps(divisor=255.0, mean=(0.485, 0.456, 0.406), deviation=(0.229, 0.224, 0.225)),
    Scaling.LITE: ScalingSteps(mean=(127.0, 127.0, 127.0), deviation=(128.0, 128.0, 128.0)),
}


def scaling_steps(scaling: Scaling | ScalingSteps | str | float) -> ScalingSteps:
    """The arithmetic of a scaling, however it is given.

    Args:
        scaling: a ``Scaling`` or its name, "caffe", "tf", "torch" or "lite"; a number by which pixels in [0, 255] are
            multiplied, such as 1 / 255; or the steps themselves.

    Raises:
        ArgumentError: none of these.

    Example:
        >>> scaling_steps("tf")
        ScalingSteps(divisor=127.5, reverse_channels=False, mean=(1.0, 1.0, 1.0), deviation=(1.0, 1.0, 1.0))
        >>> scaling_steps(1 / 255).divisor
        255.0
    """
    if isinstance(scaling, ScalingSteps):
        return scaling
    if isinstance(scaling, str) and scaling in list(Scaling):
        return Scaling(scaling).steps
    if _is_factor(scaling):
        return ScalingSteps(divisor=1 / float(scaling))
    raise ArgumentError(
        f"scaling={scaling!r} is unknown; choose one of {', '.join(map(repr, map(str, Scaling)))}, or give a number "
        "above 0 by which pixels in [0, 255] are multiplied, such as 1 / 255."
    )


def _is_factor(scaling: object) -> bool:
    return not isinstance(scaling, bool) and isinstance(scaling, Real) and 0 < float(scaling) < inf
