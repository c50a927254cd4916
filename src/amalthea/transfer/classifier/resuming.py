"""Which pictures a training is about, so that it goes on with what is kept of the very same."""

import hashlib
import json
from dataclasses import asdict

from ..features.augmenting import opencv_version
from ..features.sources import source_of
from .crossing import Extraction, Parts
from .labelled import Samples


def rows_key(parts: Parts, samples: Samples, validation: Samples | None, extraction: Extraction) -> str:
    """Names all that a training learns from and is judged by: 64 hexadecimal digits.

    Args:
        parts: whose prefix the pictures have crossed.
        samples: to learn from; their order counts, and their labels as numbers.
        validation: to judge by.
        extraction: how they crossed.
    """
    augmenting = extraction.augmenting
    values = [
        sorted(network.key(extraction.dtype) for network in parts.networks.values()),
        asdict(extraction.preparation),
        extraction.on_error,
        [asdict(augmenting), opencv_version()] if augmenting else None,
        _pictures_key(samples, extraction),
        _pictures_key(validation, extraction) if validation else None,
    ]
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=float).encode()).hexdigest()


def _pictures_key(samples: Samples, extraction: Extraction) -> str:
    """Of the content of the pictures, wherever they lie, and their labels."""
    known = hashlib.sha256(samples.labels.tobytes())
    known.update(source_of(samples.pictures, extraction.preparation, verify=extraction.verify).digests.data)
    return known.hexdigest()
