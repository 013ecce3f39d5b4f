"""Computed tables that ship with the project, and how they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

WATER_LOSS = Path(__file__).parent / "water_loss.npz"
HINDCAST = Path(__file__).parent / "hindcast.json"
#: Losses are stored as whole multiples of this (kg/h): 0.025 g, far below what the model is good to.
QUANTUM_KG_PER_H = 2.5e-5


def read_water_loss(path: Path = WATER_LOSS) -> dict[str, NDArray[np.float64]]:
    """Return the arrays of the ISO 7933 table by name: `loss_kg_per_h` and its axes (see `risk.heat.LossTable`)."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(float) for name in stored.files}
    return arrays | {"loss_kg_per_h": arrays["loss_kg_per_h"] * QUANTUM_KG_PER_H}


def write_water_loss(
    loss_kg_per_h: NDArray[np.float64], axes: Mapping[str, NDArray[np.float64]], path: Path = WATER_LOSS
) -> None:
    """Store the table; losses must lie from 0 to 1.6 kg/h."""
    counts = np.rint(loss_kg_per_h / QUANTUM_KG_PER_H)
    if counts.min() < 0 or counts.max() > np.iinfo(np.uint16).max:
        raise ValueError("a water loss is outside 0 to 1.6 kg/h")
    arrays: dict[str, Any] = {"loss_kg_per_h": counts.astype(np.uint16), **axes}
    np.savez_compressed(path, **arrays)


def read_hindcast(path: Path = HINDCAST) -> dict[str, Any]:
    """Return the scores of the hindcast that was kept, as `api.usecases.hindcast.hindcast_document` made them."""
    document: dict[str, Any] = orjson.loads(path.read_bytes())
    return document
