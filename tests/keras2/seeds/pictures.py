"""The pictures that the seeds' programs assume, made of a few hundred photographs of cats and dogs."""

from pathlib import Path

import numpy as np
from PIL import Image

BREEDS = {"cat": ("Abyssinian", "Bengal"), "dog": ("american_bulldog",)}

# Part, of which photographs, and the numbers in the names of its files: as the documents describe their folders.
PARTS = (
    ("train", "train", range(1000)),
    ("validation", "validation", range(1000, 1500)),
    ("test", "validation", range(1500, 2000)),
)
IN_DATA = range(1000, 1400)  # of those to validate with; the first document has 400 of each, the book 500


def make_pictures(pets: Path, folder: Path) -> None:
    """Write 1000, 500 and 500 different pictures of each animal.

    ``folder/cats_and_dogs_small`` is the book's folder, ``folder/data`` that of the first document, which has the same
    pictures to train on.

    Args:
        pets: photographs, in folders ``train`` and ``validation``, in a folder a breed.
        folder: to write into.
    """
    random = np.random.default_rng(0)
    small = folder / "cats_and_dogs_small"
    for animal, breeds in BREEDS.items():
        for part, of, numbers in PARTS:
            files = sorted(path for breed in breeds for path in (pets / of / breed).glob("*.jpg"))
            target = small / part / f"{animal}s"
            target.mkdir(parents=True)
            for place, path in enumerate(files):
                with Image.open(path) as picture:
                    picture.draft("RGB", (256, 256))
                    photograph = picture.convert("RGB")
                for number in numbers[place :: len(files)]:
                    _version(photograph, random).save(target / f"{animal}.{number}.jpg", quality=80)
        chosen = folder / "data" / "validation" / f"{animal}s"
        chosen.mkdir(parents=True)
        for number in IN_DATA:
            name = f"{animal}.{number}.jpg"
            (chosen / name).hardlink_to(small / "validation" / f"{animal}s" / name)
    (folder / "data" / "train").symlink_to(Path("..", small.name, "train"), target_is_directory=True)


def _version(photograph: Image.Image, random: np.random.Generator) -> Image.Image:
    """A crop of three quarters of each side or more, mirrored or not."""
    width, height = (
        round(side * share) for side, share in zip(photograph.size, random.uniform(0.75, 1, 2), strict=True)
    )
    left, top = (random.integers(side - part + 1) for side, part in zip(photograph.size, (width, height), strict=True))
    crop = photograph.resize((176, 160), box=(left, top, left + width, top + height))
    return crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else crop
