"""From pictures to the columns that are written, for each task."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...catalog import best_classes
from ...errors import ArgumentError
from ...images import Picture
from ...runtime import Prediction, Views
from ...runtime.scores import as_probabilities
from .request import Request

if TYPE_CHECKING:
    from ...runtime import Predictor

_TOGETHER = 16  # a multiple of every number of pictures that a request to OpenVINO computes


class Answering(Protocol):
    """What a network makes of pictures."""

    def numbers(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """Some numbers for each of them, shape (N, ...)."""

    def columns(self, numbers: NDArray[np.float32]) -> pa.Table:
        """What is written of these numbers, a row a picture."""


def answering(predictor: "Predictor", request: Request) -> Answering:
    """What computes a request."""
    return Predictions(predictor, request) if request.task == "predict" else Features(predictor)


class Predictions:
    """The best classes, with their probabilities."""

    def __init__(self, predictor: "Predictor", request: Request) -> None:
        self._predictor, self._request, self._views = predictor, request, Views(request.views)
        self._threshold = predictor.threshold if request.threshold is None else request.threshold
        self._classes = [("", name) for name in predictor.classes]

    def numbers(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """Probabilities of all classes, shape (N, k)."""
        return self._views.mean(lambda number: self._scores([self._views.view(each, number) for each in pictures]))

    def columns(self, numbers: NDArray[np.float32]) -> pa.Table:
        """See docs/scale.md."""
        found = [
            Prediction("", best_classes(row, self._request.top, self._classes), threshold=self._threshold)
            for row in numbers
        ]
        columns: dict[str, pa.Array] = {
            "answer": pa.array([each.answer for each in found], pa.string()),
            "classes": pa.array([[best.name for best in each.classes] for each in found], pa.list_(pa.string())),
            "probabilities": pa.array(
                [[best.probability for best in each.classes] for each in found], pa.list_(pa.float32())
            ),
        }
        table = pa.table(columns)
        if self._request.scores:
            table = table.append_column("scores", _lists(numbers))
        return table.replace_schema_metadata({"classes": json.dumps(self._predictor.classes, ensure_ascii=False)})

    def _scores(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        found = as_probabilities(_computed(self._predictor, pictures), len(self._classes))
        if found is None:
            raise ArgumentError(f"{self._predictor.name} returns no probabilities. Save it with a softmax at its end.")
        return found


class Features:
    """What a layer returns."""

    def __init__(self, predictor: "Predictor") -> None:
        self._predictor = predictor

    def numbers(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """As the layer returns them."""
        return _computed(self._predictor, pictures)

    def columns(self, numbers: NDArray[np.float32]) -> pa.Table:
        """See docs/scale.md."""
        return pa.table({"features": _lists(numbers)}).replace_schema_metadata({"shape": str(numbers.shape[1:])})


def _computed(predictor: "Predictor", pictures: Sequence[Picture]) -> NDArray[np.float32]:
    """What the network returns for pictures of its size.

    Always the same for a picture, whichever others are beside it: what is missing of whole requests is filled with
    copies, since those that compute less sum in another order.
    """
    missing = -len(pictures) % _TOGETHER
    filled = np.stack([*pictures, *[pictures[-1]] * missing])
    answers: NDArray[np.float32] = predictor(filled)
    return answers[: len(pictures)]


def _lists(numbers: NDArray[np.float32]) -> pa.FixedSizeListArray:
    width = int(np.prod(numbers.shape[1:]))
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(numbers).reshape(-1)), width)
