"""Inference: a model of Keras becomes a graph, a runner computes it, a predictor takes arrays and pictures.

Loaded when first used: the command line must answer before Keras could even be imported.
"""

from typing import TYPE_CHECKING

from .._on_demand import names_from

if TYPE_CHECKING:
    from .assembly import known_scaling
    from .cache import CACHES
    from .comparison import Measurement, compare_speed, installed_ways
    from .exporting.export import Exported, export
    from .exporting.formats import check_target
    from .factory import predictor
    from .graph import to_onnx
    from .loading import load
    from .one_file import is_one_file
    from .other_files import is_classifier, named_variant, what_opens
    from .prediction import Predictor
    from .quantization import Cost, cost_of, quantized
    from .recognition import Prediction
    from .runners import Runner, check_precision, open_runner
    from .saving import save
    from .speed import Speed, measure_speed, processor_name, speed_of
    from .views import Views

__all__ = [
    "CACHES",
    "Cost",
    "Exported",
    "Measurement",
    "Prediction",
    "Predictor",
    "Runner",
    "Speed",
    "Views",
    "check_precision",
    "check_target",
    "compare_speed",
    "cost_of",
    "export",
    "installed_ways",
    "is_classifier",
    "is_one_file",
    "known_scaling",
    "load",
    "measure_speed",
    "named_variant",
    "open_runner",
    "predictor",
    "processor_name",
    "quantized",
    "save",
    "speed_of",
    "to_onnx",
    "what_opens",
]

_HOME = {
    "CACHES": "cache",
    "Cost": "quantization",
    "Exported": "exporting.export",
    "Measurement": "comparison",
    "Prediction": "recognition",
    "Predictor": "prediction",
    "Runner": "runners",
    "Speed": "speed",
    "Views": "views",
    "check_precision": "runners",
    "check_target": "exporting.formats",
    "compare_speed": "comparison",
    "cost_of": "quantization",
    "export": "exporting.export",
    "installed_ways": "comparison",
    "is_classifier": "other_files",
    "is_one_file": "one_file",
    "known_scaling": "assembly",
    "load": "loading",
    "measure_speed": "speed",
    "named_variant": "other_files",
    "open_runner": "runners",
    "predictor": "factory",
    "processor_name": "speed",
    "quantized": "quantization",
    "save": "saving",
    "speed_of": "speed",
    "to_onnx": "graph",
    "what_opens": "other_files",
}

__getattr__, __dir__ = names_from(__name__, _HOME)
