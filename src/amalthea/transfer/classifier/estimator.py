"""What ``ImageClassifier`` takes from scikit-learn, an optional package."""

from typing import Any

from ...errors import ArgumentError, MissingDependencyError

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import NotFittedError
except ImportError:

    class BaseEstimator:  # type: ignore[no-redef]
        """In its place: importing works, and whoever makes a classifier is told what to install."""

        def __new__(cls, *_: Any, **__: Any) -> Any:
            """Refuse."""
            raise MissingDependencyError(
                f"{cls.__name__} needs scikit-learn, and to train a backend such as TensorFlow. Install both: "
                'pip install "amalthea[tensorflow-cpu]"'
            )

    class ClassifierMixin:  # type: ignore[no-redef]
        """In its place."""

    class NotFittedError(ValueError, AttributeError):  # type: ignore[no-redef]
        """In its place."""


__all__ = ["BaseEstimator", "ClassifierMixin", "UnfittedError"]


class UnfittedError(ArgumentError, NotFittedError):  # type: ignore[misc] # scikit-learn has no types
    """A classifier was asked for something before ``fit``."""
