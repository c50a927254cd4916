"""What is asked of every picture of a collection, whatever computes it."""

from dataclasses import dataclass, fields
from typing import Any

from ...catalog import check_top
from ...errors import ArgumentError, ArgumentTypeError
from ...runtime import Views
from ...runtime.recognition import check_threshold

PICTURES_A_SHARD = 1024

_OF_TASK = {
    "predict": ("top", "scores", "views", "threshold"),
    "features": ("layer", "pooling", "image_size"),
}


def is_count(number: object) -> bool:
    """Whether it is a whole number from 1 on."""
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that decides the rows, but the pictures; checked when it is made.

    Attributes:
        task: ``"predict"``, or ``"features"``.
        model: a name of the catalogue; or the path of a file: for predictions an ``.onnx`` file of ``amalthea.save``,
            for features a ``.keras`` file of ``amalthea train``.
        alpha: width of a network that is given by name.
        weights: of such a network: ``"imagenet"``, or the path of a file.
        shard_size: pictures of a shard.
        top: for predictions, how many classes of each picture.
        scores: for predictions, whether the probabilities of all classes are written as well.
        views: for predictions, how many views of each picture are averaged, as for ``predict_images``.
        threshold: for predictions, how probable the best class must be to be the answer; None takes the file's.
        layer: for features, the layer that is asked; None for the last one before the scores.
        pooling: for features, "avg", "max", or None, which keeps whole maps.
        image_size: for features, side of the pictures in pixels; None for the network's own.

    Raises:
        ArgumentError: one cannot be used, or belongs to the other task.
    """

    task: str
    model: str
    alpha: float | None = None
    weights: str = "imagenet"
    shard_size: int = PICTURES_A_SHARD
    top: int = 5
    scores: bool = False
    views: int = 1
    threshold: float | None = None
    layer: str | None = None
    pooling: str | None = "avg"
    image_size: int | None = None

    def __post_init__(self) -> None:
        if self.task not in _OF_TASK:
            raise ArgumentError(f"task={self.task!r}; allowed are {' and '.join(map(repr, _OF_TASK))}.")
        other = next(task for task in _OF_TASK if task != self.task)
        usual = {field.name: field.default for field in fields(self)}
        if foreign := [name for name in _OF_TASK[other] if getattr(self, name) != usual[name]]:
            raise ArgumentError(f"{', '.join(foreign)}: goes with task={other!r}, not with {self.task!r}.")
        if not is_count(self.shard_size):
            raise ArgumentError(f"shard_size={self.shard_size!r}; give the pictures of a shard, from 1 on.")
        if self.image_size is not None and not is_count(self.image_size):
            raise ArgumentError(f"image_size={self.image_size!r}; give a number of pixels, from 1 on, or None.")
        if self.pooling not in ("avg", "max", None):
            raise ArgumentError(f"pooling={self.pooling!r}; allowed are 'avg', 'max' and None.")
        check_top(self.top)
        check_threshold(self.threshold)
        Views(self.views)

    @classmethod
    def of(cls, **values: Any) -> "Request":
        """A request of these values.

        Raises:
            ArgumentTypeError: there is no such value.
            ArgumentError: as for the request itself.
        """
        known = [field.name for field in fields(cls)]
        if unknown := [name for name in values if name not in known]:
            raise ArgumentTypeError(f"amalthea.distribute takes no {', '.join(unknown)}; there is {', '.join(known)}.")
        return cls(**values)

    def facts(self) -> dict[str, Any]:
        """What decides the rows, by the names of the arguments; nothing of the other task."""
        other = next(task for task in _OF_TASK if task != self.task)
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in _OF_TASK[other]}
