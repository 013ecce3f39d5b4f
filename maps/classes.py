"""The five classes by rank that pictures of risk are drawn in."""

from __future__ import annotations

#: Light to dark, told apart by lightness alone (ColorBrewer OrRd, darkened for a light ground).
RAMP = ("#f2c47e", "#f08a4b", "#d94a2b", "#a3131a", "#52000f")
#: Share of assessed unpaved kilometres below each class edge.
CLASS_EDGES = (0.5, 0.75, 0.9, 0.97)
