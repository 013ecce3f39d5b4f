"""Slope, from an elevation file."""

from risk.layer import Layer
from risk.terrain import slope_deg

LAYER = Layer(
    name="slope",
    column="slope_deg",
    unit="deg",
    description="Steepest slope of the ground (Horn 1981); known where an elevation file is given.",
    values=lambda found: slope_deg(found.conditions.ground, found.lon, found.lat),
    edges=(3, 8, 15),
)
