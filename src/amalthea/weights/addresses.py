"""How Keras 3 addresses the layers of a model in its files: by class, counted."""

import re
from collections import Counter

_WORDS = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")


def address_of(class_name: str, counted: Counter[str]) -> str:
    """The address of the next layer of a class in its model.

    Args:
        class_name: such as ``"Conv2D"``.
        counted: how many layers of each class came before; this one is added.

    Example:
        >>> from collections import Counter
        >>> counted = Counter()
        >>> [address_of("BatchNormalization", counted) for _ in range(2)]
        ['batch_normalization', 'batch_normalization_1']
    """
    kind = _WORDS.sub("_", class_name).lower()
    number = counted[kind]
    counted[kind] += 1
    return f"{kind}_{number}" if number else kind
