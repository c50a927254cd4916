"""What other packages of that time no longer have or do, and what to write instead."""

PICTURES = {
    "imread": "np.array(PIL.Image.open(path))",
    "imresize": "np.array(PIL.Image.fromarray(picture).resize((width, height)))",
    "imsave": "PIL.Image.fromarray(picture).save(path)",
    "toimage": "PIL.Image.fromarray(picture)",
}
"""Functions of ``scipy.misc``."""
OBJECTS = (
    "np.load gives Python objects only when it is told to, since NumPy 1.16.3, for they may run code: if you trust the "
    "file, write np.load(path, allow_pickle=True)."
)
PLACEHOLDER = (
    "the graphs and sessions of TensorFlow 1 are gone: the network begins with keras.Input(shape=(784,)) today, and "
    "model.fit trains it."
)
# How messages of NumPy (2.3) and TensorFlow (2.21) begin.
_BEGINNINGS = {
    "Object arrays cannot be loaded when allow_pickle=False": OBJECTS,
    "tf.placeholder() is not compatible with eager execution": PLACEHOLDER,
}


def instead(error: BaseException) -> str | None:
    """What to write instead, told by the exception that a script ends with; None if it came of something else."""
    said = str(error)
    if isinstance(error, ImportError | AttributeError) and "'scipy.misc'" in said:
        names = [name for name in PICTURES if f"'{name}'" in said]
        return f"scipy.misc.{names[0]} is {PICTURES[names[0]]} today." if names else None
    return next((today for beginning, today in _BEGINNINGS.items() if said.startswith(beginning)), None)
