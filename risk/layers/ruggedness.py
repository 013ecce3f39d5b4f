"""Ruggedness, from an elevation file."""

from risk.layer import Layer
from risk.terrain import ruggedness_m

LAYER = Layer(
    name="ruggedness",
    column="ruggedness_m",
    unit="m",
    description="Terrain ruggedness index (Riley 1999); known where an elevation file is given.",
    values=lambda found: ruggedness_m(found.conditions.ground, found.lon, found.lat),
    edges=(10, 30, 80),
)
