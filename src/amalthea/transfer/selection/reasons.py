"""Why something went wrong, in a line."""

from ...errors import AmaltheaError


def told(problem: Exception) -> str:
    """What an error says; of those that are not ours, the type and the first line."""
    if isinstance(problem, AmaltheaError):
        return str(problem)
    return f"{type(problem).__name__}: {(str(problem).strip().splitlines() or [''])[0]}"
