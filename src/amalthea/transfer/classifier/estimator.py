"""What ``ImageClassifier`` takes from scikit-learn, an optional package."""

from typing import Any, Self

from ...errors import ArgumentError, MissingDependencyError
from ..base import marks
from .grouped import quicken

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


__all__ = ["ClassifierMixin", "Estimator", "UnfittedError"]

_NOT_COPIED = ("_ready", "_samples", "_tunings")  # of use in this process alone; or large, and the user has it


class UnfittedError(ArgumentError, NotFittedError):  # type: ignore[misc] # scikit-learn has no types
    """A classifier was asked for something before ``fit``."""


class Estimator(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """An estimator of pictures. Where its ``model`` is a network by our constructors, that of a copy is, too.

    Networks that were copied with it or pickled learn as fast as they did.
    """

    tuned_from_: int | None = None

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in super().__getstate__().items() if name not in _NOT_COPIED}
        return {**state, "_marks": marks(self.model)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        given = dict(state)
        found = given.pop("_marks", {})
        super().__setstate__(given)
        _mark(self.model, found)
        quicken(self.model)
        quicken(getattr(self, "model_", None))

    def __sklearn_clone__(self) -> Self:
        clone = super().__sklearn_clone__()
        _mark(clone.model, marks(self.model))
        quicken(clone.model)
        return clone  # type: ignore[no-any-return]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags


def _mark(model: Any, found: dict[str, Any]) -> None:
    for name, value in found.items():
        setattr(model, name, value)
