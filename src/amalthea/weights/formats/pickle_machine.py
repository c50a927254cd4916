"""A pickle is a program. This machine runs the few instructions that build plain values, and has no others.

Python's own unpickler would not do, not even with a list of allowed names: it lets a file set attributes of what it
was given, allocate gigabytes by one number, and overflow the stack by deep nesting.
"""

import pickletools
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, BinaryIO

_OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
_STOP = b"."


class ForbiddenError(Exception):
    """What a pickle asks for beyond building plain values."""


class PickleMachine:
    """Runs one pickle.

    Args:
        allowed: what a global name such as ``"collections.OrderedDict"`` stands for; what is callable among it may be
            called with whatever the file says, nothing else ever is.
        persistent: the value that a persistent id stands for.
    """

    def __init__(self, allowed: Mapping[str, Any], persistent: Callable[[Any], Any]) -> None:
        self._allowed = allowed
        self._persistent = persistent
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def run(self, file: BinaryIO) -> Any:
        """The value of the pickle that begins at the file's position, which is behind it afterwards.

        Raises:
            ForbiddenError: a name that is not allowed, or an instruction that this machine lacks.
            ValueError, TypeError, LookupError: damaged.
        """
        while (code := file.read(1)) != _STOP:
            if code not in _OPCODES:
                raise ValueError("an instruction that no pickle has" if code else "a pickle without an end")
            opcode = _OPCODES[code]
            if opcode.name not in _INSTRUCTIONS:
                raise ForbiddenError(f"the pickle instruction {opcode.name}, which no weight file needs")
            reader = _read_name if opcode.name == "GLOBAL" else opcode.arg and opcode.arg.reader
            _INSTRUCTIONS[opcode.name](self, reader(file) if reader else None)
        return self._stack.pop()

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _skip(self, _: Any) -> None:
        pass

    def _mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def _take(self, start: int) -> list[Any]:
        """Everything on the stack from this position, which must be there."""
        if not 0 <= start <= len(self._stack):
            raise IndexError("stack underflow")
        values = self._stack[start:]
        del self._stack[start:]
        return values

    def _tuple(self, _: Any, length: int | None = None) -> None:
        self._push(tuple(self._take(self._marks.pop() if length is None else len(self._stack) - length)))

    def _remember(self, place: int | None) -> None:
        self._memo[len(self._memo) if place is None else place] = self._stack[-1]

    def _recall(self, place: int) -> None:
        self._push(self._memo[place])

    def _global(self, name: str) -> None:
        name = name.replace(" ", ".", 1)
        if name not in self._allowed:
            raise ForbiddenError(f"the global {name!r}, which can run code")
        self._push(self._allowed[name])

    def _stack_global(self, _: Any) -> None:
        self._global(" ".join(self._take(len(self._stack) - 2)))

    def _persistent_id(self, _: Any) -> None:
        self._push(self._persistent(self._stack.pop()))

    def _call(self, _: Any) -> None:
        function, arguments = self._take(len(self._stack) - 2)
        if not callable(function) or not isinstance(arguments, tuple):
            raise TypeError("a call of something that is no function")
        self._push(function(*arguments))

    def _set_items(self, _: Any, length: int | None = None) -> None:
        items = self._take(self._marks.pop() if length is None else len(self._stack) - length)
        target = self._stack[-1]
        # The hash of a deeply nested tuple would overflow the C stack.
        if not isinstance(target, dict) or not all(isinstance(key, str | int) for key in items[::2]):
            raise TypeError("items that cannot be set")
        target.update(zip(items[::2], items[1::2], strict=True))

    def _append(self, _: Any, length: int | None = None) -> None:
        items = self._take(self._marks.pop() if length is None else len(self._stack) - length)
        if not isinstance(self._stack[-1], list):
            raise TypeError("items that cannot be appended")
        self._stack[-1].extend(items)

    def _ignore_attributes(self, _: Any) -> None:
        # PyTorch gives a state dict the attribute `_metadata`: versions of its modules.
        self._stack.pop()


def _read_name(file: BinaryIO) -> str:
    """Module and name, a line each; Python's own reader looks for escapes in them, and warns of strange ones."""
    return " ".join(file.readline().decode().removesuffix("\n") for _ in range(2))


_Instruction = Callable[[PickleMachine, Any], None]
_INSTRUCTIONS: dict[str, _Instruction] = {
    **dict.fromkeys(("PROTO", "FRAME"), PickleMachine._skip),
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"), PickleMachine._push),
    **dict.fromkeys(("BINUNICODE", "SHORT_BINUNICODE"), PickleMachine._push),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT", "MEMOIZE"), PickleMachine._remember),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), PickleMachine._recall),
    "NONE": lambda machine, _: machine._push(None),
    "NEWTRUE": lambda machine, _: machine._push(True),
    "NEWFALSE": lambda machine, _: machine._push(False),
    "EMPTY_DICT": lambda machine, _: machine._push({}),
    "EMPTY_LIST": lambda machine, _: machine._push([]),
    "EMPTY_TUPLE": lambda machine, _: machine._push(()),
    "MARK": PickleMachine._mark,
    "TUPLE": PickleMachine._tuple,
    "TUPLE1": partial(PickleMachine._tuple, length=1),
    "TUPLE2": partial(PickleMachine._tuple, length=2),
    "TUPLE3": partial(PickleMachine._tuple, length=3),
    "SETITEM": partial(PickleMachine._set_items, length=2),
    "SETITEMS": PickleMachine._set_items,
    "APPEND": partial(PickleMachine._append, length=1),
    "APPENDS": PickleMachine._append,
    "GLOBAL": PickleMachine._global,
    "STACK_GLOBAL": PickleMachine._stack_global,
    "BINPERSID": PickleMachine._persistent_id,
    "REDUCE": PickleMachine._call,
    "BUILD": PickleMachine._ignore_attributes,
}
