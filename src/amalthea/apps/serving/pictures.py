"""A picture that somebody sent; what is wrong with it is said to its sender, not to whoever runs the server."""

from PIL import Image

from ...errors import ImageError
from ...images import Picture, Preparation, read_at_size


def read_sent(content: bytes, name: str, preparation: Preparation, max_pixels: int) -> Picture:
    """The picture at the size that a network takes.

    Args:
        content: of its file.
        name: that the sentence of an error begins with.
        preparation: of the network.
        max_pixels: that it may have.

    Raises:
        ImageError: it is no usable picture.
    """
    try:
        return read_at_size(content, preparation.size, preparation.interpolation, max_pixels=max_pixels)
    except ImageError as error:
        if isinstance(error.__cause__, Image.DecompressionBombError):  # so many that Pillow does not open it
            sentence = f"{name} has more pixels than this server takes, {max_pixels:,}. Make it smaller."
        else:
            sentence = str(error).replace("<bytes>", name, 1)
        raise ImageError(sentence) from error
