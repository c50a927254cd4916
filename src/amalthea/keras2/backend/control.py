"""Choices and loops over tensors."""

from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from ...errors import ArgumentError

__all__ = ["foldl", "foldr", "map_fn", "rnn", "switch"]


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two tensors, or numbers of both.

    Args:
        condition: a single truth; or one for each number, or for each row.
        then_expression: what is taken where it holds: a tensor, or a function without arguments that returns one.
        else_expression: likewise, elsewhere.
    """
    condition = ops.cast(condition, "bool")
    functions = callable(then_expression) and callable(else_expression)
    if functions and len(condition.shape) == 0:
        return ops.cond(condition, then_expression, else_expression)
    then, other = (one() if callable(one) else one for one in (then_expression, else_expression))
    missing = len(getattr(then, "shape", ())) - len(condition.shape)
    if condition.shape and missing > 0:
        condition = ops.reshape(condition, tuple(ops.shape(condition)) + (1,) * missing)
    return ops.where(condition, then, other)


def map_fn(fn: Callable[[Any], Any], elems: Any, name: str | None = None, dtype: str | None = None) -> Any:
    """What a function returns for each row, along a first axis."""
    found = ops.map(fn, elems)
    return found if dtype is None else ops.cast(found, dtype)


def foldl(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """What is left if a function takes what it returned last, and the next row, from the first one on."""
    return _folded(fn, list(range(elems.shape[0])), elems, initializer)


def foldr(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """What is left if a function takes what it returned last, and the row before, from the last one on."""
    return _folded(fn, list(range(elems.shape[0]))[::-1], elems, initializer)


def rnn(
    step_function: Callable[[Any, list[Any]], tuple[Any, list[Any]]],
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: Any = None,
    constants: Sequence[Any] | None = None,
    unroll: bool = False,
    input_length: int | None = None,
) -> tuple[Any, Any, list[Any]]:
    """Apply a function to one step in time after the other.

    Args:
        step_function: of the inputs at one time and the states, with ``constants`` behind these; returns its output
            and the new states.
        inputs: shape (batch, time, …).
        initial_states: each of shape (batch, …).
        go_backwards: begin with the last time.
        mask: truths of shape (batch, time); where one does not hold, output and states stay what they were.
        constants: given to each call.
        unroll: without effect, as the loop always is.
        input_length: number of times, where ``inputs`` does not tell.

    Returns:
        The last output, all outputs along the second axis, the last states.

    Raises:
        ArgumentError: the number of times is unknown.
    """
    length = inputs.shape[1] or input_length
    if length is None:
        raise ArgumentError("rnn needs a known number of times: give the inputs a shape, or input_length.")
    states, outputs = list(initial_states), list[Any]()
    for time in range(length)[:: -1 if go_backwards else 1]:
        output, new_states = step_function(inputs[:, time], [*states, *(constants or ())])
        if mask is not None:
            before = outputs[-1] if outputs else ops.zeros_like(output)
            output = _where(mask[:, time], output, before)
            new_states = [_where(mask[:, time], *pair) for pair in zip(new_states, states, strict=True)]
        outputs.append(output)
        states = list(new_states)
    return outputs[-1], ops.stack(outputs, axis=1), states


def _folded(fn: Callable[[Any, Any], Any], order: list[int], elems: Any, initializer: Any) -> Any:
    if initializer is None:
        initializer, order = elems[order[0]], order[1:]
    for row in order:
        initializer = fn(initializer, elems[row])
    return initializer


def _where(truth: Any, value: Any, other: Any) -> Any:
    """The rows of one tensor where a truth holds, those of another elsewhere."""
    return switch(ops.reshape(truth, (-1,)), value, other)
