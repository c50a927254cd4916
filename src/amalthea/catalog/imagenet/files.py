"""What the weights of several networks have in common: where Keras publishes them, and how it names them."""

from ..variant import WeightFile

PUBLISHED = "https://storage.googleapis.com/tensorflow/keras-applications"
APACHE = "Apache-2.0"


def with_and_without_top(
    folder: str, stem: str, size: int, md5: tuple[str, str], published: str = PUBLISHED
) -> tuple[WeightFile, WeightFile]:
    """The two official files of a network, named ``<stem>_weights_tf_dim_ordering_tf_kernels[_notop].h5``."""
    name = f"{stem}_weights_tf_dim_ordering_tf_kernels"
    full, notop = (
        WeightFile(name=file, top=top, size=size, url=f"{published}/{folder}/{file}", md5=digest)
        for file, top, digest in ((f"{name}.h5", True, md5[0]), (f"{name}_notop.h5", False, md5[1]))
    )
    return full, notop
