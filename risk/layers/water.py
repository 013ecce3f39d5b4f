"""Expected distance to water when wells can be dry."""

from data.units import M_PER_KM
from risk.layer import Layer

LAYER = Layer(
    name="water",
    column="expected_water_km",
    unit="km",
    description="Expected distance to the nearest water that gives, wells that may be dry counted.",
    values=lambda assessment: assessment.water.expected_m / M_PER_KM,
    edges=(30, 60, 120),
)
