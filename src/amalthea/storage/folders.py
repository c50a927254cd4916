"""The folders that Amalthea reads and writes, each with the environment variable that chooses another."""

import json
import os
from pathlib import Path
from typing import Any


def keras_home() -> Path:
    """Keras' own folder: ``KERAS_HOME``, else ``~/.keras``."""
    return _folder(os.environ.get("KERAS_HOME") or os.path.join("~", ".keras"))


def keras_settings() -> dict[str, Any]:
    """What ``keras.json`` says; empty where it is absent, unreadable or no JSON object. Never writes one.

    Example:
        >>> keras_settings().get("image_data_format", "channels_last")
        'channels_last'
    """
    try:
        settings = json.loads((keras_home() / "keras.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) else {}


def models_folder() -> Path:
    """Where weight files are cached under their official names, as Keras does: ``models`` in ``keras_home()``."""
    return keras_home() / "models"


def weight_folders() -> tuple[Path, ...]:
    """Further folders with weight files, never written to: ``AMALTHEA_WEIGHTS``, separated like ``PATH``."""
    return tuple(_folder(name) for name in os.environ.get("AMALTHEA_WEIGHTS", "").split(os.pathsep) if name)


def cache_folder() -> Path:
    """Where everything that can be computed again is kept: ``AMALTHEA_CACHE``, else the platform's cache folder."""
    if chosen := os.environ.get("AMALTHEA_CACHE"):
        return _folder(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("amalthea", appauthor=False)


def _folder(name: str) -> Path:
    # Not Path.expanduser: that raises where the user has no home, and importing amalthea reads keras.json.
    return Path(os.path.expanduser(name))
