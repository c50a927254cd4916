"""How far our networks with checkpoints of torchvision and timm are from theirs, in torchvision's environment."""

import tempfile
from pathlib import Path

import numpy as np

from amalthea.architectures import variant_of
from benchmarks.measure import write
from tests.weights.torch_parity import COMPARED, TOLERANCE, compare


def main() -> None:
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for network in COMPARED:
            parity = compare(network, Path(folder))
            between_pictures = float(np.abs(parity.theirs[0] - parity.theirs[1]).max() / parity.theirs.std())
            rows.append(
                {
                    "maker": network.maker,
                    "network": network.name,
                    "model": network.variant,
                    "difference": f"{parity.difference:.1e}",
                    "between two pictures": f"{between_pictures:.1e}",
                    "scaling": variant_of(parity.model).scaling.value,
                    "warning": "yes" if parity.said else None,
                }
            )
    unit = f"largest difference of the logits over their deviation (allowed: {TOLERANCE:.0e}), live weights"
    write("torchvision-parity", rows, unit=unit)


if __name__ == "__main__":
    main()
