"""What docs/image_data_generator.md says, run on a few of the pets."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "image_data_generator.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.single_backend


def test_the_python_of_the_page(tmp_path, monkeypatch, test_data):
    pytest.importorskip("cv2", reason="warps need OpenCV")
    monkeypatch.chdir(tmp_path)
    for breed in (test_data / "pets" / "train").iterdir():
        folder = tmp_path / "pets" / "train" / breed.name
        folder.mkdir(parents=True)
        for picture in sorted(breed.iterdir())[:6]:
            shutil.copy(picture, folder)
    names = {}
    [example] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    exec(compile(example, "image_data_generator.md", "exec"), names)
    assert (names["batch"].shape, names["labels"].shape) == ((16, 150, 150, 3), (16, 3))
    assert 0 <= names["batch"].min() < names["batch"].max() <= 1


def test_the_links_of_the_page():
    for target in re.findall(r"\]\((\.\./[^)]+)\)", PAGE):
        assert (ROOT / "docs" / target).is_file(), target
