"""Where features cannot be stored, the run goes on with one warning, and its features are right."""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning
from amalthea.storage import cache_folder
from amalthea.transfer.features.extraction import Extracted, extract
from amalthea.transfer.features.network import FrozenNetwork
from amalthea.transfer.features.store import FileFeatureStore
from tests.transfer.features.feature_records import digests
from tests.transfer.features.networks import PREPARATION, picture_files, small_network
from tests.transfer.features.test_extraction import expected
from tests.weights.test_unwritable import mounted

pytestmark = pytest.mark.single_backend

ROOT = Path(__file__).parents[3]
COUNT = 200
SIZE = 16 * 12 * 8 * 4  # bytes of the features of one picture


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return small_network()


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return picture_files(tmp_path_factory.mktemp("pictures"), COUNT)


def extracted(network: keras.Model, paths: list[Path]) -> tuple[Extracted, list[str]]:
    """What was found, which is right, and what was said."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)  # of Keras: see pyproject.toml
        found = extract(network, paths, PREPARATION)
    np.testing.assert_allclose(found.features.take(range(len(paths)))[0], expected(network, paths), atol=1e-4)
    assert all(warning.category is AmaltheaWarning for warning in caught)
    assert all(warning.filename == __file__ for warning in caught)
    return found, [str(warning.message) for warning in caught]


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system for the cache folder with room for 100 of 200 features."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mounted("-t", "tmpfs", "-o", f"size={100 * SIZE}", "tmpfs", folder):
        pytest.skip("only root can mount a small file system, and not everywhere")
    monkeypatch.setenv("AMALTHEA_CACHE", str(folder))
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk(small_disk, network, paths, computed):
    _, said = extracted(network, paths)
    [message] = said
    assert message.startswith("Features are kept in memory only, so the next run computes them again. Cannot ")
    assert "AMALTHEA_CACHE" in message
    # What was stored before is used; and once there is room, the rest is stored, too.
    assert mounted("-o", f"remount,size={1000 * SIZE}", small_disk)
    before = sum(computed)
    assert extracted(network, paths)[1] == []
    assert before == COUNT
    assert 0 < sum(computed) - before < COUNT
    assert extracted(network, paths)[1] == []
    assert sum(computed) - before < COUNT


def test_a_quota() -> None:
    """A limit on the size of files, which any user can set."""
    program = (
        "import resource\n"
        "from pathlib import Path\n"
        "from tests.transfer.features.test_unkept import COUNT, SIZE, extracted, picture_files, small_network\n"
        "network, paths = small_network(), picture_files(Path('pictures'), COUNT)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100 * SIZE, 100 * SIZE))\n"
        "found, [message] = extracted(network, paths)\n"
        "assert 'File too large' in message, message\n"
        "assert 0 < len(found.features.unstored) < COUNT, len(found.features.unstored)\n"
    )
    environment = os.environ | {"KERAS_BACKEND": "openvino", "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    folder = cache_folder().parent
    subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, check=True, timeout=120)


def test_a_cache_folder_that_cannot_be_made(network, paths, tmp_path, monkeypatch, computed):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AMALTHEA_CACHE", str(tmp_path / "file"))
    for _ in range(2):
        found, said = extracted(network, paths[:70])
        assert [message.partition(". ")[0] for message in said] == [
            "Features are kept in memory only, so the next run computes them again"
        ]
        assert len(found.features.unstored) == 70
    assert computed == [64, 6] * 2


def test_copies_far_apart_are_computed_once(network, paths, tmp_path, monkeypatch, computed):
    copies = [Path(shutil.copy(paths[number], tmp_path)) for number in (0, 64)]
    far_apart = [*paths[:65], *copies]
    assert extracted(network, far_apart)[1] == []
    assert computed == [64, 1]
    (tmp_path / "file").touch()
    monkeypatch.setenv("AMALTHEA_CACHE", str(tmp_path / "file"))
    found, _ = extracted(network, far_apart)
    assert computed == [64, 1] * 2
    assert len(found.features.unstored) == 65


def test_a_read_only_cache_folder_serves_what_it_holds(small_disk, network, paths, computed):
    extracted(network, paths[:10])
    assert mounted("-o", "remount,ro", small_disk)
    assert extracted(network, paths[:10])[1] == []
    assert computed == [10]
    _, said = extracted(network, paths[:20])
    assert len(said) == 1
    assert computed == [10, 10]


@pytest.mark.parametrize("made_again", [False, True])
def test_a_cache_folder_that_is_removed_in_mid_run(made_again, network, paths, monkeypatch):
    extract(network, paths[:30], PREPARATION)
    [folder] = (cache_folder() / "features").iterdir()
    original, calls = FrozenNetwork.__call__, []

    def removing(self, pictures):
        calls.append(len(pictures))
        if len(calls) == 2:
            shutil.rmtree(cache_folder())
            if made_again:
                other = FileFeatureStore().feature_set(folder.name, SIZE // 4, "float32")
                other.append(digests(range(COUNT)), np.ones((COUNT, SIZE // 4), np.float32))
        return original(self, pictures)

    monkeypatch.setattr(FrozenNetwork, "__call__", removing)
    _, [message] = extracted(network, paths)
    assert message.startswith("Features are kept in memory only")
    assert calls == [64, 64, 42]


def test_features_in_memory_are_there_once():
    program = (
        "import re, warnings\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from amalthea.transfer.features.keeping import Keeper\n"
        "from amalthea.transfer.features.store import FileFeatureStore\n"
        "warnings.simplefilter('ignore')\n"
        "keeper = Keeper(FileFeatureStore('file'), '0' * 64, ((2**21,),), 'float32')\n"
        "status = Path('/proc/self/status')\n"
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+) kB', status.read_text())[1]) / 1024\n"
        "before = peak()\n"
        "for n in range(30):\n"
        "    keeper.add([b'%d' % n], [np.full((1, 2**21), n, np.float32)])\n"
        "rows = keeper.find([b'%d' % n for n in range(30)])\n"
        "features = keeper.features(np.array(list(rows.values())))\n"
        "assert 240 < peak() - before < 300, peak() - before\n"
        "assert features.take([29, 0])[0][:, 7].tolist() == [29, 0]\n"
        "assert keeper.features(np.array([rows[b'3']])).take([0])[0][0, 7] == 3\n"
    )
    folder = cache_folder().parent
    (folder / "file").touch()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *sys.path])}
    subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, check=True, timeout=120)
