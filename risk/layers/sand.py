"""Sand seas."""

from risk.layer import Layer
from risk.terrain import in_sand

LAYER = Layer(
    name="sand",
    column="sand",
    unit="",
    description="1 in a sand sea, where walking takes 1.45 times as long; 0 elsewhere.",
    values=lambda found: in_sand(found.conditions.ground, found.lon, found.lat).astype(float),
    kind="class",
)
