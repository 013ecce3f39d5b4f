"""Water a resting adult loses in a day."""

from data.units import HOURS_PER_DAY
from risk.layer import Layer

LAYER = Layer(
    name="heat",
    column="heat",
    unit="l/day",
    description="Water an adult at rest in shade loses by sweat, breath and skin in a day (ISO 7933).",
    values=lambda assessment: assessment.loss.rest_shade[:, :HOURS_PER_DAY].sum(axis=1),
    edges=(2, 3, 4),
)
