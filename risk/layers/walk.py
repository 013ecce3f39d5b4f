"""Hours on foot to water over the ground between."""

from data.units import M_PER_KM
from risk.layer import Layer

LAYER = Layer(
    name="walk",
    column="walk_h",
    unit="h",
    description="Hours of walking to the quickest water known, slopes (with an elevation file) and sand counted.",
    values=lambda found: (
        (found.water.distance_m * found.slowness).min(axis=1)
        * found.conditions.stranding.winding
        / M_PER_KM
        / found.conditions.walk.speed_kph
    ),
    edges=(8, 24, 48),
)
