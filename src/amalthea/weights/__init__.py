"""Files of trained weights: found or downloaded, verified, read without running anything, assigned whole or not at all.

Keras is not imported: layers are whatever has a ``name`` and ``weights``. Each module is imported when one of its names
is asked for: a network that was once converted needs few of them.
"""

from typing import TYPE_CHECKING

from .._on_demand import names_from

if TYPE_CHECKING:
    from .assignment import assign_weights, load_weights
    from .checkpoints import Checkpoint, identify
    from .convert import Conversion, convert_weights
    from .formats import read_weights
    from .inspection import Condition, Inspection, inspect_weights
    from .inventory import Holding, choose_weights, list_weights
    from .location import copy_weights, find_weights, local_weights, weight_file
    from .model_files import ModelFile, read_model_file, write_model_file
    from .report import LoadReport
    from .stored import StoredLayer, StoredTensor
    from .verification import record_first

__all__ = [
    "Checkpoint",
    "Condition",
    "Conversion",
    "Holding",
    "Inspection",
    "LoadReport",
    "ModelFile",
    "StoredLayer",
    "StoredTensor",
    "assign_weights",
    "choose_weights",
    "convert_weights",
    "copy_weights",
    "find_weights",
    "identify",
    "inspect_weights",
    "list_weights",
    "load_weights",
    "local_weights",
    "read_model_file",
    "read_weights",
    "record_first",
    "weight_file",
    "write_model_file",
]

_HOME = {
    "Checkpoint": "checkpoints",
    "Condition": "inspection",
    "Conversion": "convert",
    "Holding": "inventory",
    "Inspection": "inspection",
    "LoadReport": "report",
    "ModelFile": "model_files",
    "StoredLayer": "stored",
    "StoredTensor": "stored",
    "assign_weights": "assignment",
    "choose_weights": "inventory",
    "convert_weights": "convert",
    "copy_weights": "location",
    "find_weights": "location",
    "identify": "checkpoints",
    "inspect_weights": "inspection",
    "list_weights": "inventory",
    "load_weights": "assignment",
    "local_weights": "location",
    "read_model_file": "model_files",
    "read_weights": "formats",
    "record_first": "verification",
    "weight_file": "location",
    "write_model_file": "model_files",
}

__getattr__, __dir__ = names_from(__name__, _HOME)
