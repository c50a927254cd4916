"""Files: text files that arrays were written into, names of weight files, folders that were models."""

import re

import libcst as cst

from .._spelling.era import era
from .script import Script, argument, expression, method, with_arguments, without

_NUMPY = ("numpy.load", "numpy.save", "numpy.savez", "numpy.savez_compressed")
_PICKLES = ("pickle", "cPickle", "six.moves.cPickle")
_PICKLE = {f"{pickle}.{name}": place for pickle in _PICKLES for name, place in (("load", 0), ("dump", 1))}
_DUMPS, _LOADS = ({f"{pickle}.{name}" for pickle in _PICKLES} for name in ("dumps", "loads"))
_OLD, _NEW = (".h5", ".hdf5"), ".weights.h5"


def in_bytes(script: Script, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``np.save(open(name, 'w'), …)``, ``np.load(open(name))`` and those of pickle, which need a file of bytes."""
    name, place = _file_of(script, original)
    if place is None:
        return updated
    opened, new = original.args[place].value, updated.args[place].value
    mode = _text_mode(script, opened)
    if not mode or not isinstance(opened, cst.Call) or not isinstance(new, cst.Call):
        return updated
    if name == "numpy.load" or (name == "numpy.save" and str(script.literal(opened.args[0].value)).endswith(".npy")):
        value = new.args[0].value
    else:
        value = _opened_in_bytes(new, mode)
    args = [*updated.args]
    args[place] = args[place].with_changes(value=value)
    return updated.with_changes(args=args)


def kept_open(script: Script) -> dict[cst.CSTNode, str]:
    """Calls that open a text file under a name, by which arrays are written or read → "w" or "r".

    Example:
        ``with open(name, 'w') as f: np.save(f, …)``
    """
    found: dict[cst.CSTNode, str] = {}
    for call in script.find(cst.Call):
        _, place = _file_of(script, call)
        name = call.args[place].value if place is not None else _pickled(script, call)
        opened = _where_opened(script, name) if isinstance(name, cst.Name) else name if place is None else None
        mode = _text_mode(script, opened)
        if opened is not None and mode:
            found[opened] = mode
    return found


def reopened(modes: dict[cst.CSTNode, str], original: cst.Call, updated: cst.Call) -> cst.Call:
    """Such a call with the mode for bytes."""
    return _opened_in_bytes(updated, modes[original]) if original in modes else updated


def weight_names(script: Script) -> set[cst.CSTNode]:
    """Texts in the script that name files of weights which it writes itself."""
    names = set()
    for call in script.find(cst.Call):
        path = written(script, call)
        names |= {str(text.evaluated_value) for text in _texts(script, path)} if path is not None else set()
    return {text for text in script.find(cst.SimpleString) if str(text.evaluated_value) in names}


def model_names(script: Script) -> set[cst.CSTNode]:
    """Texts in the script that name files in which ``ModelCheckpoint`` writes whole models, places filled or not."""
    paths = [path for call in script.find(cst.Call) if (path := checkpoint(script, call)) is not None]
    names = {name for path in paths for name in texts_in(script, path)}
    patterns = [re.sub(r"\\\{.*?\\\}", ".+", re.escape(name)) for name in names]
    texts = script.find(cst.SimpleString)
    return {text for text in texts if any(re.fullmatch(one, str(text.evaluated_value)) for one in patterns)}


def model_name(name: str) -> str:
    """The name that Keras 3 wants where it writes HDF5 itself: ``ModelCheckpoint`` knows one of its two suffixes.

    Example:
        >>> model_name("best-{epoch:02d}.hdf5")
        'best-{epoch:02d}.h5'
    """
    return f"{name.removesuffix('.hdf5')}.h5" if name.endswith(".hdf5") else name


def with_text(original: cst.SimpleString, text: str) -> cst.SimpleString:
    """A literal with another text, in the same quotes if the text needs no escapes."""
    plain = original.raw_value == original.evaluated_value
    value = f"{original.prefix}{original.quote}{text}{original.quote}" if plain else repr(text)
    return original.with_changes(value=value)


def weights_name(name: str) -> str:
    """The name that Keras 3 wants for a file of weights.

    Example:
        >>> weights_name("first_try.h5")
        'first_try.weights.h5'
    """
    ending = next((old for old in _OLD if name.endswith(old) and not name.endswith(_NEW)), "")
    return f"{name.removesuffix(ending)}{_NEW}" if ending else name


def whole_models(script: Script, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``model.save('folder')`` with the suffix that Keras 3 wants, and what is to be known of weight files."""
    if method(original) == "save" and len(original.args) >= 1 and isinstance(original.args[0].value, cst.SimpleString):
        text = original.args[0].value
        name = str(text.evaluated_value)
        if _is_model(script, original) and "." not in name.rpartition("/")[2]:
            new = with_text(text, f"{name}.keras")
            return updated.with_changes(args=[updated.args[0].with_changes(value=new), *updated.args[1:]])
    if method(original) == "load_weights" and original.args:
        _say_of_loading(script, original)
    return updated


def checkpoints(script: Script, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``ModelCheckpoint`` without ``period=1``, which is what it does; and what is to be known of its files."""
    _say_of_names(script, original)
    period = argument(updated, "period")
    if period is None:
        return updated
    if script.literal(period.value) != 1:
        script.remark(original, "ModelCheckpoint(period=…): Keras 3 counts batches only, as save_freq=….", "left")
        return updated
    return with_arguments(updated, without(updated.args, [period]))


def _say_of_names(script: Script, call: cst.Call) -> None:
    path, alone = argument(call, "filepath", 0), written(script, call) is not None
    names = texts_in(script, path.value) if path is not None else []
    if any("{epoch" in name for name in names) and era() == 1:
        script.remark(call, "{epoch} counts from 1 today, where Keras 1 counted from 0: names are one higher.")
    for name in names if not alone else ():
        if name.endswith(".hdf5"):
            script.remark(
                call,
                f"{name} is {model_name(name)}, because ModelCheckpoint refuses .hdf5 today; wherever this script "
                "names it. Rename the files that are there, and change what other programs look for.",
            )


def _say_of_loading(script: Script, call: cst.Call) -> None:
    texts = _texts(script, call.args[0].value)
    names = weight_names(script)
    if any(text in names for text in texts):
        if argument(call, "by_name"):
            script.remark(
                call, "by_name is for files of Keras 1 and 2 only; this one is written as .weights.h5 now.", "left"
            )
    elif any(str(text.evaluated_value).endswith(_OLD) for text in texts) and not model_names(script).intersection(
        texts
    ):
        name = next(str(text.evaluated_value) for text in texts)
        script.remark(
            call,
            f"{name} is read if Keras 1 or 2 wrote it; a script of today writes {name.rpartition('.')[0]}{_NEW}.",
        )


def _file_of(script: Script, call: cst.Call) -> tuple[str, int | None]:
    """The function of NumPy or pickle that a call calls, and the place of the file among its arguments."""
    name = script.imported(call.func)
    place = 0 if name in _NUMPY else _PICKLE.get(name)
    return name, place if place is not None and place < len(call.args) else None


def _pickled(script: Script, call: cst.Call) -> cst.BaseExpression | None:
    """The file of ``file.write(pickle.dumps(…))`` and of ``pickle.loads(file.read())``."""
    if method(call) == "write" and len(call.args) == 1 and isinstance(call.func, cst.Attribute):
        inner = call.args[0].value
        is_pickle = isinstance(inner, cst.Call) and script.imported(inner.func) in _DUMPS
        return call.func.value if is_pickle else None
    if script.imported(call.func) in _LOADS and call.args:
        inner = call.args[0].value
        if isinstance(inner, cst.Call) and method(inner) == "read" and isinstance(inner.func, cst.Attribute):
            return inner.func.value
    return None


def _where_opened(script: Script, name: cst.Name) -> cst.BaseExpression | None:
    """What a ``with`` around a name gives it, or the last assignment before it in the same block."""
    for outer in script.around(name):
        for item in outer.items if isinstance(outer, cst.With) else ():
            if item.asname is not None and script.code(item.asname.name) == name.value:
                return item.item
    values = script.values(name)
    if len(values) == len(script.assigned(name)) == 1:
        return values[0]
    before = [value for value in values if script.line(value) < script.line(name)]
    last = max(before, key=script.line, default=None)
    return last if last is not None and _block(script, last) is _block(script, name) else None


def _block(script: Script, node: cst.CSTNode) -> cst.CSTNode | None:
    """The block of statements that an expression stands in."""
    return next((outer for outer in script.around(node) if isinstance(outer, cst.BaseSuite | cst.Module)), None)


def _text_mode(script: Script, opened: cst.BaseExpression | None) -> str:
    """The mode, "r" or "w", of a call that opens a text file; empty if it is none."""
    if not isinstance(opened, cst.Call) or script.code(opened.func) != "open" or not opened.args:
        return ""
    given = argument(opened, "mode", 1)
    mode = script.literal(given.value) if given else "r"
    return mode[0] if mode in ("r", "w", "rt", "wt") else ""


def _opened_in_bytes(opened: cst.Call, mode: str) -> cst.Call:
    path = opened.args[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return opened.with_changes(args=[path, cst.Arg(expression(repr(f"{mode}b")))])


def texts_in(script: Script, path: cst.BaseExpression, *, whole: bool = False) -> list[str]:
    """The texts that a path is, or ends in; of ``whole`` all literals in it besides."""
    inside = [node for node in script.find(cst.SimpleString) if path in script.around(node)] if whole else []
    return [str(text.evaluated_value) for text in (*inside, *_texts(script, path))]


def written(script: Script, call: cst.Call) -> cst.BaseExpression | None:
    """The path that a call writes weights alone into."""
    if method(call) == "save_weights" and call.args:
        given = argument(call, "filepath", 0)
        return given.value if given else None
    return _checkpoint(script, call, weights_only=True)


def checkpoint(script: Script, call: cst.Call) -> cst.BaseExpression | None:
    """The path that a ``ModelCheckpoint`` writes whole models into."""
    return _checkpoint(script, call, weights_only=False)


def _checkpoint(script: Script, call: cst.Call, *, weights_only: bool) -> cst.BaseExpression | None:
    if script.imported(call.func).rpartition(".")[2] != "ModelCheckpoint":
        return None
    alone, given = argument(call, "save_weights_only", 4), argument(call, "filepath", 0)
    is_so = alone is not None and script.code(alone.value) == "True"
    return given.value if given is not None and is_so == weights_only else None


def _texts(script: Script, path: cst.BaseExpression) -> list[cst.SimpleString]:
    """The literals that a path is, or ends in."""
    if isinstance(path, cst.SimpleString):
        return [path]
    if isinstance(path, cst.BinaryOperation):
        return _texts(script, path.right if isinstance(path.operator, cst.Add) else path.left)
    if isinstance(path, cst.Call) and path.args and script.imported(path.func).endswith("path.join"):
        return _texts(script, path.args[-1].value)
    if isinstance(path, cst.Call) and method(path) == "format" and isinstance(path.func, cst.Attribute):
        return _texts(script, path.func.value)
    return [text for value in script.values(path) for text in _texts(script, value)]


def _is_model(script: Script, call: cst.Call) -> bool:
    from .kinds import is_

    return isinstance(call.func, cst.Attribute) and is_(script, call.func.value, "functional", "sequential", "model")
