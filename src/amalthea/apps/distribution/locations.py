"""Where files are: in folders of this machine, or in object storage, which pyarrow reads."""

import os
import re
from functools import lru_cache
from pathlib import PurePath
from typing import Any
from urllib.parse import quote, unquote

from pyarrow import fs

from ...errors import ArgumentError

# A scheme, which has more than a letter: that is a drive of Windows; whose store it is; where in it; settings.
_URI = re.compile(r"(?P<store>[a-z][a-z0-9+.-]+://[^/?]*)(?P<path>[^?]*)(?P<settings>.*)", re.IGNORECASE | re.DOTALL)
_SECRET = re.compile(r"[^/]+://[^/?@]*:[^/?@]*@(?P<place>.*)", re.DOTALL)
_KEPT_STORES = 16


def is_uri(location: str) -> bool:
    """Whether it names a file by a scheme, such as ``s3://``.

    Example:
        >>> is_uri("s3://bucket/cat.jpg"), is_uri("C:/cat.jpg")
        (True, False)
    """
    return bool(_URI.match(location))


def opened(location: str) -> tuple[Any, str]:
    """The file system of a location, as pyarrow has it, and the path there.

    Raises:
        ArgumentError: an address of the web, a scheme that pyarrow does not know, a password, or a name in another
            encoding than UTF-8, which is that of Parquet.
    """
    parts = _URI.match(location)
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
            f"{location} cannot be opened: {_first_line(problem)}. Allowed are paths, and what pyarrow.fs reads: "
            "s3://, gs://, abfs://, hdfs:// and file://."
        ) from problem
    path = unquote(parts["path"]).strip("/")
    return system, path if not root else f"{root.rstrip('/')}/{path}"


def below(folder: str, name: str) -> str:
    """The location of a file in or below a folder.

    Args:
        folder: a path or a URI, whose settings after a ``?`` stay.
        name: from there on, as its file system has it.

    Example:
        >>> below("lists", "cat.jpg"), below("s3://bucket/pets?region=eu-west-1", "a cat.jpg")
        ('lists/cat.jpg', 's3://bucket/pets/a%20cat.jpg?region=eu-west-1')
    """
    parts = _URI.match(folder)
    if parts is None:
        return os.path.join(folder, name)
    return f"{parts['store']}{parts['path'].rstrip('/')}/{quote(name)}{parts['settings']}"


def beside(listing: str, name: str) -> str:
    """What a list means by a name: a path counts from the folder of the list on.

    Example:
        >>> beside("lists/all.txt", "cat.jpg"), beside("s3://bucket/all.csv", "pets/cat.jpg")
        ('lists/cat.jpg', 's3://bucket/pets/cat.jpg')
    """
    if is_uri(name) or os.path.isabs(name):
        return name
    parts = _URI.match(listing)
    if parts is None:
        return os.path.join(os.path.dirname(listing), name)
    return below(f"{parts['store']}{parts['path'].rpartition('/')[0]}{parts['settings']}", name)


def suffix_of(location: str) -> str:
    """Of a file's name, in lower case, with its dot."""
    parts = _URI.match(location)
    return PurePath(parts["path"] if parts else location).suffix.lower()


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


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0].rstrip(".")
