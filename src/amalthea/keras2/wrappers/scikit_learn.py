"""``KerasClassifier`` and ``KerasRegressor``: functions that build models, as estimators of scikit-learn."""

from collections.abc import Callable, Collection
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ArgumentError, ArgumentTypeError, MissingDependencyError
from ..utils.generic_utils import has_arg
from ..utils.np_utils import to_categorical

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
except ImportError:

    class BaseEstimator:  # type: ignore[no-redef]
        """In its place: importing works, and whoever makes an estimator is told what to install."""

        def __new__(cls, *_: Any, **__: Any) -> Any:
            """Refuse."""
            raise MissingDependencyError(f"{cls.__name__} needs scikit-learn: pip install scikit-learn")

    class ClassifierMixin:  # type: ignore[no-redef]
        """In its place."""

    class RegressorMixin:  # type: ignore[no-redef]
        """In its place."""


__all__ = ["BaseWrapper", "KerasClassifier", "KerasRegressor"]

_OF_FIT = [
    "nb_epoch",
    "epochs",
    "batch_size",
    "verbose",
    "callbacks",
    "validation_split",
    "validation_data",
    "shuffle",
    "class_weight",
    "sample_weight",
    "initial_epoch",
    "steps_per_epoch",
    "validation_steps",
    "validation_freq",
    "max_queue_size",
    "workers",
    "use_multiprocessing",
]
_OF_PREDICT = ("batch_size", "verbose", "steps")
_OF_EVALUATE = ("batch_size", "verbose", "sample_weight", "steps")
_OF_MODELS = {*_OF_FIT, *_OF_PREDICT, *_OF_EVALUATE}


