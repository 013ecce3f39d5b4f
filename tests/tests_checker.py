"""An independent checker of plans: it re-derives every kilometre, litre and hour from `plan.json` and the tables.

It shares no code with the planner: speeds, tanks, curfews and roles are read from the region's tables as text.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

SURFACE = {"paved": "paved", "track": "track", "foot": "track", "desert": "desert"}
EPS = 1e-6


def faults_of(plan: dict[str, Any], pack: Any, segments: pd.DataFrame) -> list[str]:
    """Return everything that is wrong with a plan document; empty when it holds what it claims."""
    faults: list[str] = []
    by_convoy: dict[str, list[dict[str, Any]]] = {}
    seen: dict[str, set[str]] = {}
    for convoy in plan["convoys"]:
        name = f"{convoy['convoy_id']} day {convoy['day']}"
        faults += [f"{name}: {fault}" for fault in _day(plan, convoy, pack, segments)]
        by_convoy.setdefault(convoy["convoy_id"], []).append(convoy)
        for segment in _segments(convoy):
            if segment["expected_people_reached"] > 0:
                if segment["segment_id"] in seen.setdefault(convoy["date"], set()):
                    faults.append(f"{name}: {segment['segment_id']} counts twice on {convoy['date']}")
                seen[convoy["date"]].add(segment["segment_id"])
    for name, days in by_convoy.items():
        faults += [f"{name}: {fault}" for fault in _chain(plan, sorted(days, key=lambda each: each["day"]), pack)]
    driven = {segment["segment_id"] for convoy in plan["convoys"] for segment in _segments(convoy)}
    faults += [f"required {segment} is not driven" for segment in plan["request"]["required"] if segment not in driven]
    total = sum(convoy["expected_people_reached"] for convoy in plan["convoys"])
    if abs(total - plan["expected_people_reached"]) > EPS:
        faults.append("people do not add up")
    if not plan["aim"] <= plan["best_aim"] + EPS:
        faults.append("the plan is better than its bound")
    return faults


def _segments(convoy: dict[str, Any]) -> list[dict[str, Any]]:
    return [segment for leg in convoy["legs"] for segment in leg["segments"]]


def _day(plan: dict[str, Any], convoy: dict[str, Any], pack: Any, segments: pd.DataFrame) -> list[str]:
    vehicle, here = pack.vehicles.loc[convoy["vehicle_type"]], convoy["from_place"]
    country = pack.places.at[convoy["base"], "country"]
    faults, km, hours, litres, people = [], 0.0, 0.0, 0.0, 0.0
    for part in _segments(convoy):
        row = segments.loc[part["segment_id"]]
        first, last = ("from_node", "to_node") if part["forward"] else ("to_node", "from_node")
        if row[first] != here:
            faults.append(f"{part['segment_id']} begins at {row[first]}, the convoy is at {here}")
        here = row[last]
        if row["country"] != country:
            faults.append(f"{part['segment_id']} lies in '{row['country']}', not in {country}")
        surface, own_km = SURFACE[row["mode"]], row["length"] / 1000
        km, hours = km + own_km, hours + own_km / vehicle[f"speed_{surface}_kph"]
        litres += own_km * vehicle[f"l_per_100km_{surface}"] / 100
        people += part["expected_people_reached"]
        until = {item.partition("=")[0]: item.partition("=")[2] for item in plan["request"]["closed"]}
        if part["segment_id"] in until and (
            not until[part["segment_id"]] or convoy["date"] < until[part["segment_id"]]
        ):
            faults.append(f"{part['segment_id']} is closed")
    if here != convoy["to_place"]:
        faults.append(f"ends at {here}, says {convoy['to_place']}")
    for what, derived, said in (
        ("km", km, convoy["km"]),
        ("hours", hours, convoy["hours"]),
        ("litres", litres, convoy["fuel_used_l"]),
        ("people", people, convoy["expected_people_reached"]),
    ):
        if abs(derived - said) > EPS * max(1.0, abs(said)):
            faults.append(f"{what}: derived {derived}, said {said}")
    return faults + _clock(plan, convoy, pack, hours)


def _clock(plan: dict[str, Any], convoy: dict[str, Any], pack: Any, hours: float) -> list[str]:
    """Hours, curfew and rest."""
    faults = []
    start, end = (datetime.fromisoformat(convoy[key]) for key in ("start", "end"))
    rest = [datetime.fromisoformat(each) for each in convoy["rest"]] if convoy["rest"] else None
    pause = rest[1] - rest[0] if rest and end > rest[0] + timedelta(seconds=1) else timedelta()
    if abs((end - start - pause).total_seconds() / 3600 - hours) > 1e-3:
        faults.append(f"from {start} to {end} are not {hours} h of driving")
    if hours > plan["hours"] + EPS:
        faults.append(f"{hours} h are more than the shift of {plan['hours']} h")
    if convoy["base"] in pack.bases.index:
        base = pack.bases.loc[convoy["base"]]
        zone = ZoneInfo(base["timezone"])
        opens, closes = (
            datetime.combine(date.fromisoformat(convoy["date"]), time.fromisoformat(base[key]), zone)
            for key in ("curfew_end", "curfew_start")
        )
        if start < opens or end > closes + timedelta(seconds=1):
            faults.append(f"{start} to {end} lies in the curfew")
    return faults


def _chain(plan: dict[str, Any], days: list[dict[str, Any]], pack: Any) -> list[str]:
    """Days follow one another, nights are where they may be, and the fuel lasts from one filling to the next."""
    faults = []
    ends = dict(item.split(":") for item in plan["request"]["ends"])
    base = days[0]["base"]
    vehicle = pack.vehicles.loc[days[0]["vehicle_type"]]
    usable_l = (vehicle["tank_l"] + vehicle["cans_l"]) * (1 - plan["reserve_share"])
    if days[0]["from_place"] != base or days[-1]["to_place"] != ends.get(base, base):
        faults.append(f"begins at {days[0]['from_place']} and ends at {days[-1]['to_place']}")
    used_l, here = 0.0, base
    for number, day in enumerate(days):
        if day["from_place"] != here:
            faults.append(f"day {day['day']} begins at {day['from_place']}, the night was at {here}")
        here = day["to_place"]
        used_l += day["fuel_used_l"]
        if used_l > usable_l + EPS:
            faults.append(f"day {day['day']}: {used_l} l since the last filling, {usable_l} l may be used")
        roles = pack.places.at[here, "roles"].split(";")
        if number < len(days) - 1 and here != base and "night_stop" not in roles:
            faults.append(f"no night may be passed at {here}")
        if here == base or "refuel" in roles:
            used_l = 0.0
        capacity = vehicle["tank_l"] + vehicle["cans_l"]
        if any(each["fuel_l"] > capacity + 0.1 for each in day["vehicles"]):
            faults.append(f"day {day['day']}: more fuel than fits")
    return faults
