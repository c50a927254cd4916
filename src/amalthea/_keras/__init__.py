"""Every private part of Keras that Amalthea reaches into, each in one function. Checked against Keras 3.15.1."""

from .configurations import configuration
from .frames import predicting, steps_per_epoch, takes_batches, validates_in_between
from .graphs import (
    Call,
    calls,
    functional,
    functional_class,
    inputs_in_order,
    operation_name,
    own_prediction,
    require_functional,
    signature,
)
from .layers import convnext_layers, custom_scale_layer, keeps_state, kind_of, own_classes, parts, unpickled
from .old_preprocessing import old_sequences, old_text
from .openvino import check_trains, follow_weights, pin_openvino_precision
from .rewiring import end_at, layer_of
from .variables import give_value, initialize, lay_out, no_initial_values

__all__ = [
    "Call",
    "calls",
    "check_trains",
    "configuration",
    "convnext_layers",
    "custom_scale_layer",
    "end_at",
    "follow_weights",
    "functional",
    "functional_class",
    "give_value",
    "initialize",
    "inputs_in_order",
    "keeps_state",
    "kind_of",
    "lay_out",
    "layer_of",
    "no_initial_values",
    "old_sequences",
    "old_text",
    "operation_name",
    "own_classes",
    "own_prediction",
    "parts",
    "pin_openvino_precision",
    "predicting",
    "require_functional",
    "signature",
    "steps_per_epoch",
    "takes_batches",
    "unpickled",
    "validates_in_between",
]
