"""What decides the numbers beside network and pictures: the programs that decode and compute, and their settings."""

import os

from ...errors import ArgumentError


def environment_here(views: int) -> dict[str, str]:
    """Versions and settings of this process, by names for messages.

    Args:
        views: of each picture; those beyond the second are OpenCV's.
    """
    import openvino
    import PIL
    from PIL import Image

    found = {
        "openvino": openvino.get_version(),
        "pillow": PIL.__version__,
        "AMALTHEA_MAX_PIXELS": os.environ.get("AMALTHEA_MAX_PIXELS") or str(Image.MAX_IMAGE_PIXELS),
    }
    if views > 2:
        from ...images.augmentation import opencv

        found["opencv"] = opencv().__version__
    return found


def check_environment(planned: dict[str, str], views: int) -> None:
    """Refuse to compute where other rows would come out.

    Args:
        planned: the environment of the run.
        views: as for ``environment_here``.

    Raises:
        ArgumentError: this process has another one.
    """
    here = environment_here(views)
    other = [f"{name} is {here.get(name)!r}, not {was!r}" for name, was in planned.items() if here.get(name) != was]
    if other:
        raise ArgumentError(
            f"This machine would compute other numbers than the one where the run was planned: {'; '.join(other)}. "
            "Install and set the same on all of them."
        )
