"""``amalthea``, where the hashes of the weight files that it expects are those of the tests' own files.

``python driver.py hashes.json float32 run script.py`` is ``amalthea run script.py``. With ``bfloat16`` TensorFlow
computes convolutions in half the bits, which takes half the time: what counts there is that a program ends.
"""

import json
import sys
from pathlib import Path

from amalthea.apps import main
from amalthea.catalog import list_models, variant


def expect(hashes: dict[str, str]) -> None:
    """Put SHA-256 hashes of files in place of the published ones, by the names of the files."""
    for file in (file for name in list_models() for file in variant(name).files if file.name in hashes):
        object.__setattr__(file, "md5", "")
        object.__setattr__(file, "sha256", hashes[file.name])


if __name__ == "__main__":
    expect(json.loads(Path(sys.argv.pop(1)).read_text(encoding="utf-8")))
    if sys.argv.pop(1) == "bfloat16":
        # Matplotlib hears MPLBACKEND when it is first imported, which TensorFlow would do before the command sets it.
        sys.modules["matplotlib"] = None
        import tensorflow

        del sys.modules["matplotlib"]
        tensorflow.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": True})
    main()
