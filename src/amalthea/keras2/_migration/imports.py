"""Imports of a script: old modules and names where they are found today, and what the rest of it needs besides."""

from collections.abc import Sequence

import libcst as cst

from .._running.module_names import TREE
from .dotted import as_name, dotted_name, first_name, import_as, import_for
from .script import Script
from .stars import exported
from .todays_names import Today, offered, todays_name


class Imports:
    """What the names that a script imports are bound to today.

    Args:
        script: whose imports they are.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._modules: dict[str, str] = {}  # name in the script of a module of Keras → the module it stands for today
        self._names: dict[str, str] = {}  # name in the script → what it is called today
        self._needed: dict[str, None] = {}  # modules that are to be imported besides
        self._left: set[str] = set()  # names in the script that nothing uses any more
        self._kept: dict[str, str] = {}  # name in the script → where it is today, for what was a module besides
        self._imported: set[tuple[str, str, str]] = set()  # module, name there and name here
        uses = self._uses()
        for name, (module, tails) in uses.items():
            self._modules[name] = self._module(module, tails)
            if tails and not any(self._relative(name, tail, module) for tail in tails):
                self._left.add(name)

    def need(self, module: str) -> str:
        """Have a module imported; returns the name to begin with."""
        if not (module == "keras" and self._script.bound("tensorflow.keras") == "keras"):
            self._needed[module] = None
        return module

    def expression(self, node: cst.Name | cst.Attribute) -> cst.BaseExpression | None:
        """Today's expression for one that an import of Keras bound; None if it stays, or is no whole name of Keras."""
        dotted = self._script.imported(node)
        today = todays_name(dotted) if dotted else None
        if today is None or today.module or not today.name:
            return None
        first = first_name(node)
        if isinstance(node, cst.Name):
            new = self._names.get(node.value, node.value)
            return None if new == node.value else cst.Name(new)
        module = self._modules.get(first, "")
        text = self._script.code(node)
        tail = text.partition(".")[2]
        if module.startswith("amalthea.") and offered(f"{module}.{tail}") is not None:
            return None
        if module and today.name.startswith(f"{module}."):
            new = f"{first}{today.name.removeprefix(module)}"
        else:
            new = today.name
            self.need(import_for(new))
            self._say_if_old(node, new)
        return None if new == text else cst.parse_expression(new)

    def lines(self, line: cst.SimpleStatementLine) -> list[cst.SimpleStatementLine] | None:
        """A line with imports as today's lines; None if it stays."""
        if not any(isinstance(part, cst.Import | cst.ImportFrom) for part in line.body):
            return None
        parts: list[cst.BaseSmallStatement] = []
        for part in line.body:
            if isinstance(part, cst.ImportFrom):
                parts += self._from(part)
            elif isinstance(part, cst.Import):
                parts += self._whole(part)
            else:
                parts.append(part)
        if len(parts) == len(line.body):
            unchanged = all(one is other for one, other in zip(parts, line.body, strict=True))
            return None if unchanged else [line.with_changes(body=parts)]
        if not parts:
            return []
        first, *rest = (part.with_changes(semicolon=cst.MaybeSentinel.DEFAULT) for part in parts)
        return [line.with_changes(body=[first]), *(cst.SimpleStatementLine([part]) for part in rest)]

    def prepare(self) -> None:
        """Learn what each imported name will be called, before the rest of the script is rewritten."""
        for line in self._script.find(cst.ImportFrom):
            module = _module_of(self._script, line)
            for alias in _aliases(self._script, line) if module else ():
                today = todays_name(f"{module}.{alias.evaluated_name}")
                if today and today.name and not today.module and alias.asname is None:
                    self._names[alias.evaluated_name] = today.name.rpartition(".")[2]

    def added(self) -> list[cst.SimpleStatementLine]:
        """Lines for what the script needs besides its own imports."""
        there = {
            self._script.code(alias.name)
            for line in self._script.find(cst.Import)
            for alias in line.names
            if alias.asname is None and not self._in_function(line)
        }
        wanted = [module for module in self._needed if module not in there]
        return [cst.parse_statement(f"import {module}\n") for module in sorted(wanted)]  # type: ignore[misc]

    def _in_function(self, line: cst.Import) -> bool:
        """Whether what a line imports is not known in the whole script."""
        return any(isinstance(outer, cst.FunctionDef) for outer in self._script.around(line))

    def keep(self, name: str, today: str) -> None:
        """Have a name imported from where it is today for certain, under the same name."""
        self._kept[name] = today
        self._modules.pop(name, None)

    def drop(self, name: str) -> None:
        """Have a name left out of the imports, because nothing uses it any more."""
        self._left.add(name)

    def _uses(self) -> dict[str, tuple[str, list[str]]]:
        """Name of an imported module in the script → its dotted name then, and what is taken from it."""
        found: dict[str, tuple[str, list[str]]] = {}
        for line in self._script.find(cst.Import, cst.ImportFrom):
            for name, module in _bound_modules(self._script, line):
                today = todays_name(module)
                if today and today.module:
                    found[name] = module, []
        for node in self._script.find(cst.Attribute):
            first, dotted = first_name(node), self._script.imported(node)
            if first in found and dotted.startswith(f"{found[first][0]}."):
                today = todays_name(dotted)
                if today and not today.module:
                    found[first][1].append(dotted.removeprefix(f"{found[first][0]}."))
        return found

    def _module(self, module: str, tails: list[str]) -> str:
        """The module of today that has all that is taken from one of then, under the same names."""
        today = todays_name(module)
        assert today is not None
        needed = [(self._today(f"{module}.{tail}").name, tail) for tail in tails]
        wanted = [tail for name, tail in needed if name.rpartition(".")[2] == tail.rpartition(".")[2]]
        others = [name.removesuffix(f".{tail}") for name, tail in needed if name.endswith(f".{tail}")]
        for place in dict.fromkeys([today.name, *others]):
            if not place.startswith(TREE) and all(offered(f"{place}.{tail}") is not None for tail in wanted):
                return place
        return today.name

    def _say_if_old(self, node: cst.CSTNode, name: str) -> None:
        if name.startswith(TREE):
            last = name.rpartition(".")[2]
            self._script.remark(node, f"{last} is not in Keras 3; {name} is what it was.")

    def _relative(self, name: str, tail: str, module: str) -> bool:
        today = self._today(f"{module}.{tail}").name
        return not today or today.startswith(f"{self._modules[name]}.")

    def _today(self, dotted: str) -> Today:
        return todays_name(dotted) or Today("")

    def _from(self, line: cst.ImportFrom) -> list[cst.BaseSmallStatement]:
        """``from module import names`` of today, one for each module that the names are in."""
        module = _module_of(self._script, line)
        aliases = _aliases(self._script, line)
        names = (module, *(f"{module}.{alias.evaluated_name}" for alias in aliases))
        if not module or not any(map(todays_name, names)):
            return [line]
        if isinstance(line.names, cst.ImportStar):
            return self._star(line, module, aliases)
        return self._named(line, module, line)

    def _star(
        self, line: cst.ImportFrom, module: str, aliases: Sequence[cst.ImportAlias]
    ) -> list[cst.BaseSmallStatement]:
        """A star import of the one module that has all that is used of it today; else the names that are used."""
        today = todays_name(module)
        if today is None or not today.name:
            gone = today.gone if today else ""
            self._script.remark(line, gone or f"{module} is gone: import the names that are used.", "left")
            return [line]
        parts = self._named(line.with_changes(names=aliases), module, line) if aliases else []
        homes = {self._script.code(part.module) for part in parts if isinstance(part, cst.ImportFrom) and part.module}
        home = homes.pop() if len(homes) == len(parts) == 1 else "" if parts else today.name
        there = exported(home) if home and not home.startswith(TREE) else ()
        names = [self._names.get(str(alias.evaluated_name), str(alias.evaluated_name)) for alias in aliases]
        # A star of today may bind what the script has from elsewhere.
        if there and all(name in there for name in names) and not self._script.bound_names().intersection(there):
            return [line if home == module else line.with_changes(module=dotted_name(home))]
        return parts

    def _named(self, line: cst.ImportFrom, module: str, original: cst.ImportFrom) -> list[cst.BaseSmallStatement]:
        """Names of a module from where they are today.

        Args:
            line: with the names.
            module: that they are imported from.
            original: the line in the script.
        """
        assert not isinstance(line.names, cst.ImportStar)
        groups: dict[str, list[cst.ImportAlias]] = {}
        whole: list[cst.BaseSmallStatement] = []
        for alias in line.names:
            name = str(alias.evaluated_alias or alias.evaluated_name)
            if name in self._left:
                continue
            today = Today(self._kept[name]) if name in self._kept else todays_name(f"{module}.{alias.evaluated_name}")
            if today is None:
                groups.setdefault(module, []).append(alias)
                continue
            if not today.name:
                self._script.remark(original, today.gone, "left")
                groups.setdefault(module, []).append(alias)
                continue
            place = self._modules.get(name, today.name) if today.module else today.name
            home, _, last = place.rpartition(".")
            if not home:
                whole.append(import_as(place, name))
                continue
            self._say_if_old(original, place)
            renamed = name if today.module or alias.asname is not None else last
            new = alias.with_changes(name=cst.Name(last), asname=as_name(renamed) if renamed != last else None)
            if last != alias.evaluated_name and (home, last, renamed) in self._imported:
                continue
            self._imported.add((home, last, renamed))
            groups.setdefault(home, []).append(new)
        if list(groups) == [module] and not whole and len(groups[module]) == len(line.names):
            todays = groups[module]
            same = all(one.deep_equals(other) for one, other in zip(todays, line.names, strict=True))
            return [line if same else line.with_changes(names=todays)]
        return [*whole, *(self._written(line, home, aliases) for home, aliases in groups.items())]

    def _written(self, line: cst.ImportFrom, home: str, aliases: list[cst.ImportAlias]) -> cst.ImportFrom:
        assert not isinstance(line.names, cst.ImportStar)
        if len(aliases) == len(line.names):
            return line.with_changes(module=dotted_name(home), names=aliases)
        plain = [alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in aliases]
        return cst.ImportFrom(module=dotted_name(home), names=plain)

    def _whole(self, line: cst.Import) -> list[cst.BaseSmallStatement]:
        """``import module`` of today."""
        names, changed = [], False
        for alias in line.names:
            module = self._script.code(alias.name)
            name = str(alias.evaluated_alias or "")
            if name and name in self._left:
                changed = True
                continue
            today = todays_name(module)
            if today is None or not today.module or not today.name:
                if today is not None and not today.name:
                    self._script.remark(line, today.gone, "left")
                names.append(alias)
                continue
            place = self._modules.get(name, today.name) if name else today.name
            if place != module:
                changed = True
                asname = None if name == place else alias.asname
                alias = alias.with_changes(name=dotted_name(place), asname=asname)
            names.append(alias)
        if not changed:
            return [line]
        if not names:
            return []
        names[-1] = names[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return [line.with_changes(names=names)]


def _bound_modules(script: Script, line: cst.Import | cst.ImportFrom) -> list[tuple[str, str]]:
    """Names that an import binds, and the dotted names of what they are bound to."""
    if isinstance(line, cst.Import):
        bound = []
        for alias in line.names:
            module = script.code(alias.name)
            first = module.partition(".")[0]
            bound.append((str(alias.evaluated_alias), module) if alias.asname else (first, first))
        return bound
    module = _module_of(script, line)
    return [
        (str(alias.evaluated_alias or alias.evaluated_name), f"{module}.{alias.evaluated_name}")
        for alias in _aliases(script, line)
        if module
    ]


def _aliases(script: Script, line: cst.ImportFrom) -> tuple[cst.ImportAlias, ...]:
    """The names that a line imports; of a star those that the script uses."""
    if isinstance(line.names, cst.ImportStar):
        return tuple(cst.ImportAlias(cst.Name(name)) for name in script.names_by_star(line))
    return tuple(line.names)


def _module_of(script: Script, line: cst.ImportFrom) -> str:
    return script.code(line.module) if line.module is not None and not line.relative else ""
