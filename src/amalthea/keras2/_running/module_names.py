"""Where a module of the old tree is found today."""

from collections.abc import Collection

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


class ModuleNames:
    """Translates the dotted names of modules.

    Args:
        own: packages that stay what they are, because they lie beside the script, such as a ``keras`` of its own.
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._roots = {root: today for root, today in _ROOTS.items() if root.partition(".")[0] not in own}

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
