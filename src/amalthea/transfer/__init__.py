"""Transfer learning: cut a network, keep the features of its frozen part, train the rest, judge and ship the result.

Loaded when first used: the command line must answer before Keras could even be imported.
"""

from typing import TYPE_CHECKING

from .._on_demand import names_from

if TYPE_CHECKING:
    from .base import Wishes
    from .calibration import Accepted, Reliability, check_calibration, lowest_threshold, reliability
    from .classifier.answers import judged
    from .classifier.image_classifier import ImageClassifier
    from .classifier.learned_pictures import split_unseen
    from .classifier.planning import check_fine_tuning
    from .classifier.saving import finite
    from .curves import check_matplotlib, draw_curves
    from .cutting.division import cut
    from .cutting.freezing import blocks_by_layer
    from .devices import check_distribution
    from .evaluation import Report, check_scikit_learn, evaluate
    from .explanation.explain import explain, explainable
    from .explanation.explanation import Explanation
    from .features.files import check_feature_file, write_features
    from .features.layers import layer_features, layer_network
    from .features.store import FeatureSet, FeatureStore, FileFeatureStore
    from .png_files import save_figure
    from .rate_finder import LearningRates
    from .report.writing import check_report, write_report
    from .selection.comparison import Comparison, compare
    from .selection.contenders import Contender
    from .selection.cross_validation import cross_validate
    from .selection.outcome import CrossValidation
    from .training.watching import kept_epoch

__all__ = [
    "Accepted",
    "Comparison",
    "Contender",
    "CrossValidation",
    "Explanation",
    "FeatureSet",
    "FeatureStore",
    "FileFeatureStore",
    "ImageClassifier",
    "LearningRates",
    "Reliability",
    "Report",
    "Wishes",
    "blocks_by_layer",
    "check_calibration",
    "check_distribution",
    "check_feature_file",
    "check_fine_tuning",
    "check_matplotlib",
    "check_report",
    "check_scikit_learn",
    "compare",
    "cross_validate",
    "cut",
    "draw_curves",
    "evaluate",
    "explain",
    "explainable",
    "finite",
    "judged",
    "kept_epoch",
    "layer_features",
    "layer_network",
    "lowest_threshold",
    "reliability",
    "save_figure",
    "split_unseen",
    "write_features",
    "write_report",
]

_HOME = {
    "Accepted": "calibration",
    "Comparison": "selection.comparison",
    "Contender": "selection.contenders",
    "CrossValidation": "selection.outcome",
    "Explanation": "explanation.explanation",
    "FeatureSet": "features.store",
    "FeatureStore": "features.store",
    "FileFeatureStore": "features.store",
    "ImageClassifier": "classifier.image_classifier",
    "LearningRates": "rate_finder",
    "Reliability": "calibration",
    "Report": "evaluation",
    "Wishes": "base",
    "blocks_by_layer": "cutting.freezing",
    "check_calibration": "calibration",
    "check_distribution": "devices",
    "check_feature_file": "features.files",
    "check_fine_tuning": "classifier.planning",
    "check_matplotlib": "curves",
    "check_report": "report.writing",
    "check_scikit_learn": "evaluation",
    "compare": "selection.comparison",
    "cross_validate": "selection.cross_validation",
    "cut": "cutting.division",
    "draw_curves": "curves",
    "evaluate": "evaluation",
    "explain": "explanation.explain",
    "explainable": "explanation.explain",
    "finite": "classifier.saving",
    "judged": "classifier.answers",
    "kept_epoch": "training.watching",
    "layer_features": "features.layers",
    "layer_network": "features.layers",
    "lowest_threshold": "calibration",
    "reliability": "calibration",
    "save_figure": "png_files",
    "split_unseen": "classifier.learned_pictures",
    "write_features": "features.files",
    "write_report": "report.writing",
}

__getattr__, __dir__ = names_from(__name__, _HOME)
