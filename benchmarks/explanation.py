"""How long explanations take, and whether their peaks lie on the animal: ten photographs of pets, the first ones that
validate each breed, and classifiers that were trained with the defaults on the others.

``--sheet docs/explain.jpg`` draws what they show: each picture, below it Grad-CAM, and below that occlusion.
"""

import argparse
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
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

# Where the animal is: top, left, bottom and right, as fractions of the picture; measured by eye.
ANIMALS = {
    "Abyssinian_164": (0.14, 0.37, 0.72, 0.64),
    "Abyssinian_165": (0.14, 0.05, 0.88, 0.95),
    "Abyssinian_166": (0.05, 0.1, 0.95, 0.72),
    "Abyssinian_167": (0.1, 0.0, 0.75, 0.82),
    "Bengal_151": (0.08, 0.13, 1.0, 0.88),
    "Bengal_152": (0.03, 0.1, 1.0, 0.95),
    "Bengal_153": (0.22, 0.37, 1.0, 0.64),
    "american_bulldog_164": (0.2, 0.22, 0.88, 0.93),
    "american_bulldog_166": (0.18, 0.05, 0.95, 1.0),
    "american_bulldog_167": (0.22, 0.2, 0.68, 0.95),
}
METHODS = ("grad_cam", "occlusion")
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
    write("explanation", rows, unit="seconds for one picture", pictures=len(ANIMALS))


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
        row[way] = {"seconds": round(median(seconds), 3), "peaks on the animal": sum(map(_hit, answers, _pictures()))}
        found += answers if way in METHODS else []
    return row, found


def _pictures() -> list[Path]:
    folder = DATA / "pets" / "validation"
    return [folder / name.rpartition("_")[0] / f"{name}.jpg" for name in ANIMALS]


def _hit(explanation: Explanation, path: Path) -> bool:
    top, left, bottom, right = ANIMALS[path.stem]
    row, column = explanation.peak
    return top <= row <= bottom and left <= column <= right


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
