"""Reads the computed tables that ship with the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WATER_LOSS = Path(__file__).parent / "tables" / "water_loss.npz"


def read_water_loss(path: Path = WATER_LOSS) -> dict[str, NDArray[np.float64]]:
    """Return the arrays of the ISO 7933 table by name: `loss_kg_per_h`, `air_degc`, `excess_degc`, `vapour_kpa`.

    Loss has shape (2, air, excess, vapour): rest and walk; kg/h, degrees Celsius, kPa.
    """
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name].astype(float) for name in stored.files}
