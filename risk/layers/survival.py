"""Hours until half of those who stay with the vehicle are dead."""

import numpy as np

from risk.layer import Layer
from risk.survival import hours_alive

LAYER = Layer(
    name="survival",
    column="survival_h",
    unit="h",
    description="Median hours of survival resting in shade with the usual water left; capped at the horizon.",
    # beyond the horizon "at least that long" is all that is known; a raster cannot hold infinity
    values=lambda assessment: np.minimum(
        hours_alive(assessment.fate.alive_staying, 0.5), float(assessment.fate.alive_staying.shape[1] - 1)
    ),
    low_is_bad=True,
    edges=(48, 72, 96),
)