class BaseWrapper(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """What both estimators share.

    Args:
        build_fn: returns a compiled model; None where a derived class does so in ``__call__``.
        **sk_params: arguments of ``build_fn``, and of the ``fit``, ``predict`` and ``evaluate`` of the model.

    Attributes:
        model: that was trained last.

    Raises:
        ArgumentTypeError: a parameter that none of them has.
    """

    model: Any

    def __init__(self, build_fn: Callable[..., Any] | None = None, **sk_params: Any) -> None:
        self.build_fn, self.sk_params = build_fn, sk_params
        self.check_params(sk_params)

    def check_params(self, params: Collection[str]) -> None:
        """Refuse parameters that nothing takes.

        Raises:
            ArgumentTypeError: the message names the first one.
        """
        for name in params:
            if name != "build_fn" and name not in _OF_MODELS and not has_arg(self._builder(), name, accept_all=True):
                raise ArgumentTypeError(
                    f"{type(self).__name__} has no parameter {name!r}: neither its build_fn nor fit, predict and "
                    "evaluate of a model take it."
                )

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All parameters, ``build_fn`` among them."""
        return {"build_fn": self.build_fn, **self.sk_params}

    def set_params(self, **params: Any) -> Self:
        """Set parameters."""
        self.check_params(params)
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.sk_params = {**self.sk_params, **params}
        return self

    def fit(self, x: ArrayLike, y: ArrayLike, **settings: Any) -> Any:
        """Build a model and train it.

        Args:
            x: shape (rows, …).
            y: shape (rows,) or (rows, outputs).
            **settings: of the model's ``fit``.

        Returns:
            The history of the model's ``fit``.
        """
        builder = self._builder()
        self.model = builder(**self.filter_sk_params(builder))
        labels = np.asarray(y)
        if _loss_of(self.model) == "categorical_crossentropy" and labels.ndim != 2:
            labels = to_categorical(labels)
        return self.model.fit(x, labels, **self.filter_sk_params(_OF_FIT, settings))

    def filter_sk_params(self, fn: Any, override: dict[str, Any] | None = None) -> dict[str, Any]:
        """The parameters that a function takes, or those of these names; others in their place first."""
        taken = {
            name: value
            for name, value in self.sk_params.items()
            if (has_arg(fn, name, accept_all=name not in _OF_MODELS) if callable(fn) else name in fn)
        }
        return {**taken, **(override or {})}

    def _builder(self) -> Callable[..., Any]:
        if self.build_fn is not None:
            return self.build_fn
        if not callable(self):
            raise ArgumentError(f"{type(self).__name__} needs build_fn, a function that returns a compiled model.")
        return self

    def _evaluated(self, x: ArrayLike, y: NDArray[Any], settings: dict[str, Any]) -> dict[str, float]:
        """Loss and metrics by their names."""
        if _loss_of(self.model) == "categorical_crossentropy" and y.ndim != 2:
            y = to_categorical(y, self.model.output_shape[-1])
        found = self.model.evaluate(x, y, return_dict=True, **self.filter_sk_params(_OF_EVALUATE, settings))
        return {name: float(value) for name, value in found.items()}


class KerasClassifier(ClassifierMixin, BaseWrapper):  # type: ignore[misc] # scikit-learn has no types
    """A classifier of scikit-learn around a function that builds a model.

    Args:
        build_fn: returns a compiled model.
        **sk_params: arguments of ``build_fn``, and of the ``fit``, ``predict`` and ``evaluate`` of the model.

    Attributes:
        classes_: the labels, sorted.
        n_classes_: how many there are.
    """

    def fit(self, x: ArrayLike, y: ArrayLike, **settings: Any) -> Any:
        """Build a model and train it.

        Args:
            x: shape (rows, …).
            y: labels of shape (rows,) or (rows, 1), or a row of 0 and 1 for each.
            **settings: of the model's ``fit``.

        Returns:
            The history of the model's ``fit``.

        Raises:
            ArgumentError: labels of more axes.
        """
        labels = np.asarray(y)
        if labels.ndim == 2 and labels.shape[1] > 1:
            self.classes_ = np.arange(labels.shape[1])
        elif labels.ndim in (1, 2):
            self.classes_ = np.unique(labels)
            labels = np.searchsorted(self.classes_, labels)
        else:
            raise ArgumentError(f"y has 1 or 2 axes; given was one of shape {labels.shape}.")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, labels, **settings)

    def predict(self, x: ArrayLike, **settings: Any) -> NDArray[Any]:
        """The class of each row; shape (rows, 1) of a model with one output, as the model answered then."""
        scores = self._scores(x, settings)
        numbers = np.argmax(scores, axis=-1) if scores.shape[-1] > 1 else np.asarray(scores > 0.5, int)
        return np.asarray(self.classes_[numbers])

    def predict_proba(self, x: ArrayLike, **settings: Any) -> NDArray[Any]:
        """The probability of each class, shape (rows, classes); two of a model with one output."""
        scores = self._scores(x, settings)
        return np.hstack([1 - scores, scores]) if scores.shape[1] == 1 else scores

    def score(self, x: ArrayLike, y: ArrayLike, **settings: Any) -> float:
        """The accuracy of the model, as its ``evaluate`` gives it.

        Raises:
            ArgumentError: the model was compiled without it.
        """
        labels = np.asarray(y)
        if labels.ndim != 2 or labels.shape[1] == 1:
            labels = np.searchsorted(self.classes_, labels)
        found = self._evaluated(x, labels, settings)
        accuracy = next((value for name, value in found.items() if name in ("acc", "accuracy")), None)
        if accuracy is None:
            raise ArgumentError("The model has no accuracy. Compile it with metrics=['accuracy'] in build_fn.")
        return accuracy

    def _scores(self, x: ArrayLike, settings: dict[str, Any]) -> NDArray[Any]:
        return np.asarray(self.model.predict(x, **self.filter_sk_params(_OF_PREDICT, settings)))


class KerasRegressor(RegressorMixin, BaseWrapper):  # type: ignore[misc]
    """A regressor of scikit-learn around a function that builds a model.

    Args:
        build_fn: returns a compiled model.
        **sk_params: arguments of ``build_fn``, and of the ``fit``, ``predict`` and ``evaluate`` of the model.
    """

    def predict(self, x: ArrayLike, **settings: Any) -> NDArray[Any]:
        """The numbers of each row, without a last axis of length 1."""
        found = np.asarray(self.model.predict(x, **self.filter_sk_params(_OF_PREDICT, settings)))
        return np.squeeze(found, axis=-1) if found.shape[-1] == 1 else found

    def score(self, x: ArrayLike, y: ArrayLike, **settings: Any) -> float:
        """The loss with its sign changed, so that more is better."""
        return -self._evaluated(x, np.asarray(y), settings)["loss"]


def _loss_of(model: Any) -> str:
    """The name of the loss that a model was compiled with."""
    loss = model.loss
    if isinstance(loss, str):
        return loss
    return str(getattr(loss, "__name__", None) or getattr(loss, "name", ""))
