"""The figures of several processes, in Prometheus' text format, as those of one server."""

from collections.abc import Iterable
from typing import NamedTuple, cast

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

_SMALLEST = ("amalthea_ready", "process_start_time_seconds", "process_max_fds")  # of which a sum would mean nothing
_CREATED = "_created"
_LASTING = ("counter", "histogram")


class _Families(NamedTuple):
    """What ``generate_latest`` asks of a registry."""

    families: list[Metric]

    def collect(self) -> list[Metric]:
        return self.families


def summed(texts: Iterable[str]) -> str:
    """What several processes count together; the smallest of what cannot be added.

    Args:
        texts: the figures of each.
    """
    families: dict[str, Metric] = {}
    values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
    for family in (family for text in texts for family in text_string_to_metric_families(text)):
        families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
        found = values.setdefault(family.name, {})
        for sample in family.samples:
            key = sample.name, tuple(sample.labels.items())
            known = found.get(key)
            found[key] = sample.value if known is None else _together(sample.name, known, sample.value)
    for name, family in families.items():
        for (of, labels), value in values[name].items():
            family.add_sample(of, dict(labels), value)
    return _text(families.values())


def lasting(text: str) -> str:
    """What is counted once and for all: it must not become less when the process ends that has counted it."""
    families = text_string_to_metric_families(text)
    return _text(family for family in families if family.type in _LASTING or family.name.endswith(_CREATED))


def _together(name: str, one: float, other: float) -> float:
    return min(one, other) if name in _SMALLEST or name.endswith(_CREATED) else one + other


def _text(families: Iterable[Metric]) -> str:
    return generate_latest(cast(CollectorRegistry, _Families(list(families)))).decode()
