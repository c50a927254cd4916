"""A whole MobileNet in a file as Keras 2.1 wrote it; needs tf_keras."""

import json
import subprocess
import sys
from pathlib import Path

import h5py

BUILD = """
import sys
import tf_keras
model = tf_keras.applications.MobileNet(alpha=0.25, weights=None)
model.load_weights(sys.argv[2])
model.save(sys.argv[1])
"""


def write_old_mobilenet(path: Path, weights: Path) -> None:
    """Keras 2.1 had no ReLU layer: its MobileNet held activations by a function ``relu6`` of its module."""
    subprocess.run([sys.executable, "-W", "ignore", "-c", BUILD, path, weights], check=True, capture_output=True)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        for layer in config["config"]["layers"]:
            if layer["class_name"] == "ReLU":
                layer["class_name"] = "Activation"
                layer["config"] = {"name": layer["name"], "trainable": True, "activation": "relu6"}
        file.attrs["model_config"] = json.dumps(config).encode()
        file.attrs["keras_version"] = b"2.1.5"
