"""What files are called: by paths of this machine, or by URIs of object storage. Only names: nothing is opened here."""

import os
import re
from pathlib import PurePath
from urllib.parse import quote

LISTS = (".txt", ".csv", ".parquet")
"""Suffixes of lists and tables of pictures."""

# A scheme, which has more than a letter: that is a drive of Windows; whose store it is; where in it; settings.
URI = re.compile(r"(?P<store>[a-z][a-z0-9+.-]+://[^/?]*)(?P<path>[^?]*)(?P<settings>.*)", re.IGNORECASE | re.DOTALL)


def is_uri(location: str) -> bool:
    """Whether it names a file by a scheme, such as ``s3://``.

    Example:
        >>> is_uri("s3://bucket/cat.jpg"), is_uri("C:/cat.jpg")
        (True, False)
    """
    return bool(URI.match(location))


def below(folder: str, name: str) -> str:
    """The location of a file in or below a folder.

    Args:
        folder: a path or a URI, whose settings after a ``?`` stay.
        name: from there on, as its file system has it.

    Example:
        >>> below("lists", "cat.jpg"), below("s3://bucket/pets?region=eu-west-1", "a cat.jpg")
        ('lists/cat.jpg', 's3://bucket/pets/a%20cat.jpg?region=eu-west-1')
    """
    parts = URI.match(folder)
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
    parts = URI.match(listing)
    if parts is None:
        return os.path.join(os.path.dirname(listing), name)
    return below(f"{parts['store']}{parts['path'].rpartition('/')[0]}{parts['settings']}", name)


def suffix_of(location: str) -> str:
    """Of a file's name, in lower case, with its dot."""
    parts = URI.match(location)
    return PurePath(parts["path"] if parts else location).suffix.lower()
