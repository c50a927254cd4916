"""The precisions in which a runner may compute."""

from ...errors import ArgumentError

PRECISIONS = ("float32", "bfloat16")


def require_known(precision: str) -> None:
    """Refuse any other name.

    Raises:
        ArgumentError: there is no such precision, or it belongs to a file rather than to a runner.
    """
    if precision == "int8":
        raise ArgumentError(
            "precision='int8': a network is brought to whole numbers once, with pictures to measure it by. Do so with "
            "amalthea.save(model, path, precision='int8', calibration=folder), and open that file as any other."
        )
    if precision not in PRECISIONS:
        raise ArgumentError(f"precision={precision!r}; there is {' and '.join(map(repr, PRECISIONS))}.")
