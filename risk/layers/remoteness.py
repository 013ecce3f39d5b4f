"""Hours until the nearest base has arrived."""

import numpy as np

from risk.layer import Layer
from risk.response import arrival_h

LAYER = Layer(
    name="remoteness",
    column="arrival_h",
    unit="h",
    description="Hours the nearest rescue base drives to get there, along the network and over open ground.",
    values=lambda found: (
        np.full(len(found.lon), np.nan)
        if found.conditions.responders is None
        else arrival_h(found.lon, found.lat, found.conditions.responders)
    ),
    edges=(3, 8, 16),
)
