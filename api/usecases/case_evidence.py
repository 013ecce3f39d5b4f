"""What searches, clues and finds say of a case: each changes the chance of every particle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from api.case_record import CaseRecord
from api.usecases.case_events import CaseEvent, Clue, Driven, Found, Sight, read_event
from data.units import KM_PER_DEG, S_PER_H
from sar.belief import GENUINE, Belief, body_here, footprints_here, found_here, seen_here, vehicle_here
from sar.searcher import Searcher, Skies
from sar.swath import Swath, sightings

Array = NDArray[np.float64]

#: Visibility until somebody tells another, km.
USUAL_SIGHT_KM = 20.0


@dataclass(frozen=True)
class Logged:
    """One event of the log with its number, time and author's role."""

    number: int
    at: datetime
    by: str
    event: CaseEvent


def logged_of(record: CaseRecord) -> tuple[Logged, ...]:
    """Return the events of a case as they were told; BadInput if one of them is none."""
    return tuple(
        Logged(number, each.at, each.by, read_event({"kind": each.kind, **each.data}))
        for number, each in zip(record.numbers, record.events, strict=True)
    )


def _sight_km(events: Sequence[Logged], driven: Driven) -> float:
    """Return the visibility under which a track was driven: the worst told of while it was, not what came later."""
    before, within = USUAL_SIGHT_KM, [np.inf]
    for each in events:
        if isinstance(each.event, Sight) and each.at <= driven.times[0]:
            before = each.event.visibility_km
        elif isinstance(each.event, Sight) and each.at <= driven.times[-1]:
            within.append(each.event.visibility_km)
    return min(before, *within)


def told_all(
    belief: Belief, skies: Skies, events: Sequence[Logged], pinned_by: set[int]
) -> tuple[Belief, tuple[tuple[int, float], ...], tuple[str, ...]]:
    """Apply every search and clue in order."""
    gains, remarks = [], []
    for each in events:
        if isinstance(each.event, Driven):
            pod = driven_pod(belief, replace(skies, visibility_km=_sight_km(events, each.event)), each.event)
            gains.append((each.number, float((belief.weight * pod).sum())))
            belief = belief.searched(pod)
            if not pod.any():
                remarks.append(f"event {each.number}: the track covers nowhere that people are thought to be")
        elif isinstance(each.event, Clue) and each.number not in pinned_by:
            likelihood = clue_likelihood(belief, each.event)
            belief = belief.told(likelihood, 1 - GENUINE[each.event.grade.value])
        elif isinstance(each.event, Found):
            hour = belief.particles.hour_of(each.event.found_at)
            belief = belief.told(found_here(belief, each.event.lon, each.event.lat, hour), 1 - GENUINE["A"])
    return belief, tuple(gains), tuple(remarks)


def driven_pod(belief: Belief, skies: Skies, driven: Driven) -> Array:
    """Return the chance that each particle would have been seen from a track that was driven."""
    particles = belief.particles
    real = np.array([(moment - particles.start).total_seconds() / S_PER_H for moment in driven.times])
    hour = np.maximum(real, 0.0)
    lonlat = np.array(driven.lonlat)
    km = np.hypot(np.diff(lonlat[:, 0]) * np.cos(np.radians(lonlat[1:, 1])), np.diff(lonlat[:, 1])) * KM_PER_DEG
    # receivers write every second: nothing may be taken for slower than it was
    kph = km / np.maximum(np.diff(real), 1e-6)
    sight = skies if driven.visibility_km is None else Skies(skies.night, skies.storm, driven.visibility_km)
    width = piece_widths(sight, driven, (hour[1:] + hour[:-1]) / 2, kph)
    # where people were not yet, not finding them says nothing
    width[(real[1:] + real[:-1]) / 2 < 0] = 0.0
    return sightings(particles, Swath(lonlat[:, 0], lonlat[:, 1], hour, width)).total(len(particles))


def piece_widths(skies: Skies, driven: Driven, hour: Array, kph: Array) -> Array:
    """Return the sweep widths on each piece of a track at the speeds it was driven, shape (pieces, targets)."""
    lon, lat = driven.lonlat[0]
    known = np.array([1.0, 5.0, 10.0, 20.0, 30.0, 40.0, 60.0, 90.0, 150.0, 300.0])
    row = np.clip(hour.astype(int), 0, len(skies.night) - 1)
    tables = []
    for speed in known:
        searcher = Searcher(
            "track", driven.platform, lon, lat, 0.0, 24.0, lon, lat, float(speed), 1.0, driven.height_m,
            driven.measured_rd_m,
        )  # fmt: skip
        tables.append(skies.widths(searcher)[row])
    at = np.clip(np.searchsorted(known, kph), 0, len(known) - 1)
    return np.asarray(np.stack(tables)[at, np.arange(len(row))])


def clue_likelihood(belief: Belief, clue: Clue) -> Array:
    """Return the likelihood of a clue for each particle."""
    genuine, hour = GENUINE[clue.grade.value], belief.particles.hour_of(clue.seen_at)
    lon, lat, radius = clue.lon, clue.lat, clue.radius_km
    if clue.what == "sighting":
        return seen_here(belief, lon, lat, hour, radius, genuine)
    if clue.what == "footprints":
        return footprints_here(belief, lon, lat, hour, radius, genuine, clue.bearing_deg)
    if clue.what == "body":
        return body_here(belief, lon, lat, hour, radius, genuine)
    return vehicle_here(belief, lon, lat, radius, genuine, clue.what == "empty vehicle")
