"""Where scripts stand that are run."""

import os

import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder that is the working directory, on a machine without a display."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def installed(tmp_path_factory, monkeypatch):
    """A folder of packages that come before others."""
    path = tmp_path_factory.mktemp("installed")
    monkeypatch.setenv("PYTHONPATH", str(path), prepend=os.pathsep)
    return path
