"""Probability that a stranding kills."""

from risk.layer import Layer

LAYER = Layer(
    name="lethality",
    column="death_probability",
    unit="",
    description="Probability that one of a stranded group dies unaided: neither found nor at water in time.",
    values=lambda assessment: assessment.fate.death,
    edges=(0.1, 0.3, 0.5),
)
