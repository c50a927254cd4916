"""Opening a network that was saved in one file, without Keras."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import product
from pathlib import Path
from typing import Any

from ..errors import ModelFileError
from ..storage import identity
from .description import Description, numbers_in
from .layers import KEPT, Ending
from .prediction import Predictor
from .runners import Runner, open_runner, while_imported
from .saved_file import known_facts, read
from .saved_layers import ending_of_graph
from .self_test import SelfTest, distance


def load(
    path: str | os.PathLike[str],
    *,
    precision: str = "float32",
    runtime: str = "openvino",
    threads: int | None = None,
    streams: int | None = None,
    providers: Sequence[Any] | None = None,
    verify: bool = False,
) -> Predictor:
    """Open a network that ``amalthea.save`` wrote, without Keras.

    Args:
        path: the file.
        precision: as for ``amalthea.predictor``. A file in int8 remains so; OpenVINO computes the rest of it in
            bfloat16, where the processor has it.
        runtime: as for ``amalthea.predictor``.
        threads: the same.
        streams: the same.
        providers: on what ONNX Runtime computes, the first that can; ``["CUDAExecutionProvider"]``, for one. None takes
            the processor.
        verify: ask the network the question that stands in the file, and compare the answer with what it answered where
            it was saved. That takes as long as a first picture. Without it, a file is still known to be whole: it ends
            in its own hash, which is computed again whenever the file has changed.

    Returns:
        Of a classifier, its ``predict_images`` and ``probabilities`` take picture files, and ``classes`` names what it
        knows. Called with arrays, a file that knows how pictures are prepared takes uint8 pictures, shape
        (N, rows, columns, 3), RGB in [0, 255]; any other what its model took. Where that returned a tuple, this returns
        a list, for files know no tuples.

    Raises:
        MissingFileError: there is no such file.
        ModelFileError: it was not written by ``amalthea.save``, is damaged, cut off or changed, of a later format, or
            fails its self-test.
        ArgumentError: an argument that cannot be used, or a precision that the processor does not have.
        MissingDependencyError: the runtime is not installed.

    Example:
        >>> from amalthea import save
        >>> from amalthea.applications import MobileNet
        >>> save(MobileNet(alpha=0.25, weights=None, classes=2), "pets.onnx", classes=["cat", "dog"])
        >>> load("pets.onnx", verify=True).predict_images("elephant.jpg", top=1)[0].classes[0].name in ("cat", "dog")
        True
    """
    file = Path(path)
    before = _identity(file)
    known = while_imported(runtime, partial(known_facts, file, verify))
    settings: dict[str, Any] = {
        "runtime": runtime,
        "precision": precision,
        "threads": threads,
        "streams": streams,
        "providers": providers,
    }
    try:
        # The file once more, for runtimes read it in half the time that they need to copy what is in memory.
        predictor = opened(file, known.description, file.name, cache_key=known.digest, **settings)
    except ModelFileError as problem:
        raise ModelFileError(f"{file}: {problem}") from problem
    if _identity(file) != before:
        raise ModelFileError(f"{file} was written again while it was being opened. Open it again.")
    if verify and known.description.self_test:
        _verify(predictor, known.description.self_test, precision, file)
    if not known.description.layers:
        return predictor
    endings = partial(_ending, file.absolute(), known.digest, partial(open_runner, **settings))
    return replace(predictor, endings=lru_cache(KEPT)(endings))


def opened(graph: bytes | Path, description: Description, name: str, **settings: Any) -> Predictor:
    """A predictor from a graph and its description.

    Args:
        graph: an ONNX file, or its content.
        description: of the network in it.
        name: for messages.
        settings: as for ``open_runner``.

    Raises:
        ModelFileError: the runtime cannot read the graph.
        ArgumentError, MissingDependencyError: see ``load``.
    """
    runner = open_runner(graph, **settings)
    if not (_fits_inputs(description, runner) and _fits_outputs(description, runner)):
        raise ModelFileError("Its description is not that of the graph in it. Save it again.")
    return Predictor(
        name=name,
        runner=runner,
        inputs=description.inputs or tuple(spec.name for spec in runner.inputs),
        outputs=description.outputs,
        preparation=description.preparation,
        classes=description.classes,
        wordnet_ids=description.wordnet_ids,
        threshold=description.threshold,
    )


def _ending(file: Path, known: str, opened: Callable[[bytes], Runner], patterns: tuple[str, ...]) -> Ending:
    """The part of the network that ends at layers, read from the file once more, so that nobody else keeps it all."""
    network = read(file)
    if network.digest != known:
        raise ModelFileError(f"{file} was written again since it was opened. Open it again.")
    return ending_of_graph(network.content, network.description.layers, opened, patterns, file.name)


def _fits_inputs(description: Description, runner: Runner) -> bool:
    """Whether the graph takes what the description says: names, and pictures where it says how they are prepared."""
    if len(description.inputs) not in (0, len(runner.inputs)):
        return False
    if description.preparation is None:
        return True
    rows, columns = description.preparation.size
    shapes = [(spec.dtype, *spec.shape[1:]) for spec in runner.inputs]
    return shapes in [[("uint8", *sides, 3)] for sides in product((rows, None), (columns, None))]


def _fits_outputs(description: Description, runner: Runner) -> bool:
    """Whether the graph returns what the description says: all outputs that it names, and scores of the classes."""
    if any(number >= len(runner.outputs) for number in numbers_in(description.outputs)):
        return False
    scores = [[(len(description.classes),)], [(1,)] if len(description.classes) == 2 else [], [(None,)]]
    return not description.classes or [spec.shape[1:] for spec in runner.outputs] in scores


def _verify(predictor: Predictor, self_test: SelfTest, precision: str, file: Path) -> None:
    found, allowed = distance(self_test, predictor.runner), self_test.tolerance[precision]
    if not found <= allowed:
        raise ModelFileError(
            f"{file} fails its self-test: here, the network's answer to a known question is {found:.2g} of its size "
            f"away from what it was where the file was saved; allowed is {allowed:g} in {precision}. Load it in "
            "another precision or runtime, or save it again."
        )


def _identity(file: Path) -> list[int] | None:
    try:
        return identity(file.stat())
    except OSError:  # which reading it will tell
        return None
