"""The file systems that hold pictures and lists: this machine's, and object storage, as pyarrow has them."""

import os
import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from pyarrow import fs

from ...errors import ArgumentError, first_line
from .locations import URI

_SECRET = re.compile(r"[^/]+://[^/?@]*:[^/?@]*@(?P<place>.*)", re.DOTALL)
_KEPT_STORES = 16


def opened(location: str) -> tuple[Any, str]:
    """The file system of a location, as pyarrow has it, and the path there.

    Raises:
        ArgumentError: an address of the web, a scheme that pyarrow does not know, a password, or a name in another
            encoding than UTF-8, which is that of Parquet.
    """
    parts = URI.match(location)
    if parts is None:
        return fs.LocalFileSystem(), _in_utf8(os.path.abspath(location))
    if secret := _SECRET.match(location):
        raise ArgumentError(
            f"The location of {secret['place']} has a password in it, which would stand in every row. Leave it out, "
            "and put it where pyarrow finds it by itself, such as ~/.aws/credentials."
        )
    try:
        system, root = _store(f"{parts['store']}/{parts['settings']}")
    except (OSError, ValueError, ImportError) as problem:  # ArrowInvalid is a ValueError
        if location.lower().startswith("http"):
            raise ArgumentError(
                f"{location} is an address. Fetch the picture, and give the path of its file."
            ) from problem
        raise ArgumentError(
            f"{location} cannot be opened: {first_line(problem)}. Allowed are paths, and what pyarrow.fs reads: "
            "s3://, gs://, abfs://, hdfs:// and file://."
        ) from problem
    path = unquote(parts["path"]).strip("/")
    return system, path if not root else f"{root.rstrip('/')}/{path}"


def _in_utf8(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode("utf-8", "backslashreplace").decode()
        raise ArgumentError(f"The name of {shown} is not in UTF-8. Rename it, or the folder it is in.") from None
    return path


@lru_cache(_KEPT_STORES)
def _store(root: str) -> tuple[Any, str]:
    """Opened once: some ask the network where they are."""
    system, path = fs.FileSystem.from_uri(root)
    return system, path
