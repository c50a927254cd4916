"""Writes what the documentation shows and a machine can know: ``python docs/generate.py``.

The model table in README.md and README.zh-CN.md comes from the catalogue, docs/predict.svg from a real answer, and
docs/augment.jpg from the photograph that `amalthea predict --demo` takes.
"""

import re
from io import StringIO
from pathlib import Path

from rich.console import Console

import amalthea
from amalthea.apps.predict import DEMO, TITLES, rows
from amalthea.apps.tables import drawn
from amalthea.images import PREVIEW, Picture, array_to_image, preview, read_picture, save_image

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- models: written by docs/generate.py -->\n", "<!-- end of models -->\n"
ENGLISH = ("model", "parameters", "size px", "top-1 %", "top-5 %", "MB", "licence of the weights")
CHINESE = ("模型", "参数量", "输入边长 px", "top-1 %", "top-5 %", "MB", "权重许可证")
READMES = {"README.md": ENGLISH, "README.zh-CN.md": CHINESE}


def model_table(titles: tuple[str, ...] = ENGLISH) -> str:
    """The catalogue as Markdown."""
    lines = [f"| {' | '.join(titles)} |", "|:--|--:|--:|--:|--:|--:|:--|"]
    for row in map(amalthea.variant, amalthea.list_models()):
        accuracy = f"{100 * row.top1:.1f} | {100 * row.top5:.1f}"
        name = f"[{row.name}]({row.paper[1]})"
        lines += [f"| {name} | {row.parameters:,} | {row.size} | {accuracy} | {row.megabytes} | {row.licence} |"]
    return "\n".join(lines) + "\n"


def with_model_table(readme: str, titles: tuple[str, ...] = ENGLISH) -> str:
    """A README with the table of today between its two marks."""
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    return before + BEGIN + model_table(titles) + END + after


def terminal_picture() -> str:
    """What `amalthea predict --demo` shows at a terminal, as SVG."""
    predictions = amalthea.predictor("EfficientNetLite0").predict_images([DEMO], top=5)
    console = Console(record=True, width=72, file=StringIO(), force_terminal=True)
    console.print("[bold green]$[/] amalthea predict --demo", highlight=False)
    console.print(drawn(TITLES, *rows(predictions, shorten=True)))
    picture = console.export_svg(title="Amalthea", unique_id="amalthea-predict")
    return re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)  # Rich's would be fetched from a server


def augmentation_grid() -> Picture:
    """What `amalthea augment` draws of it, in a size for a page."""
    return preview(read_picture(DEMO), PREVIEW, side=150)


if __name__ == "__main__":
    for name, titles in READMES.items():
        readme = ROOT / name
        readme.write_text(with_model_table(readme.read_text(encoding="utf-8"), titles), encoding="utf-8")
    (ROOT / "docs" / "predict.svg").write_text(terminal_picture(), encoding="utf-8")
    grid = array_to_image(augmentation_grid(), "channels_last", scale=False, dtype="uint8")
    save_image(ROOT / "docs" / "augment.jpg", grid, quality=85)
