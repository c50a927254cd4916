"""What stood around Keras while TensorFlow had sessions: none of it is needed, and none of it runs, today."""

import libcst as cst

from .._running.gone_elsewhere import PLACEHOLDER
from .script import Script

_SESSIONS = "there are no sessions any more; delete this line"
_MEMORY = f"{_SESSIONS}. For allow_growth, set the environment variable TF_FORCE_GPU_ALLOW_GROWTH=true."
# Names of TensorFlow 1 → what to do.
_TODAY = {
    "ConfigProto": _MEMORY,
    "GPUOptions": _MEMORY,
    "InteractiveSession": f"{_SESSIONS}.",
    "Session": f"{_SESSIONS}.",
    "disable_eager_execution": "Keras 3 does not work without eager execution; delete this line.",
    "disable_v2_behavior": "Keras 3 does not work without eager execution; delete this line.",
    "enable_eager_execution": "it is always so; delete this line.",
    "get_default_graph": "models answer in every thread; delete this line, and as_default().",
    "global_variables_initializer": "variables have their values from the start; delete this line.",
    "initialize_all_variables": "variables have their values from the start; delete this line.",
    "local_variables_initializer": "variables have their values from the start; delete this line.",
    "logging.set_verbosity": "write tf.get_logger().setLevel('ERROR') or what the level is.",
    "placeholder": PLACEHOLDER,
    "reset_default_graph": "write keras.backend.clear_session().",
}
_NOTHING = {
    "set_session": "K.set_session does nothing today: delete this line.",
    "manual_variable_initialization": "manual_variable_initialization does nothing today: delete this line.",
}


def say_sessions(script: Script) -> None:
    """Remark on every such line; those that are gone from TensorFlow end a script."""
    for call in script.find(cst.Call):
        name = script.imported(call.func)
        inside = name.removeprefix("tensorflow.").removeprefix("compat.v1.")
        if name.startswith("tensorflow.") and inside in _TODAY:
            script.remark(call, f"{script.code(call.func)} is gone: {_TODAY[inside]}", "left")
        elif name == "tensorflow.random.set_seed":
            script.remark(call, "tf.random.set_seed does not reach Keras' layers: write keras.utils.set_random_seed.")
        elif ".backend." in f".{name}" and (text := _NOTHING.get(name.rpartition(".")[2])):
            script.remark(call, text)
