"""What is kept of a training while it runs, so that one that was killed goes on where it was."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from logging import getLogger
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
from numpy.typing import NDArray

from ... import _keras
from ...errors import BrokenWeightsError, StorageError, warn
from ...storage import TRAININGS, drop_oldest, note_use, room
from .callback_identity import UntoldError
from .callback_states import Facts, Weights, give_states, states
from .checkpoint_files import Arrays, State, read_state, write_state
from .identity import training_key
from .watching import BestWeights, History, Keeper, restore, value_of

if TYPE_CHECKING:
    from .settings import Training

_SHARE = 20  # times as long as writing takes, epochs have to take until the next is written
_COPIES = 4  # of the weights, about: those of now, the best ones, and what an optimizer remembers of each
_SPEED = 1e8  # bytes a second that a slow disk takes: how long writing takes is known only afterwards


class Checkpoints(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """How far a training is, in one file of the cache folder, named by all that decides the result.

    It is written after an epoch, and replaces that of an epoch before; not after every one, if that would take more
    than about a twentieth of the time. What the training ends with is kept as well, until it makes room for
    others: see ``AMALTHEA_CACHE_SIZE``. Where nothing can be written, a warning says so, and training goes on.

    It must be the last of all callbacks, to write what the others have made of the epoch, and to give those of Keras
    what they remembered once they have begun.

    Args:
        rows: names what the training learns from and is judged by. None: nothing is kept, nor found.
        resume: whether to go on with what is kept of the same training.
    """

    def __init__(self, rows: str | None = None, resume: bool = False) -> None:
        super().__init__()
        self._rows, self._resume = rows, resume
        self._path: Path | None = None
        self._found: State | None = None
        self._best: BestWeights | None = None
        self._callbacks: Sequence[Any] = ()
        self._remembered: list[tuple[Facts, Weights]] = []
        self._written, self._took = 0.0, 0.0  # when the last one was, and how long it took, in seconds

    def begin(self, model: keras.Model, settings: "Training", history: History) -> bool:
        """Look for what is kept of a training, and say in the log how it goes on.

        Args:
            model: as for ``train``.
            settings: as there.
            history: as there.

        Returns:
            Whether it has ended by now: model and history are as they were in the end.

        Raises:
            ArgumentError: ``AMALTHEA_CACHE_SIZE`` is no number.
        """
        if self._rows is None:
            return False
        self.set_model(model)
        self._history, self._title, self._room = history, settings.title, room()
        self._callbacks = settings.callbacks
        try:
            key = training_key(self._rows, model, settings, history)
        except UntoldError as problem:
            self._tell_that_it_never_can(problem)
            return False
        self._path = TRAININGS.folder / f"{key}.safetensors"
        if not self._resume:
            return False
        self._found = _read(self._path)
        if self._found is None:
            self._tell("begins anew, for nothing is kept of this training.")
            return False
        if not self._found.facts["ended"]:
            self._tell(f"goes on after epoch {self._found.facts['epochs']} of {settings.epochs}.")
            return False
        restore([self])
        give_states(self._callbacks, _states(self._found))
        self._tell("was done before; its result is taken.")
        return True

    @property
    def found(self) -> bool:
        """Whether the training goes on with what was found."""
        return self._found is not None

    def take_up(self, keepers: Sequence[Keeper]) -> int:
        """Give the model, its compiled optimizer, the history, and the best weights what they had.

        Args:
            keepers: of the training; what the best weights are is written as well.

        Returns:
            How many epochs are done.
        """
        self._best = next((keeper for keeper in keepers if isinstance(keeper, BestWeights)), None)
        if self._found is None:
            return 0
        self.model.optimizer.build(self.model.trainable_variables)
        restore([self])
        done, self._remembered = int(self._found.facts["epochs"]), _states(self._found)
        self._found = None  # as large as the model
        return done

    def restore(self) -> None:
        """Give all of them what they had; see ``Keeper``."""
        assert self._found
        facts, arrays = self._found
        _give(self.model.variables, _numbered(arrays, "model"))
        if not facts["ended"]:
            _give(self.model.optimizer.variables, _numbered(arrays, "optimizer"))
        if self._best:
            self._best.take_up(facts["best"], list(_numbered(arrays, "best")))
        self._history.clear()
        self._history.update(facts["history"])

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Let the callbacks of Keras, which have just forgotten all, remember the epochs before; look at the clock."""
        if self._remembered:
            give_states(self._callbacks, self._remembered)
            self._remembered = []
        self._written = time.monotonic()
        self._took = _COPIES * sum(prod(variable.shape) * 4 for variable in self.model.variables) / _SPEED

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Write, unless that would take too much of the time, or the training ends here."""
        begun = time.monotonic()
        if self.model.stop_training or begun - self._written < _SHARE * self._took:
            return
        self._write(epoch + 1)
        self._written = time.monotonic()
        self._took = self._written - begun

    def end(self, failed: bool) -> None:
        """Keep what the training ends with; nothing at all of one that failed."""
        if self._path and failed:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        else:
            self._write(len(self._history["loss"]) if self._path else 0, ended=True)

    def _write(self, epochs: int, ended: bool = False) -> None:
        if self._path is None:
            return
        remembered = list(states(self._callbacks))
        facts = {"epochs": epochs, "ended": ended, "history": self._history}
        facts["callbacks"] = [known for known, _ in remembered]
        arrays = dict(_named("model", self.model.variables))
        if not ended:
            arrays |= _named("optimizer", self.model.optimizer.variables)
            for number, (_, weights) in enumerate(remembered):
                arrays |= {f"callback {number}/{place}": value for place, value in enumerate(weights)}
        if self._best and not ended:
            facts["best"], weights = self._best.known()
            arrays |= {f"best/{number}": value for number, value in enumerate(weights)}
        state = State(facts, arrays)
        try:
            if state.nbytes > self._room:
                raise StorageError(
                    f"Its checkpoint, {state.nbytes / 1e6:.3g} MB, is larger than AMALTHEA_CACHE_SIZE allows: raise it."
                )
            write_state(self._path, state)
            drop_oldest(self._room)
        except StorageError as problem:
            self._path = None
            warn(f"Training goes on, but could not be resumed if it were killed. {problem}")

    def _tell_that_it_never_can(self, problem: UntoldError) -> None:
        why = f"begins anew, and can never be resumed, for {problem}."
        if self._resume:
            warn(f"{self._title}: {why} Give it numbers, texts, arrays or plain functions instead, or leave it out.")
        else:
            self._tell(why)

    def _tell(self, what: str) -> None:
        getLogger(__package__).info("%s: %s", self._title, what)


def _read(path: Path) -> State | None:
    """What is kept of a training."""
    try:
        found = read_state(path)
    except BrokenWeightsError as problem:
        warn(f"{problem} Training begins anew.")
        return None
    if found:
        note_use(path)
    return found


def _states(found: State) -> list[tuple[Facts, Weights]]:
    """What the callbacks remembered."""
    known = enumerate(found.facts["callbacks"])
    return [(facts, list(_numbered(found.arrays, f"callback {number}"))) for number, facts in known]


def _named(kind: str, variables: Sequence[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    return ((f"{kind}/{number}", value_of(variable)) for number, variable in enumerate(variables))


def _numbered(arrays: Arrays, kind: str) -> Iterator[NDArray[Any]]:
    """The arrays of a kind, in their order."""
    names = [name for name in arrays if name.startswith(f"{kind}/")]
    return (arrays[f"{kind}/{number}"] for number in range(len(names)))


def _give(variables: Sequence[Any], values: Iterator[NDArray[Any]]) -> None:
    for variable, value in zip(variables, values, strict=True):
        _keras.give_value(variable, value)
