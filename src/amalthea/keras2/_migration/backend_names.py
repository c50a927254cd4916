"""Functions of the old backend that Keras 3 has under another name, or with other defaults; others bear their names."""

from .._spelling import Spelling

_PLAIN = Spelling()

# Old name in ``keras.backend`` → today's, and what its arguments were called.
BACKEND: dict[str, tuple[str, Spelling]] = {
    "argmax": ("keras.ops.argmax", Spelling(positions=("x", "axis"), defaults={"axis": -1})),
    "argmin": ("keras.ops.argmin", Spelling(positions=("x", "axis"), defaults={"axis": -1})),
    "binary_crossentropy": ("keras.ops.binary_crossentropy", _PLAIN),
    "cast": ("keras.ops.cast", _PLAIN),
    "categorical_crossentropy": ("keras.ops.categorical_crossentropy", _PLAIN),
    "clip": ("keras.ops.clip", Spelling(renamed={"min_value": "x_min", "max_value": "x_max"})),
    "concatenate": (
        "keras.ops.concatenate",
        Spelling(positions=("xs", "axis"), renamed={"tensors": "xs"}, defaults={"axis": -1}),
    ),
    "dot": ("keras.ops.dot", Spelling(renamed={"x": "x1", "y": "x2"})),
    "elu": ("keras.ops.elu", _PLAIN),
    "eval": ("keras.ops.convert_to_numpy", _PLAIN),
    "expand_dims": ("keras.ops.expand_dims", Spelling(positions=("x", "axis"), defaults={"axis": -1})),
    "flatten": ("keras.ops.ravel", _PLAIN),
    "get_value": ("keras.ops.convert_to_numpy", _PLAIN),
    "image_dim_ordering": ("keras.backend.image_data_format", _PLAIN),
    "ndim": ("keras.ops.ndim", _PLAIN),
    "ones_like": ("keras.ops.ones_like", _PLAIN),
    "permute_dimensions": ("keras.ops.transpose", Spelling(renamed={"pattern": "axes"})),
    "pow": ("keras.ops.power", Spelling(renamed={"x": "x1", "a": "x2"})),
    "random_normal": ("keras.random.normal", _PLAIN),
    "random_uniform": ("keras.random.uniform", Spelling(positions=("shape", "minval", "maxval", "dtype", "seed"))),
    "relu": ("keras.activations.relu", Spelling(renamed={"alpha": "negative_slope"})),
    "repeat_elements": ("keras.ops.repeat", Spelling(renamed={"rep": "repeats"})),
    "set_image_dim_ordering": ("keras.backend.set_image_data_format", _PLAIN),
    "set_value": ("keras.Variable.assign", _PLAIN),
    "shape": ("keras.ops.shape", _PLAIN),
    "softmax": ("keras.ops.softmax", _PLAIN),
    "squeeze": ("keras.ops.squeeze", _PLAIN),
    "variable": ("keras.Variable", Spelling(renamed={"value": "initializer"})),
    "zeros_like": ("keras.ops.zeros_like", _PLAIN),
}
