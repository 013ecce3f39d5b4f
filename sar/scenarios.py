"""What a group in distress may have done, and how likely each is taken to be.

No statistics of lost or stranded people exist for the Sahara: every weight here is judgement, shown with the plan and
changed by the planner.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from data.errors import BadInput
from sar.alert import Alert, Movement, VehicleState


class Scenario(StrEnum):
    """One behaviour; the weights of a case sum to 1 over them."""

    STAYED = "stayed"
    TO_WATER = "to-water"
    BACK = "back"
    ON = "on"
    TO_TOWN = "to-town"
    AS_TOLD = "as-told"
    SPLIT = "split"


#: All who walk are one of these; a split group does so with a part of its people.
WALKING = (Scenario.TO_WATER, Scenario.BACK, Scenario.ON, Scenario.TO_TOWN, Scenario.AS_TOLD)

#: Weight of those who stayed and of a split group by what was told of their movement; walkers take the rest. Judgement.
_STAYED_AND_SPLIT = {
    Movement.UNKNOWN: (0.45, 0.15),
    Movement.WAITING: (0.80, 0.08),
    Movement.WALKING: (0.05, 0.10),
    Movement.SPLIT: (0.10, 0.75),
}
#: Shares among walkers of whom nobody told the way. Judgement.
_WALKERS = {Scenario.TO_WATER: 0.35, Scenario.BACK: 0.25, Scenario.ON: 0.15, Scenario.TO_TOWN: 0.25}
#: Share of the walkers who kept to the way that was told.
TOLD_SHARE = 0.6
#: Without a vehicle there is less to stay with: part of the weight of staying that walkers take.
_NO_VEHICLE = 0.4
#: Part of a split group that waits.
WAITING_PART = 0.6

#: That people are nowhere the alert could mean, by grade of the source. Judgement.
OUTSIDE = {"A": 0.03, "B": 0.05, "C": 0.10, "D": 0.20}


def prior(alert: Alert) -> dict[Scenario, float]:
    """Return the weight of each scenario for an alert; they sum to 1."""
    stayed, split = _STAYED_AND_SPLIT[alert.movement]
    if alert.vehicle in (VehicleState.NONE, VehicleState.LEFT_BEHIND):
        stayed *= 1 - _NO_VEHICLE
    walked = 1 - stayed - split
    told = TOLD_SHARE if alert.walked_towards else 0.0
    weights = {scenario: walked * (1 - told) * share for scenario, share in _WALKERS.items()}
    return {Scenario.STAYED: stayed, **weights, Scenario.AS_TOLD: walked * told, Scenario.SPLIT: split}


def with_weights(weights: Mapping[Scenario, float], changed: Mapping[str, float]) -> dict[Scenario, float]:
    """Put a planner's weights in place; the others keep their proportions and fill up to 1.

    Raises
    ------
    BadInput
        For an unknown scenario, a weight out of [0, 1], or a sum over 1.
    """
    faults = []
    known = {scenario.value for scenario in Scenario}
    for name, weight in changed.items():
        if name not in known:
            faults.append(f"scenario '{name}' is none of {', '.join(sorted(known))}")
        elif not 0 <= weight <= 1:
            faults.append(f"weight of '{name}' must be from 0 to 1, got {weight:g}")
    fixed = sum(changed.values())
    if not faults and fixed > 1 + 1e-9:
        faults.append(f"the weights given sum to {fixed:g}, over 1")
    rest = sum(weight for scenario, weight in weights.items() if scenario.value not in changed)
    if not faults and rest <= 0 and fixed < 1 - 1e-9:
        faults.append(f"the weights given sum to {fixed:g} and leave nothing for the rest to fill up to 1")
    if faults:
        raise BadInput(faults)
    scale = (1 - min(fixed, 1.0)) / rest if rest > 0 else 0.0
    return {scenario: changed.get(scenario.value, weight * scale) for scenario, weight in weights.items()}
