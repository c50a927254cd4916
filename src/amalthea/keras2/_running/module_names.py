"""Where a module of the old tree is found today, and what else has gone elsewhere."""

from collections.abc import Collection

from . import tensorflow_of_then

TREE = "amalthea.keras2"

# Every name under which Keras 1 and 2 could be imported, and the part of the tree that it was.
_ROOTS = {
    "keras": TREE,
    "keras_applications": f"{TREE}.applications",
    "keras_preprocessing": f"{TREE}.preprocessing",
    **dict.fromkeys(
        (
            "tensorflow.keras",
            "tensorflow.compat.v1.keras",
            "tensorflow.compat.v2.keras",
            "tensorflow.contrib.keras",
            "tensorflow.contrib.keras.api.keras",
            "tensorflow.contrib.keras.python.keras",
            "tensorflow.python.keras",
            "tensorflow.python.keras._impl.keras",
            "tensorflow.python.keras.api.keras",
        ),
        TREE,
    ),
}
PACKAGES = frozenset(root.partition(".")[0] for root in _ROOTS)
# Modules that only Keras 3 has: a script that names them means those.
_OF_TODAY = (
    "config",
    "distribution",
    "dtype_policies",
    "export",
    "ops",
    "quantizers",
    "random",
    "saving",
    "src",
    "tree",
)


_TENSORFLOW = tensorflow_of_then.__name__
_OF_TENSORFLOW = {
    "tensorflow": _TENSORFLOW,
    "tensorflow.random.set_seed": f"{_TENSORFLOW}.set_random_seed",
    "tensorflow.random.set_random_seed": f"{_TENSORFLOW}.set_random_seed",
    **{
        f"{root}.{name}": f"{_TENSORFLOW}.{name}"
        for root in ("tensorflow", "tensorflow.compat.v1")
        for name in tensorflow_of_then.__all__
    },
}
_OF_SCIKIT_LEARN = {"sklearn.externals.joblib": "joblib", "sklearn.externals.six": "six"}


class ModuleNames:
    """Translates the dotted names of modules.

    Args:
        own: packages that stay what they are, because they lie beside the script, such as a ``keras`` of its own.
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._roots = {root: today for root, today in _ROOTS.items() if root.partition(".")[0] not in own}

        self._tensorflow = {} if "tensorflow" in own else _OF_TENSORFLOW

    def elsewhere(self, name: str) -> str | None:
        """Where something of another package is found when an old script runs; None if it stays where it is.

        Example:
            >>> ModuleNames().elsewhere("sklearn.externals.joblib.dump"), ModuleNames().elsewhere("tensorflow.nn")
            ('joblib.dump', None)
        """
        for module, today in _OF_SCIKIT_LEARN.items():
            if name == module or name.startswith(f"{module}."):
                return today + name.removeprefix(module)
        return self._tensorflow.get(name)

    def is_root(self, name: str) -> bool:
        """Whether this is all of Keras, under one of its names."""
        return name in self._roots

    def today(self, name: str) -> str | None:
        """The dotted name of today, also of what begins such a name; None if it never was one of Keras'.

        Example:
            >>> ModuleNames().today("keras.layers.core"), ModuleNames().today("keras_vggface.models")
            ('amalthea.keras2.layers.core', None)
        """
        for root in sorted(self._roots, key=len, reverse=True):
            rest = name[len(root) :]
            if name.startswith(root) and (not rest or rest[0] == "."):
                return None if rest[1:].partition(".")[0] in _OF_TODAY else self._roots[root] + rest
        return None
