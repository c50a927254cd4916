"""What the tests of migration share."""

import textwrap

import pytest

from amalthea.keras2._migration import migrate


@pytest.fixture
def migrated(tmp_path):
    def of(text):
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return migrate(path)

    return of
