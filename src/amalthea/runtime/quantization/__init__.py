"""Lower precision: networks in whole numbers of 8 bits, and what it costs to compute with fewer digits.

Loaded when first used; what computes such networks needs none of it.
"""

from typing import TYPE_CHECKING

from ..._on_demand import names_from

if TYPE_CHECKING:
    from .classifiers import Quantized, check_calibration, check_min_agreement, quantize, quantized
    from .cost import Cost, cost_of
    from .integers import require_nncf, to_integers

__all__ = [
    "Cost",
    "Quantized",
    "check_calibration",
    "check_min_agreement",
    "cost_of",
    "quantize",
    "quantized",
    "require_nncf",
    "to_integers",
]

_HOME = {
    "Cost": "cost",
    "Quantized": "classifiers",
    "check_calibration": "classifiers",
    "check_min_agreement": "classifiers",
    "cost_of": "cost",
    "quantize": "classifiers",
    "quantized": "classifiers",
    "require_nncf": "integers",
    "to_integers": "integers",
}

__getattr__, __dir__ = names_from(__name__, _HOME)
