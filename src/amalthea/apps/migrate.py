"""``amalthea migrate``: a script for Keras 1 or 2 in today's spelling."""

import json
from pathlib import Path

import click


@click.command(short_help="Rewrite a script for Keras 1 or 2 in today's spelling.")
@click.option("--write", is_flag=True, help="Write it into the file; the old one is kept as SCRIPT.orig.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the diff and all that is said of lines.")
@click.argument("script", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def migrate(script: Path, write: bool, as_json: bool) -> None:
    """Print as a diff what SCRIPT, written for Keras 1 or 2, is in the spelling of Keras 3.

    What Keras 3 no longer has comes from Amalthea. Comments and formatting stay, and nothing is run. On the standard
    error stands, line by line, what could not be translated, and what may mean something else than its author did.
    """
    from ..keras2._migration import migrate as migrated

    migration = migrated(script)
    if write and migration.changed:
        _write(script, migration.after.encode(migration.encoding))
    if as_json:
        remarks = [remark._asdict() for remark in migration.remarks]
        answer = {"script": str(script), "changed": migration.changed, "diff": migration.diff(), "remarks": remarks}
        click.echo(json.dumps(answer, indent=2))
        return
    click.echo(migration.diff(), nl=False)
    for remark in migration.remarks:
        what = "not translated" if remark.kind == "left" else "check"
        click.echo(f"{script}:{remark.line}: {what}: {remark.text}", err=True)


def _write(script: Path, text: bytes) -> None:
    """Keep the old file under another name, and put the new one in its place."""
    from ..errors import ArgumentError
    from ..storage import atomic_file

    kept = script.with_name(f"{script.name}.orig")
    if kept.exists():
        raise ArgumentError(f"{kept} is there already, and would be overwritten. Move it away.")
    with atomic_file(kept, setting=None) as temporary:
        temporary.write_bytes(script.read_bytes())
    with atomic_file(script, setting=None) as temporary:
        temporary.write_bytes(text)
        temporary.chmod(script.stat().st_mode)
