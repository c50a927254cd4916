"""How long explanations take, and whether their peaks lie on the animal: ten photographs of pets, the first ones that
validate each breed, and classifiers that were trained with the defaults on the others.

In all ten the middle of the picture is on the animal, so that a peak that always lies there would be right ten times;
the results tell that too, and how much of the maps lies on the animals, beside how much of the pictures does.

``--sheet docs/explain.jpg`` draws what they show: each picture, below it Grad-CAM, and below that occlusion.
"""

import argparse
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import amalthea
from amalthea.images import resize
from amalthea.transfer import Explanation, ImageClassifier
from benchmarks.measure import write
from benchmarks.pets import DATA
from benchmarks.recipes import MODELS
from benchmarks.transfer import empty_cache

# Outlines of the animals, drawn by eye: corners, each as column,row in fractions of the picture.
ANIMALS = {
    "Abyssinian_164": (
        ".58,.15 .60,.25 .63,.30 .64,.42 .60,.52 .56,.62 .52,.68 .45,.71 .40,.67 .39,.60 .37,.51 .44,.46 .47,.38 "
        ".45,.32 .50,.26 .57,.25"
    ),
    "Abyssinian_165": (
        ".05,.26 .10,.26 .16,.30 .26,.27 .33,.15 .35,.16 .36,.27 .44,.24 .50,.19 .58,.18 .70,.22 .72,.15 .78,.14 "
        ".85,.22 .92,.37 .95,.60 .94,.80 .88,.86 .78,.88 .55,.82 .44,.76 .37,.66 .29,.56 .25,.56 .19,.52 .14,.42 "
        ".07,.31"
    ),
    "Abyssinian_166": (
        ".10,.06 .13,.06 .18,.13 .25,.13 .30,.06 .33,.07 .32,.20 .30,.33 .42,.35 .55,.40 .63,.48 .68,.56 .75,.63 "
        ".85,.70 .92,.73 .90,.77 .78,.74 .68,.68 .62,.80 .58,.93 .43,.94 .50,.87 .46,.77 .38,.74 .36,.94 .30,.94 "
        ".28,.72 .26,.86 .25,.93 .20,.94 .19,.90 .20,.80 .19,.65 .14,.52 .12,.37 .11,.25"
    ),
    "Abyssinian_167": (
        "0,.22 .15,.22 .33,.28 .39,.29 .40,.25 .36,.12 .38,.11 .46,.16 .53,.26 .62,.33 .70,.27 .72,.28 .73,.37 "
        ".79,.43 .82,.55 .80,.68 .76,.80 .70,.88 .69,.99 .64,.99 .62,.86 .51,.80 .49,.66 .42,.60 .36,.60 .33,.52 "
        ".28,.49 .20,.57 .10,.54 .05,.38 0,.36"
    ),
    "Bengal_151": (
        ".25,.10 .28,.12 .30,.25 .38,.28 .47,.24 .50,.26 .44,.39 .58,.41 .72,.45 .82,.55 .85,.65 .85,.75 .88,.92 "
        ".87,1 .56,.98 .53,.92 .40,.84 .28,.74 .22,.63 .15,.58 .16,.52 .19,.40 .18,.33 .21,.20"
    ),
    "Bengal_152": (
        ".28,.10 .32,.07 .38,.10 .49,.24 .60,.25 .68,.22 .76,.10 .83,.04 .88,.07 .88,.45 .90,.60 .88,.70 .85,.80 "
        ".83,1 .10,1 .13,.84 .22,.71 .31,.62 .29,.48 .33,.40 .30,.30 .28,.18"
    ),
    "Bengal_153": (
        ".49,.23 .53,.28 .58,.29 .63,.25 .65,.27 .63,.40 .60,.46 .63,.58 .65,.72 .61,.85 .60,.96 .55,.98 .46,.96 "
        ".44,.91 .39,.86 .39,.72 .42,.55 .47,.44 .49,.36 .48,.28"
    ),
    "american_bulldog_164": (
        ".25,.24 .28,.21 .30,.27 .36,.23 .45,.21 .73,.21 .80,.24 .85,.30 .85,.45 .88,.62 .93,.79 .89,.79 .84,.62 "
        ".79,.47 .84,.68 .84,.80 .80,.79 .80,.68 .73,.54 .71,.42 .56,.46 .57,.55 .54,.70 .53,.85 .49,.85 .50,.62 "
        ".48,.52 .42,.55 .38,.63 .38,.70 .34,.72 .35,.58 .41,.47 .37,.45 .31,.52 .26,.47 .24,.40 .25,.32"
    ),
    "american_bulldog_166": (
        "0,.23 .20,.20 .60,.20 .68,.26 .85,.33 .92,.45 .97,.60 .93,.75 .85,.85 .72,.91 .50,.88 .30,.82 0,.72"
    ),
    "american_bulldog_167": (
        ".32,.42 .41,.36 .43,.40 .46,.36 .55,.33 .61,.31 .67,.25 .80,.23 .82,.25 .71,.29 .70,.32 .80,.32 .90,.33 "
        ".89,.35 .75,.39 .66,.41 .62,.46 .63,.49 .58,.50 .51,.50 .53,.60 .53,.64 .46,.65 .38,.62 .37,.58 .39,.47 "
        ".33,.46"
    ),
}
UNIT = "seconds for one picture; of ten peaks, those on the animal; and the mean part of the map that lies there"
METHODS = ("grad_cam", "occlusion")
FINE = 400  # rows and columns of positions that are told apart, on the animal or off it
SIDE, GAP, TEXT, COLUMNS = 144, 4, 13, 5  # of the sheet, in pixels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sheet", type=Path, help="a .jpg file, drawn of the last model")
    parser.add_argument("--maps", type=Path, help="a folder for each explanation by itself")
    options = parser.parse_args()
    rows = []
    for name in options.models:
        with empty_cache():
            row, found = _measured(name, options.rounds)
        rows.append(row)
        for explanation, path in zip(found, _pictures() * len(METHODS), strict=True):
            if options.maps:
                explanation.save(options.maps / f"{name}-{path.stem}-{explanation.method}.png")
    if options.sheet:
        _sheet(found).save(options.sheet, quality=78, optimize=True)
    rows.append({"model": "none: the middle; a map that is 1 everywhere", **dict.fromkeys(METHODS, _beside())})
    write("explanation", rows, unit=UNIT, pictures=len(ANIMALS))


