"""Mines and fighting: a hard block, never a weight."""

import numpy as np

from data.shapes import inside
from risk.layer import Layer

LAYER = Layer(
    name="blocked",
    column="blocked",
    unit="",
    description="1 in an area closed by mines or fighting (paved roads may stay open), 0 where none is documented.",
    values=lambda found: np.any(
        [inside(block.polygon, found.lon, found.lat) for block in found.conditions.blocks]
        or [np.zeros(len(found.lon), bool)],
        axis=0,
    ).astype(float),
    kind="block",
)
