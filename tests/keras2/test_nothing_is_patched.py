"""Keras is the same Keras after everything of keras2 was imported and trained with."""

import subprocess
import sys

import pytest

PROGRAM = """
import gc, importlib, os, pkgutil, sys, warnings
import keras
import numpy as np

def keras_classes():
    kinds = [kind for kind in gc.get_objects() if isinstance(kind, type) and "__module__" in vars(kind)]
    return {kind: dict(vars(kind)) for kind in kinds if str(vars(kind)["__module__"]).partition(".")[0] == "keras"}

# What is built here lets Keras load whatever it loads late.
def train(kind, layers, **names):
    model = kind([layers.Input((4, 4, 3)), layers.Conv2D(2, 3), layers.BatchNormalization(), layers.Flatten(),
                  layers.Dropout(0.5), layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["mae"])
    if keras.config.backend() != "openvino":
        model.fit(np.ones((4, 4, 4, 3)), np.ones((4, 2)), verbose=0, **names)
    model.predict(np.ones((4, 4, 4, 3)), verbose=0)
    return model

def settings():
    return [{kind: kind.__bases__ for kind in before}, dict(keras.saving.get_custom_objects()),
            list(warnings.filters), dict(os.environ)]

train(keras.Sequential, keras.layers, epochs=1)
before = keras_classes()
settings_before = settings()
functions = {name: dict(vars(module)) for name, module in sys.modules.items() if name.partition(".")[0] == "keras"}

import amalthea.keras2 as keras2
for module in pkgutil.walk_packages(keras2.__path__, "amalthea.keras2."):
    if "_migration" not in module.name:  # its parser is optional
        importlib.import_module(module.name)
model = train(keras2.models.Sequential, keras2.layers, nb_epoch=1)
keras2.applications.MobileNet(alpha=0.25, input_shape=(32, 32, 3), weights=None)

changed = [f"{kind.__qualname__}.{name}" for kind, was in before.items() for name in was.keys() | vars(kind).keys()
           if was.get(name) is not vars(kind).get(name)]
print("classes", len(before) > 500, changed)
print("functions", [f"{module}.{name}" for module, was in functions.items() for name, value in was.items()
                    if callable(value) and vars(sys.modules[module]).get(name) is not value])
names = ("bases", "custom objects", "filters", "environment")
print("settings", [name for name, was, now in zip(names, settings_before, settings()) if was != now])
print("plain", hasattr(keras.Model, "fit_generator"), hasattr(keras.layers.Dense(1), "get_output_at"),
      "keras.preprocessing.image" in sys.modules and sys.modules["keras.preprocessing.image"].__name__)
"""


@pytest.mark.timeout(120)
def test_no_class_and_no_function_of_keras_is_another_one():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    classes, functions, settings, plain = done.stdout.splitlines()[-4:]
    assert classes == "classes True []"
    assert functions == "functions []"
    assert settings == "settings []"
    assert plain.startswith("plain False False")
