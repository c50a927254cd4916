"""As many pictures of cats and dogs as the tutorials have, made from the few hundred of the test data."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

DATA = Path(os.environ.get("AMALTHEA_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
BREEDS = {"cats": ("Abyssinian", "Bengal"), "dogs": ("american_bulldog",)}
SMALLEST = 0.7  # of each side, what a crop keeps at least


def make_pictures(folder: Path, count: int) -> Path:
    """Write ``count`` pictures into ``train`` and half as many into ``validation``, no two alike, in equal classes."""
    generator = np.random.default_rng(0)
    jobs = []
    for part, pictures in (("train", count), ("validation", count // 2)):
        for name, breeds in BREEDS.items():
            (folder / part / name).mkdir(parents=True)
            sources = sorted(path for breed in breeds for path in (DATA / "pets" / part / breed).glob("*.jpg"))
            for number in range(pictures // 2):
                target = folder / part / name / f"{number:04}.jpg"
                jobs.append((sources[number % len(sources)], target, generator.random(4)))
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda job: _write(*job), jobs))
    return folder


def _write(source: Path, target: Path, draw: np.ndarray) -> None:
    """A random crop of a picture, flipped or not."""
    with Image.open(source) as picture:
        picture = picture.convert("RGB")
    share, left, top, flipped = draw
    width, height = (round(side * (SMALLEST + share * (1 - SMALLEST))) for side in picture.size)
    x, y = round(left * (picture.width - width)), round(top * (picture.height - height))
    crop = picture.crop((x, y, x + width, y + height))
    (crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flipped < 0.5 else crop).save(target, quality=90)
