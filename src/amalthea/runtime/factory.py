"""From a model, or the name of one, to a predictor."""

import os
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from ..catalog import ScalingSteps, scaling_steps
from ..errors import ArgumentError, UnsupportedLayerError, warn
from .assembly import Wishes, assembled
from .catalogue_networks import kept_graph, of_name
from .graph import to_onnx
from .layers import KEPT, Ending, digest, ending_of_model, part_of
from .other_files import named_variant
from .prediction import Predictor
from .runners import Runner, check_settings, open_runner, while_imported

if TYPE_CHECKING:
    import keras


def predictor(
    model: "str | keras.Model",
    *,
    preprocess: bool = False,
    scaling: str | float | ScalingSteps | None = None,
    precision: str = "float32",
    runtime: str = "openvino",
    threads: int | None = None,
    streams: int | None = None,
    providers: Sequence[Any] | None = None,
    fallback: str | None = None,
    **arguments: Any,
) -> Predictor:
    """Make a network ready to answer at the processor's speed.

    Given by name, it is built once: its graph is kept in the cache folder, and the next process that asks for it needs
    no Keras. Later changes of a model's weights do not reach its predictor, unless Keras computes it: ``fallback``.

    Args:
        model: a functional or ``Sequential`` model of Keras, or a name of the catalogue.
        preprocess: whether it takes pictures as they are decoded, uint8 RGB in [0, 255], shape (N, rows, columns, 3),
            of any one size at a time: they are resized to the network's own, or where it takes any, to that of its
            training, and scaled within the graph, which is faster. A model of one's own for any size takes them as they
            are.
        scaling: for ``preprocess=True``, what the model expects of pixels, as for ``amalthea.catalog.scaling_steps``;
            None takes what our constructors noted on the model; one whose first layers scale pictures needs nothing.
        precision: of what it computes with: ``"float32"``, or ``"bfloat16"``, up to twice as fast and right to two or
            three digits, where the processor has instructions for it. Answers are float32.
        runtime: ``"openvino"``, or ``"onnxruntime"``, which has an extra of its own.
        threads: how many may compute, resize pictures or read files at a time; None leaves that to the runtime, and
            takes one for each processor for the rest.
        streams: how many groups of pictures OpenVINO computes side by side; None leaves that to it.
        providers: on what ONNX Runtime computes, the first that can; ``["CUDAExecutionProvider"]``, for one. None takes
            the processor.
        fallback: ``"keras"`` lets Keras compute a model that cannot become a graph, always with the weights that it has
            by then, and without regard to the five arguments before; None makes that an error.
        arguments: for a name, those of the network's own function, such as ``alpha=0.25`` or ``include_top=False``.

    Raises:
        ArgumentError: an argument that cannot be used, or nobody knows which pixels the model expects.
        UnknownModelError: the catalogue has no such name.
        UnsupportedLayerError: the model has a layer that cannot become part of a graph.
        ModelFileError: the runtime cannot compute the graph.
        DownloadError, WeightsError: the trained weights of a network that was given by name.
        MissingDependencyError: the runtime is not installed.

    Example:
        >>> classify = predictor("EfficientNetLite0")
        >>> classify.predict_images("elephant.jpg", top=1)[0].classes[0].name
        'African_elephant'
    """
    settings: dict[str, Any] = {
        "runtime": runtime,
        "precision": precision,
        "threads": threads,
        "streams": streams,
        "providers": providers,
    }
    if preprocess not in (True, False):
        raise ArgumentError(
            f"preprocess={preprocess!r}; allowed are True and False. Its numbers are scaling={preprocess!r}."
        )
    if fallback not in (None, "keras"):
        raise ArgumentError(f"fallback={fallback!r}; there is 'keras', or None.")
    if scaling is not None and not preprocess:
        raise ArgumentError(
            f"scaling={scaling!r} is for pictures as they are decoded: give preprocess=True, or scale them yourself."
        )
    wishes = Wishes(
        preprocess,
        None if scaling is None else scaling_steps(scaling),
        partial(open_runner, **settings),
    )
    if isinstance(model, str | os.PathLike):
        row = named_variant(model)
        kept = while_imported(runtime, partial(kept_graph, row, arguments, wishes))
        check_settings(**settings)
        return of_name(row, arguments, wishes, kept)
    check_settings(**settings)
    if arguments:
        raise ArgumentError(
            f"{', '.join(arguments)}: only a network given by its name takes arguments; this one is a "
            f"{type(model).__name__}, which is built already."
        )
    return _of_model(model, wishes, by_keras=fallback == "keras")


def _of_model(model: "keras.Model", wishes: Wishes, by_keras: bool) -> Predictor:
    from .. import _keras
    from ..architectures import variant_of

    _keras.pin_openvino_precision()  # so that model.predict returns the same numbers
    row = variant_of(model)
    scaling = wishes.scaling_inside(model, row)
    try:
        graph = to_onnx(model, scaling)
    except (UnsupportedLayerError, ArgumentError) as problem:
        if not by_keras:
            raise
        from .graph.unsupported import ADVICE

        predictor = computed_by_keras(model, scaling)  # which refuses what it cannot compute either
        warn(f"{str(problem).removesuffix(ADVICE).rstrip()} Keras computes it, as fallback='keras' says.")
        return predictor
    content = graph.SerializeToString()
    del graph  # or all weights would be in memory once more
    known = digest(content)
    endings = partial(ending_of_model, model, scaling, known, wishes.opened)
    runner = wishes.opened(content, cache_key=known)
    kept = lru_cache(KEPT)(endings)
    return assembled(model.name, runner, _keras.signature(model), row, scaling, kept)


def computed_by_keras(model: "keras.Model", scaling: ScalingSteps | None = None) -> Predictor:
    """A predictor of a model that need be no graph; its weights are always those that the model has by then.

    Args:
        model: built; of any kind.
        scaling: what happens to pictures; None where they come scaled.

    Raises:
        ArgumentError, UnsupportedLayerError: Keras itself cannot compute it.
    """
    from ..architectures import variant_of
    from .runners.keras import KerasRunner
    from .scaled import ScaledRunner

    def scaled(runner: Runner) -> Runner:
        return ScaledRunner(runner, scaling) if scaling else runner

    def ending(patterns: tuple[str, ...]) -> Ending:
        part = part_of(model, patterns)
        return Ending(part.layers, part.inputs, scaled(KerasRunner(part.model)))

    runner = KerasRunner(model)
    kept = lru_cache(KEPT)(ending)
    return assembled(model.name, scaled(runner), runner.signature, variant_of(model), scaling, kept)
