"""A cluster, and pictures to compute on it."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# A node is missed after two seconds instead of half a minute. Nobody else gets in, and nothing is reported to anybody.
SETTINGS = {
    "RAY_health_check_initial_delay_ms": "500",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": secrets.token_hex(16),
}


@dataclass
class Nodes:
    """The nodes of a cluster: the first; and those that came after it, as they were asked for."""

    process: subprocess.Popen[str]
    address: str
    others: list[dict[str, Any]]

    def kill(self) -> None:
        """The node that came last ends, with all that runs there."""
        self._tell("kill")
        self.others.pop()

    def add(self, **arguments: Any) -> None:
        """One more; the arguments are those of ``ray.cluster_utils.Cluster.add_node``."""
        self._tell(f"add {json.dumps(arguments)}")
        self.others.append(arguments)

    def _tell(self, order: str) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


@pytest.fixture(scope="session")
def ray_folder() -> Iterator[Path]:
    """Where Ray keeps its sockets, whose paths may have no more than 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="ray"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def nodes(running_nodes: Nodes) -> Nodes:
    """Two nodes of one processor each. What a test leaves is put right only for the next that needs it."""
    while running_nodes.others and running_nodes.others != [{}]:
        running_nodes.kill()
    if not running_nodes.others:
        running_nodes.add()
    return running_nodes


@pytest.fixture(scope="session")
def running_nodes(ray_folder: Path) -> Iterator[Nodes]:
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("nodes.py")],
        env={**os.environ, **SETTINGS, "RAY_TMPDIR": str(ray_folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    try:
        yield Nodes(process, process.stdout.readline().strip(), [{}])
    finally:
        process.stdin.close()
        try:
            process.wait(60)
        finally:
            process.kill()
            process.stdout.close()


@pytest.fixture
def environment(ray_folder: Path) -> dict[str, str]:
    """Of a command that shall find the cluster, or start one."""
    return {**os.environ, **SETTINGS, "RAY_TMPDIR": str(ray_folder)}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Path:
    """A list of 120 pictures, of which some cannot be used: cut off, no picture at all, empty, not there."""
    folder = tmp_path_factory.mktemp("pictures")
    whole = sorted((test_data / "pets" / "validation").rglob("*.jpg"))[:120]
    (folder / "cut.jpg").write_bytes(whole[0].read_bytes()[:5000])
    (folder / "text.jpg").write_text("no picture")
    (folder / "empty.jpg").touch()
    broken = [folder / name for name in ("cut.jpg", "text.jpg", "empty.jpg", "nowhere.jpg")]
    for place, picture in enumerate(broken):
        whole[30 * place + 7] = picture
    names = folder / "all.txt"
    names.write_text("".join(f"{picture}\n" for picture in whole))
    return names
