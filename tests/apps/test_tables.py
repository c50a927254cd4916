import re
from io import StringIO

import pytest
from rich.console import Console

from amalthea.apps.tables import aligned, drawn, print_table, without_room

pytestmark = pytest.mark.single_backend

TITLES = ("picture", "class", "probability")
ROWS = [("b.jpg", "tabby", "0.250"), ("b.jpg", "macaw", "0.1"), ("012.jpg", "hotdog", "1.000")]


def on_terminal(width: int = 80, **arguments) -> list[str]:
    console = Console(file=StringIO(), width=width)
    console.print(drawn(TITLES, ROWS, width=width, **arguments))
    return [line.strip() for line in console.file.getvalue().splitlines() if line.strip()]


def test_numbers_are_flush_right_and_words_flush_left():
    assert aligned(TITLES, ROWS) == (
        "picture  class   probability\n"
        "b.jpg    tabby         0.250\n"
        "b.jpg    macaw           0.1\n"
        "012.jpg  hotdog        1.000"
    )


def test_rows_must_have_as_many_cells_as_titles():
    with pytest.raises(ValueError, match="shorter"):
        aligned(TITLES, [("a.jpg", "tabby")])


def test_drawn_names_a_picture_once_and_draws_bars():
    _, _, *lines = on_terminal(fractions=(0.25, 0.1, 1.0))
    assert [line.split() for line in lines] == [
        ["b.jpg", "tabby", "0.250", "█" * 6],
        ["macaw", "0.1", "█" * 2 + "▍"],
        ["012.jpg", "hotdog", "1.000", "█" * 24],
    ]


def test_drawn_without_fractions_has_no_bars():
    assert not any("█" in line for line in on_terminal())


def test_names_of_files_are_no_markup_and_wide_letters_keep_the_columns():
    rows = [("[red]猫.jpg", "tabby", "0.250"), ("cat.jpg", "tabby", "0.250")]
    console = Console(file=StringIO(), width=80)
    console.print(drawn(TITLES, rows))
    *_, first, second, _ = console.file.getvalue().splitlines()
    assert first.startswith(" [red]猫.jpg  tabby")
    assert second.startswith(" cat.jpg      tabby")


def test_a_narrow_terminal_loses_nothing():
    text = "".join("".join(on_terminal(width=26)).split())
    assert "hotdog" in text
    assert "1.000" in text


@pytest.mark.parametrize(("width", "longest"), [(80, 24), (44, 11), (39, 6), (38, 0), (31, 0)])
def test_a_bar_takes_the_room_that_names_leave(width, longest):
    _, _, *lines = on_terminal(width, fractions=(0.25, 0.1, 1.0))
    assert [line.count("█") for line in lines][2] == longest
    assert [line.split()[:2] for line in lines] == [["b.jpg", "tabby"], ["macaw", "0.1"], ["012.jpg", "hotdog"]]


@pytest.mark.parametrize(
    ("width", "missing"),
    [(31, []), (30, ["class"]), (23, ["class"]), (22, ["class", "picture"]), (5, ["class", "picture"])],
)
def test_columns_that_can_be_spared_make_room(width, missing):
    assert without_room(TITLES, ROWS, ("class", "picture"), width) == missing


def test_a_terminal_of_80_columns_breaks_no_name(monkeypatch):
    """What `amalthea weights list` has to say is wider; the names of the files are left out, and said to be."""
    terminal = StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "80")
    rows = [("InceptionResNetV2", "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5", "208", "not here")]
    print_table(("model", "file", "MB", "where"), rows, dispensable=("file", "MB"))
    shown = terminal.getvalue()
    assert " ".join(re.sub(r"\x1b\[[0-9;]*m", "", shown).split()[4:9]) == "InceptionResNetV2 208 not here A"
    assert "A wider terminal shows more: file." in shown
    monkeypatch.setenv("COLUMNS", "160")
    print_table(("model", "file", "MB", "where"), rows, dispensable=("file", "MB"))
    assert rows[0][1] in terminal.getvalue()