def _measured(name: str, rounds: int) -> tuple[dict[str, object], list[Explanation]]:
    """Seconds and hits of both methods, also of the .onnx file; and the explanations, method by method."""
    classifier = ImageClassifier(name, **MODELS[name]).fit(DATA / "pets" / "train")
    with TemporaryDirectory() as folder:
        classifier.save(Path(folder, "pets.onnx"))
        predictor = amalthea.load(Path(folder, "pets.onnx"))
    ways = {
        "grad_cam": partial(classifier.explain, method="grad_cam"),
        "occlusion": partial(classifier.explain, method="occlusion"),
        "occlusion, .onnx": partial(amalthea.explain, predictor),
    }
    row: dict[str, object] = {"model": name}
    found = []
    for way, explained in ways.items():
        answers = [explained(path) for path in _pictures()]  # the first one is not warm
        seconds = []
        for path in _pictures()[:rounds]:
            start = time.perf_counter()
            explained(path)
            seconds.append(time.perf_counter() - start)
        row[way] = {"seconds": round(median(seconds), 3), **_places(answers)}
        found += answers if way in METHODS else []
    return row, found


def _pictures() -> list[Path]:
    folder = DATA / "pets" / "validation"
    return [folder / name.rpartition("_")[0] / f"{name}.jpg" for name in ANIMALS]


def _places(explanations: list[Explanation]) -> dict[str, object]:
    """How many peaks lie on the animal, and the mean part of the maps' sums that does."""
    hits, parts = 0, []
    for explanation, outline in zip(explanations, ANIMALS.values(), strict=True):
        animal = _mask(outline, *explanation.map.shape)
        parts.append(float(explanation.map[animal].sum() / explanation.map.sum()))
        row, column = explanation.peak
        hits += bool(_mask(outline, FINE, FINE)[int(row * FINE), int(column * FINE)])
    return {"peaks on the animal": hits, "part of the map": round(mean(parts), 2)}


def _beside() -> dict[str, object]:
    """What would be found without having looked at the picture."""
    animals = [_mask(outline, FINE, FINE) for outline in ANIMALS.values()]
    middles = sum(bool(animal[FINE // 2, FINE // 2]) for animal in animals)
    return {
        "peaks on the animal": middles,
        "part of the map": round(mean(float(animal.mean()) for animal in animals), 2),
    }


def _mask(outline: str, height: int, width: int) -> np.ndarray:
    """Which positions of a map lie on an animal."""
    corners = [tuple(map(float, corner.split(","))) for corner in outline.split()]
    image = Image.new("1", (width, height))
    ImageDraw.Draw(image).polygon([(column * width, row * height) for column, row in corners], fill=1)
    return np.array(image)


def _sheet(found: list[Explanation]) -> Image.Image:
    """All pictures in rows of five, below each its maps and the answer."""
    count = len(ANIMALS)
    height = 3 * (SIDE + GAP) + TEXT + 3 * GAP
    sheet = Image.new("RGB", (COLUMNS * (SIDE + GAP) + GAP, -(-count // COLUMNS) * height + GAP), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(TEXT)
    for number in range(count):
        left, top = GAP + number % COLUMNS * (SIDE + GAP), GAP + number // COLUMNS * height
        for place, picture in enumerate(_cell(found[number], found[count + number])):
            image = Image.fromarray(resize(picture, SIDE, "lanczos"))
            sheet.paste(image, (left, top + place * (SIDE + GAP)))
        answer = f"{found[number].target} {found[number].probability:.2f}"
        draw.text((left, top + 3 * (SIDE + GAP)), answer, "black", font)
    return sheet


def _cell(*explanations: Explanation) -> Iterator[np.ndarray]:
    yield explanations[0].picture
    for explanation in explanations:
        yield explanation.overlay()


if __name__ == "__main__":
    main()
