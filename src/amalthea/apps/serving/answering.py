"""From uploads to what a network sees in them; runs in the threads of the workers."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from ...errors import ImageError
from ...images import Picture
from ...runtime import Prediction
from .bodies import Upload
from .models import ServedModel
from .pictures import read_sent

_NAMELESS = "The picture"


@dataclass(frozen=True, slots=True)
class Question:
    """What one request asks of a network.

    Attributes:
        uploads: the pictures.
        top: how many classes of each.
        threshold: as for ``predict_images``.
        explain: whether to show where in each the network sees its best class.
    """

    uploads: Sequence[Upload]
    top: int
    threshold: float | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a network is asked; questions that are asked in the same manner are computed together.

    Attributes:
        model: the network.
        views: of each picture.
        max_pixels: of each picture, at most.
        busy: whether others wait for the processor too.
    """

    model: ServedModel
    views: int
    max_pixels: int
    busy: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one picture.

    Attributes:
        upload: the picture.
        prediction: what the network sees; its ``error`` where it is no usable picture.
        explanation: as the API writes it; None where none is wanted.
    """

    upload: Upload
    prediction: Prediction
    explanation: dict[str, Any] | None = None


def answers(manner: Manner, questions: Sequence[Question]) -> list[list[Answered] | Exception]:
    """The answers to the questions of several requests, whose pictures are computed together.

    Args:
        manner: how the network is asked.
        questions: in any number.

    Returns:
        One for each question, its pictures in their order.
    """
    found = [[_read(upload, manner) for upload in question.uploads] for question in questions]
    pictures = [each for group in found for each in group if isinstance(each, np.ndarray)]
    top = max(question.top for question in questions)
    with _sharing(manner):
        seen = iter(manner.model.predictor.predict_pictures(pictures, top, views=manner.views) if pictures else ())
    predictions = [
        [next(seen) if isinstance(each, np.ndarray) else Prediction("", (), each) for each in group] for group in found
    ]
    return [_answered(question, group, manner) for question, group in zip(questions, predictions, strict=True)]


def _sharing(manner: Manner) -> AbstractContextManager[None]:
    """Where others wait, one picture must not take the whole processor; not every runtime makes a difference."""
    among_others: Callable[[], AbstractContextManager[None]] | None = getattr(
        manner.model.predictor.runner, "among_others", None
    )
    return among_others() if among_others and manner.busy() else nullcontext()


def _answered(question: Question, predictions: Sequence[Prediction], manner: Manner) -> list[Answered] | Exception:
    """What goes wrong with one question is its own matter."""
    predictor = manner.model.predictor
    threshold = predictor.threshold if question.threshold is None else question.threshold
    try:
        return [
            Answered(
                upload,
                Prediction("", prediction.classes[: question.top], prediction.error, threshold),
                _explained(upload, manner) if question.explain and not prediction.error else None,
            )
            for upload, prediction in zip(question.uploads, predictions, strict=True)
        ]
    except Exception as error:
        return error


def _read(upload: Upload, manner: Manner) -> Picture | ImageError:
    preparation = manner.model.predictor.preparation
    assert preparation is not None  # require_pictures
    try:
        return read_sent(upload.content, upload.name or _NAMELESS, preparation, manner.max_pixels)
    except ImageError as error:
        return ImageError(str(error))  # without the frames, which hold the picture


def _explained(upload: Upload, manner: Manner) -> dict[str, Any]:
    from ...transfer import explain

    explanation = explain(manner.model.predictor, upload.content)
    file = BytesIO()
    Image.fromarray(explanation.overlay()).save(file, "PNG")
    drawn = f"data:image/png;base64,{b64encode(file.getvalue()).decode('ascii')}"
    return {**explanation.to_dict(), "map": drawn}
