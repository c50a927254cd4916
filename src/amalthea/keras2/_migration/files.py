"""Files: text files that arrays were written into, names of weight files, folders that were models."""

import libcst as cst

from .script import Script, argument, expression, method, with_arguments, without

_NUMPY = ("numpy.load", "numpy.save", "numpy.savez", "numpy.savez_compressed")
_PICKLE = {"pickle.load": 0, "pickle.dump": 1, "cPickle.load": 0, "cPickle.dump": 1}
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
        name = call.args[place].value if place is not None else None
        opened = _where_opened(script, name) if isinstance(name, cst.Name) else None
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


def every_epoch(script: Script, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``ModelCheckpoint`` without ``period=1``, which is what it does."""
    period = argument(updated, "period")
    if period is None:
        return updated
    if script.literal(period.value) != 1:
        script.remark(original, "ModelCheckpoint(period=…): Keras 3 counts batches only, as save_freq=….", "left")
        return updated
    return with_arguments(updated, without(updated.args, [period]))


def _say_of_loading(script: Script, call: cst.Call) -> None:
    texts = _texts(script, call.args[0].value)
    names = weight_names(script)
    if any(text in names for text in texts):
        if argument(call, "by_name"):
            script.remark(
                call, "by_name is for files of Keras 1 and 2 only; this one is written as .weights.h5 now.", "left"
            )
    elif any(str(text.evaluated_value).endswith(_OLD) for text in texts):
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


def _where_opened(script: Script, name: cst.Name) -> cst.BaseExpression | None:
    """What a ``with`` around a name gives it, or its only assignment."""
    for outer in script.around(name):
        for item in outer.items if isinstance(outer, cst.With) else ():
            if item.asname is not None and script.code(item.asname.name) == name.value:
                return item.item
    values = script.values(name)
    return values[0] if len(values) == len(script.assigned(name)) == 1 else None


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
    if script.imported(call.func).rpartition(".")[2] == "ModelCheckpoint":
        alone, given = argument(call, "save_weights_only", 4), argument(call, "filepath", 0)
        if alone is not None and given is not None and script.code(alone.value) == "True":
            return given.value
    return None


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
