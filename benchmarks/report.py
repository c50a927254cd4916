"""Writes the tables of benchmarks/README.md from the results: ``python -m benchmarks.report``."""

import json
from pathlib import Path
from typing import Any

README = Path(__file__).with_name("README.md")
RESULTS = Path(__file__).with_name("results")
BEGIN, END = "<!-- results: written by python -m benchmarks.report -->\n", "<!-- end of results -->\n"


def tables() -> str:
    """A section for each file of results."""
    reports = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))}
    return "\n".join(section(name, report) for name, report in reports.items())


def section(name: str, report: dict[str, Any]) -> str:
    machine, rows = report["machine"], report["rows"]
    limit = f"; float32 limit {report['limit_gflops']} GFLOP/s" if "limit_gflops" in report else ""
    rounds = f", median of {report['rounds']}" if "rounds" in report else ""
    versions = ", ".join(f"{package} {number}" for package, number in report["versions"].items())
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [
        f"### {name}",
        "",
        f"`{report['command']}`, {report['date']}, {machine['processor']}, {machine['cores']} cores, "
        f"Python {machine['python']}, {versions}; {report['unit']}{rounds}{limit}.",
        "",
        "| " + " | ".join(columns) + " |",
        "|:--" + "|--:" * (len(columns) - 1) + "|",
        *("| " + " | ".join(cell(row.get(column)) for column in columns) + " |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def cell(value: Any) -> str:
    """A figure, or the median of several with its range."""
    if isinstance(value, dict):
        if "median" not in value:
            return "; ".join(f"{name} {part}" for name, part in value.items())
        return f"{value['median']:.3f} ({value['min']:.3f}–{value['max']:.3f})"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return "–" if value is None else str(value)


def with_tables(readme: str) -> str:
    before, rest = readme.split(BEGIN)
    return before + BEGIN + "\n" + tables() + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
