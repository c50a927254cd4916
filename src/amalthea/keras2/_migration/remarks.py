"""What is said of a line that was not translated, or that a person must look at."""

from typing import Literal, NamedTuple

Kind = Literal["check", "left"]


class Remark(NamedTuple):
    """Something to do by hand.

    Attributes:
        line: of the script as it was given.
        kind: "left" for what is written as before although it no longer runs, "check" for what may mean something else.
        text: what, and what to do.
    """

    line: int
    kind: Kind
    text: str
