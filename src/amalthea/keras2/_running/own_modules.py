"""The modules beside a script, rewritten as the script is when they are imported."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from .module_names import PACKAGES

Compile = Callable[[bytes, str], CodeType]


def packages_beside(script: Path) -> set[str]:
    """Those of the packages that Keras was which Python would import from the folder of a script."""
    return {
        name
        for name in PACKAGES
        for file in (script.parent / f"{name}.py", script.parent / name / "__init__.py")
        if file != script and os.path.exists(file)
    }


class OwnModules(MetaPathFinder):
    """Finds what Python's own finder finds on the path, and lets a script's own modules be compiled as the script is.

    Its own are those in its folder and below, in folders that it puts on the path itself included; not what was on the
    path before, nor what is installed there.

    Args:
        folder: of the script, at the start of ``sys.path``.
        compiled: makes code of the bytes of a file and its name.
    """

    def __init__(self, folder: str, compiled: Compile) -> None:
        self._folder, self._compiled = Path(folder), compiled
        self._before = {Path(entry).resolve() for entry in sys.path[1:]} - {self._folder}
        self._packages: set[str] = set()

    def install(self) -> None:
        """Take the place before Python's own finder of files."""
        found = [number for number, finder in enumerate(sys.meta_path) if finder is PathFinder]
        sys.meta_path.insert(found[0] if found else len(sys.meta_path), self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What Python's own finder of files finds."""
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or not self._is_own(fullname, spec):
            return spec
        if spec.submodule_search_locations is not None:
            self._packages.add(fullname)
        if isinstance(spec.loader, SourceFileLoader):
            spec.loader = _OwnLoader(fullname, spec.loader.path, self._compiled)
        return spec

    def _is_own(self, fullname: str, spec: ModuleSpec) -> bool:
        package, _, _ = fullname.rpartition(".")
        if package or fullname == "amalthea":
            return package in self._packages
        places = spec.submodule_search_locations
        files = list(places) if places is not None else [spec.origin or ""]
        return any(self._is_own_folder(Path(file).resolve().parent) for file in files)

    def _is_own_folder(self, folder: Path) -> bool:
        if folder == self._folder:
            return True
        installed = {"site-packages", "dist-packages"} & set(folder.parts[len(self._folder.parts) :])
        return folder.is_relative_to(self._folder) and folder not in self._before and not installed


class _OwnLoader(SourceFileLoader):
    """Reads no compiled file, and leaves none behind: it would be that of other code."""

    def __init__(self, fullname: str, path: str, compiled: Compile) -> None:
        super().__init__(fullname, path)
        self._compiled = compiled

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self._compiled(self.get_data(path), path)
