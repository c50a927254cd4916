"""The programs in the seeds: in which lines they stand, and with which changes they run."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ERRATA = tomllib.loads(Path(__file__).with_name("errata.toml").read_text(encoding="utf-8"))

Block = tuple[int, int]


class Program(NamedTuple):
    """A program of a seed.

    Attributes:
        seed: the number with which the name of its file begins.
        blocks: lines of the fences around each of its blocks, which continue each other.
        also: seed and lines of the fences where the same code stands, apart from comments.
    """

    seed: str
    blocks: tuple[Block, ...]
    also: tuple[tuple[str, Block], ...] = ()


PROGRAMS = {
    "classes": Program("000", ((526, 545),), (("001", (32, 52)), ("004", (31, 50)))),
    "features": Program("000", ((549, 564),), (("001", (55, 70)), ("004", (54, 69)))),
    "intermediate layer": Program("000", ((568, 586),), (("001", (73, 90)), ("004", (73, 90)))),
    "new classes": Program("000", ((590, 646),), (("001", (93, 149)), ("004", (94, 150)))),
    "own input": Program("000", ((650, 658),), (("001", (152, 160)), ("004", (155, 163)))),
    "generator": Program("000", ((749, 761),)),
    "preview": Program("000", ((775, 799),)),
    "small convnet": Program("000", ((817, 934),)),
    "bottleneck features": Program("000", ((958, 1072),)),  # with fences inside its docstring
    "fine-tuning": Program("000", ((1117, 1195),)),
    "old model file": Program("001", ((422, 426),), (("003", (118, 123)), ("004", (440, 444)))),
    "the book's chapter": Program(
        "002",
        (
            *((12, 17), (76, 113), (115, 119), (121, 139), (203, 226), (231, 240), (263, 266), (268, 272)),
            *((275, 318), (384, 405), (418, 420), (472, 483), (486, 497), (698, 700), (702, 723)),
        ),
    ),
    "freezing": Program("003", ((144, 146), (150, 168))),
}

# Fenced blocks that are neither programs nor signatures: trees of folders, and what programs printed.
NO_CODE = {("000", (698, 718)), ("000", (1076, 1091)), ("002", (243, 259)), ("002", (319, 382))}


def lines_of(seeds: Path, seed: str) -> list[str]:
    """The lines of a seed; the first one is number 1."""
    [file] = seeds.glob(f"{seed}_*.txt")
    return ["", *file.read_text(encoding="utf-8").split("\n")]


def source(seeds: Path, seed: str, blocks: tuple[Block, ...], kinds: tuple[str, ...] = ("erratum", "binding")) -> str:
    """A program in which every line has the number that it has in the seed, all others being empty."""
    original = lines_of(seeds, seed)
    inside = {number for first, last in blocks for number in range(first + 1, last)}
    text = [line if number in inside else "" for number, line in enumerate(original)]
    for change in changes(seed, kinds):
        number = change["line"]
        if any(first <= number < last for first, last in blocks):
            text[number] = changed(original[number], change)
    return "\n".join(text[1 : max(last for _, last in blocks)]) + "\n"


def changes(seed: str, kinds: tuple[str, ...]) -> Iterator[dict]:
    yield from (change for kind in kinds for change in ERRATA[kind] if change["seed"] == seed)


def changed(line: str, change: dict) -> str:
    """A line with its erratum; what is to be replaced must stand there once, or the line be empty."""
    old = change["old"]
    assert line.count(old) == 1 if old else line == "", f"{change['seed']}:{change['line']} is not {old!r}: {line!r}"
    return line.replace(old, change["new"]) if old else change["new"]


def fenced_blocks(lines: list[str]) -> list[Block]:
    """All blocks between fences of one kind, by the lines of these."""
    blocks, fence, first = [], "", 0
    for number, line in enumerate(lines):
        mark = line.strip()[:3]
        if not fence and mark in ("```", "~~~"):
            fence, first = mark, number
        elif fence and line.strip() == fence:
            blocks.append((first, number))
            fence = ""
    return blocks
