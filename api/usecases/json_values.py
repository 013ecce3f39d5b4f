"""Values as JSON can hold them."""

from __future__ import annotations

import math


def finite(value: float) -> float | None:
    """Return None for what JSON has no number for: beyond the horizon, not assessed."""
    return float(value) if math.isfinite(value) else None
