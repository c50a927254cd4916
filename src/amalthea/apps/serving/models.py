"""The networks that a server answers with."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ...errors import ArgumentError, UnknownModelError
from ...runtime import Predictor, is_one_file, load, predictor
from .trial import tried

CATALOGUE = "catalogue"
"""The source of a network that is no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A network, and the name by which clients ask for it.

    Attributes:
        name: unique in the server.
        predictor: answers.
        source: "catalogue", or the name of its file.
        precision: that it computes with.
        opened: when it was, in seconds since 1970.
    """

    name: str
    predictor: Predictor
    source: str
    precision: str = "float32"
    opened: float = field(default_factory=time.time)

    @property
    def takes_pictures(self) -> bool:
        """Whether it names what is on pictures; else it takes arrays alone."""
        return bool(self.predictor.preparation and self.predictor.classes)

    def require_pictures(self) -> None:
        """Refuse a picture where the network cannot name what is on it.

        Raises:
            ArgumentError: it does not say which pixels it expects, or which classes it knows.
        """
        if not self.takes_pictures:
            missing = "the classes that it knows" if self.predictor.preparation else "which pixels it expects"
            raise ArgumentError(
                f"{self.name} does not say {missing}, so that it takes arrays alone: POST "
                f"/v2/models/{self.name}/infer. Files of amalthea.save(model, path, classes=[...], scaling=...) take "
                "pictures."
            )


@dataclass(frozen=True, slots=True)
class ServedModels:
    """The networks of a server; ``open_models`` opens them.

    Attributes:
        models: the first is the default.
    """

    models: tuple[ServedModel, ...]

    def __iter__(self) -> Iterator[ServedModel]:
        return iter(self.models)

    @property
    def names(self) -> tuple[str, ...]:
        """By which clients ask for them."""
        return tuple(model.name for model in self.models)

    @property
    def default(self) -> ServedModel:
        """The one that answers where no name is given."""
        return self.models[0]

    def find(self, name: str | None) -> ServedModel:
        """The network of a name; without one the default.

        Raises:
            UnknownModelError: there is none.
        """
        if name is None:
            return self.default
        for model in self.models:
            if model.name == name:
                return model
        by_case = {known.lower(): known for known in self.names}
        near = [by_case[each] for each in get_close_matches(name.lower(), by_case, n=1, cutoff=0.5)]
        advice = f" Did you mean {near[0]}?" if near else ""
        raise UnknownModelError(f"There is no model {name!r} here; there is {', '.join(self.names)}.{advice}")

    def verify(self) -> None:
        """Ask each network the question of its self-test on every way by which it will answer, and compare.

        After it, each way is compiled, and no client waits for that.

        Raises:
            ModelFileError: a network answers one question differently.
        """
        for model in self.models:
            tried(model.predictor, model.precision)


def open_models(names: Sequence[str], precision: str = "float32", threads: int | None = None) -> ServedModels:
    """Open networks to be served.

    Args:
        names: files of ``amalthea.save``, which pass their self-test or are refused, and names of the catalogue. A file
            goes by its name without ``.onnx``.
        precision: as for ``amalthea.predictor``.
        threads: that each may use; None leaves that to the runtime.

    Raises:
        ArgumentError: no name, or two networks of one name.
        UnknownModelError, MissingFileError, ModelFileError, DownloadError, WeightsError: a network cannot be opened.
    """
    if not names:
        raise ArgumentError("No model was named. Name a network from `amalthea models`, or an .onnx file.")
    settings: dict[str, Any] = {"precision": precision, "threads": threads}
    wanted: dict[str, str] = {}
    for name in names:
        served = _name_of(name)
        if served in wanted:
            raise ArgumentError(
                f"{wanted[served]} and {name} would both be served as {served!r}. Rename one of the files, or leave "
                "one out."
            )
        wanted[served] = name
    return ServedModels(tuple(_opened(served, name, settings) for served, name in wanted.items()))


def _name_of(model: str) -> str:
    from ...runtime import named_variant

    return Path(model).stem if is_one_file(model) else named_variant(model).name


def _opened(served: str, name: str, settings: dict[str, Any]) -> ServedModel:
    if is_one_file(name):
        opened, source = load(name, verify=True, **settings), Path(name).name
    else:
        opened, source = predictor(name, preprocess=True, **settings), CATALOGUE
    return ServedModel(name=served, predictor=opened, source=source, precision=settings["precision"])
