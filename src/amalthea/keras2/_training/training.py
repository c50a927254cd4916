"""``compile``, ``fit``, ``evaluate`` and ``predict`` with the arguments, names and habits of Keras 1 and 2."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from ... import _keras
from ...errors import ArgumentError
from .._spelling import advise, note
from .._spelling.era import era
from . import arguments
from .added_loss import INSTEAD, add_loss, tensors_in
from .arguments import asked
from .arrays import BATCH_SIZE, samples_in, shuffled, split
from .compiling import compiled
from .conversion import in_arrays, inputs_of, targets_of, with_targets_as_columns
from .rates import of_its_own
from .rescaling import say_if_rescaled
from .sources import ShuffledArrays, Source, source_of
from .steps import say_if_tail_is_dropped, steps_of
from .stream import Stream, telling_problems
from .trained import Flags, flags_of, saying_if_nothing_trains, trained_by
from .watching import watched
from .weights import ClassWeights, class_weights, sample_weights


class OldTraining:
    """Mixed into a subclass of ``keras.Model``, it trains as Keras 1 and 2 did.

    Which weights are trained is settled by ``compile``. Data that go on for ever are taken so many batches an epoch,
    and one epoch goes on where the one before ended.
    """

    _trained: Flags = ()
    _metrics_names: tuple[str, ...] = ()
    validation_data: Any = None

    def compile(self, *positional: Any, **named: Any) -> None:
        """Choose what ``keras.Model.compile`` takes, in the order and under the names of any Keras."""
        from .. import optimizers

        given = asked("compile", arguments.COMPILE, positional, named)
        optimizer = of_its_own(optimizers.get(given.pop("optimizer", "rmsprop")), self)
        given, names = compiled(self, given)
        super().compile(optimizer=optimizer, **given)  # type: ignore[misc]
        object.__setattr__(self, "_metrics_names", tuple(names))
        object.__setattr__(self, "_trained", flags_of(self))

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what ``get_compile_config`` returned."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.optimizer is not None and self.built:  # type: ignore[attr-defined]
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Add to the loss: of a functional model, tensors of its graph; in ``call``, what was computed there."""
        losses = keras.tree.flatten(loss)
        if any(map(keras.utils.is_keras_tensor, losses)) or isinstance(self, _keras.functional_class()):
            add_loss(self, losses)
        else:
            super().add_loss(loss)  # type: ignore[misc]

    @property
    def metrics_names(self) -> list[str]:
        """What ``evaluate`` returns, in its order: ``["loss", "acc"]``."""
        return list(self._metrics_names)

    def fit(self, *positional: Any, **named: Any) -> Any:
        """Train; ``keras.Model.fit`` with the arguments of any Keras, on arrays and whatever yields batches."""
        given = asked("fit", arguments.FIT, positional, named)
        given.setdefault("epochs", 10 if era() == 1 else 1)
        return self._train(given)

    def fit_generator(self, *positional: Any, **named: Any) -> Any:
        """Train on what yields batches; ``fit`` of today."""
        note("fit_generator is fit today")
        return self._train(asked("fit_generator", arguments.FIT_GENERATOR, positional, named))

    def evaluate(self, *positional: Any, **named: Any) -> Any:
        """Loss and metrics, in the order of ``metrics_names``; the loss alone where there are no metrics."""
        if "_use_cached_eval_dataset" in named:  # Keras itself asks, in fit
            return super().evaluate(*positional, **named)  # type: ignore[misc]
        return self._judge(asked("evaluate", arguments.EVALUATE, positional, named))

    def evaluate_generator(self, *positional: Any, **named: Any) -> Any:
        """Loss and metrics of what yields batches; ``evaluate`` of today."""
        note("evaluate_generator is evaluate today")
        given = asked("evaluate_generator", arguments.EVALUATE_GENERATOR, positional, named)
        return self._judge(given)

    def predict(self, *positional: Any, **named: Any) -> Any:
        """Answers to arrays, or to what yields batches."""
        return self._answer("predict", asked("predict", arguments.PREDICT, positional, named))

    def predict_generator(self, *positional: Any, **named: Any) -> Any:
        """Answers to what yields batches; ``predict`` of today."""
        note("predict_generator is predict today")
        given = asked("predict_generator", arguments.PREDICT_GENERATOR, positional, named)
        return self._answer("predict_generator", given)

    def predict_proba(self, *positional: Any, **named: Any) -> Any:
        """``predict``: of a model that ends with probabilities, these."""
        note("predict_proba is predict today")
        return self.predict(*positional, **named)

    def predict_classes(self, *positional: Any, **named: Any) -> Any:
        """The most probable class of each sample; of a single output, whether it is above 0.5.

        Returns:
            Whole numbers, shape (samples,); of a single output (samples, 1).
        """
        note("predict_classes is predict(x).argmax(axis=-1) today; of one output (predict(x) > 0.5).astype('int32')")
        scores = self.predict(*positional, **named)
        return scores.argmax(axis=-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")

    def train_on_batch(self, *positional: Any, **named: Any) -> Any:
        """One step on one batch; loss and metrics, in the order of ``metrics_names``."""
        _keras.check_trains()
        given = asked("train_on_batch", arguments.ON_BATCH, positional, named)
        with self._as_compiled(), saying_if_nothing_trains(self):
            return self._on_batch(super().train_on_batch, given)  # type: ignore[misc]

    def test_on_batch(self, *positional: Any, **named: Any) -> Any:
        """Loss and metrics of one batch, in the order of ``metrics_names``."""
        given = asked("test_on_batch", arguments.ON_BATCH, positional, named)
        return self._on_batch(super().test_on_batch, given)  # type: ignore[misc]

    def _on_batch(self, method: Any, given: dict[str, Any]) -> Any:
        as_dictionary = given.pop("return_dict", False)
        by_class = class_weights(self, given.pop("class_weight", None))
        given.update(x=inputs_of(self, given.get("x")), y=targets_of(self, given.get("y")))
        given["sample_weight"] = sample_weights(self, given["y"], given.get("sample_weight"), by_class)
        given["y"] = keras.tree.map_structure(  # on torch, Keras hands arrays of NumPy to metrics as they are
            lambda array: keras.ops.convert_to_tensor(array) if isinstance(array, np.ndarray) else array, given["y"]
        )
        with self._saying_what_a_loss_needs():
            logs = method(**given, return_dict=True)
        return logs if as_dictionary else self._in_order(logs)

    def _train(self, given: dict[str, Any]) -> Any:
        _keras.check_trains()
        by_class = class_weights(self, given.pop("class_weight", None))
        asked_for = given.get("samples_per_epoch")
        data = self._training_data(given, by_class)
        validation = self._validation_data(given)
        epochs, begun = given.get("epochs", 1), given.get("initial_epoch", 0)
        size, samples = given.get("batch_size") or BATCH_SIZE, samples_in(given.get("x"))
        if isinstance(data, Source):
            steps = steps_of("steps_per_epoch", given, ("samples_per_epoch",), data)
            size, samples = data.size() or None, data.samples
            in_weights = isinstance(data.data, ShuffledArrays)  # where those of classes are already
            stream = Stream(
                data, steps * (epochs - begun), self, with_targets=True, by_class=None if in_weights else by_class
            )
            given.update(x=stream, steps_per_epoch=steps)
            given.update(shuffle=False, batch_size=None)
        object.__setattr__(self, "validation_data", validation)
        validates = given.get("validation_data") is not None
        of_validation = [f"val_{name}" for name in self._metrics_names] if validates else []
        given["callbacks"] = watched(
            given.get("callbacks"),
            history=True,
            batch_size=size,
            samples=samples,
            nb_sample=asked_for or samples,
            do_validation=validates,
            metrics=[*self._metrics_names, *of_validation],
            validation_data=validation,
        )
        streams = given["x"], given.get("validation_data")
        with (
            self._as_compiled(),
            saying_if_nothing_trains(self),
            self._saying_what_a_loss_needs(),
            telling_problems(*streams),
        ):
            return super().fit(**given)  # type: ignore[misc]

    def _training_data(self, given: dict[str, Any], by_class: ClassWeights | None) -> Source | None:
        """Batches to train on; None where Keras takes ``x`` and ``y`` as they are."""
        shuffle = given.get("shuffle", True)
        source = source_of(given.get("x"), shuffle=bool(shuffle))
        if source is not None:
            say_if_rescaled(self, source.data)
            return source
        x, y = self._arrays(given.get("x")), targets_of(self, given.get("y"))
        if y is None and by_class is not None:
            [given["class_weight"]] = by_class  # of a data set, of which Keras reads the classes
        weights = sample_weights(self, y, given.get("sample_weight"), by_class if y is not None else None)
        fraction = given.pop("validation_split", 0.0)
        if fraction and given.get("validation_data") is None:
            (x, y, weights), given["validation_data"] = split((x, y, weights), fraction)
        given.update(x=x, y=y, sample_weight=weights)
        made = shuffled((x, y, weights), given.get("batch_size"), shuffle) if shuffle else None
        if made is not None:
            given.update(y=None, sample_weight=None)
        elif y is None:
            given["shuffle"] = False  # a data set of TensorFlow or torch, which shuffles itself or not
        return made

    def _validation_data(self, given: dict[str, Any]) -> list[Any] | None:
        """Make what Keras validates with of what was given; arrays are returned as callbacks found them then."""
        data = given.get("validation_data")
        source = source_of(data)
        if source is not None:
            steps = steps_of("validation_steps", given, ("nb_val_samples",), source)
            given["validation_data"] = Stream(source, steps, self, with_targets=True)
            return None
        given.pop("nb_val_samples", None)
        if not isinstance(data, tuple | list):
            given["validation_data"] = with_targets_as_columns(self, data)
            return None
        x, y, *weights = (*data, None)[: max(len(data), 2)]
        x, y = self._arrays(x), targets_of(self, y)
        weights = [sample_weights(self, y, each, None) for each in weights if each is not None]
        given["validation_data"] = (x, y, *weights)
        ones = np.ones(len(keras.tree.flatten(x)[0]), "float32")
        return [*_listed(x), *_listed(y), *(weights or [ones])]

    def _judge(self, given: dict[str, Any]) -> Any:
        source = source_of(given.get("x"))
        if source is None:
            given.update(x=self._arrays(given.get("x")), y=targets_of(self, given.get("y")))
            given["sample_weight"] = sample_weights(self, given["y"], given.get("sample_weight"), None)
        else:
            say_if_rescaled(self, source.data)
            steps = steps_of("steps", given, ("val_samples",), source)
            given["x"] = Stream(source, steps, self, with_targets=True)
        given["callbacks"] = watched(given.get("callbacks"), history=False)
        as_dictionary = given.pop("return_dict", False)
        with self._saying_what_a_loss_needs(), telling_problems(given["x"]):
            logs = super().evaluate(**given, return_dict=True)  # type: ignore[misc]
        return logs if as_dictionary else self._in_order(logs)

    def _answer(self, method: str, given: dict[str, Any]) -> Any:
        source = source_of(given.get("x"))
        if source is None:
            given["x"] = in_arrays(given.get("x"), _count(self))
        else:
            say_if_rescaled(self, source.data)
            steps = steps_of("steps", given, ("val_samples",), source)
            say_if_tail_is_dropped(method, steps, source)
            if getattr(source.data, "shuffle", False) is True:
                advise(
                    f"{method} answers in the order of the batches, which shuffle=True changes in every epoch. Make "
                    "them with shuffle=False, so that answer i belongs to picture i."
                )
            given["x"] = Stream(source, steps, self, with_targets=False)
        given["callbacks"] = watched(given.get("callbacks"), history=False)
        with telling_problems(given.get("x")):
            return super().predict(**given)  # type: ignore[misc]

    def _arrays(self, x: Any) -> Any:
        """Inputs in arrays; their floats are made those of Keras batch by batch, not all at once."""
        return with_targets_as_columns(self, in_arrays(x, _count(self)))

    def _in_order(self, logs: dict[str, Any]) -> Any:
        known = [name for name in self._metrics_names if name in logs]
        values = [logs[name] for name in (*known, *sorted(logs.keys() - set(known)))]
        return values[0] if len(values) == 1 else values

    @contextmanager
    def _saying_what_a_loss_needs(self) -> Iterator[None]:
        """Say in one line what fails in each backend in its way: a loss of tensors that are not its arguments."""
        try:
            yield
        except Exception as problem:
            if names := tensors_in(self.loss):  # type: ignore[attr-defined]
                raise ArgumentError(
                    f"A loss takes {', '.join(names)} from the graph, and today it gets y_true and y_pred only. Call "
                    f"model.add_loss(loss(x, y)) before compile, and give compile none. Or: {INSTEAD}"
                ) from problem
            raise

    @contextmanager
    def _as_compiled(self) -> Iterator[None]:
        """Train the weights that ``compile`` settled; whatever happens, they can be read afterwards."""
        with trained_by(self._trained):
            try:
                yield
            except BaseException:
                if hasattr(self, "jax_state_sync"):  # in training, JAX keeps the weights elsewhere
                    self.jax_state_sync()
                raise


def _count(model: Any) -> int:
    return len(getattr(model, "inputs", None) or "1")


def _listed(part: Any) -> list[Any]:
    return list(part) if isinstance(part, list | tuple) else [part]
