"""The record of a search after it, in the manner of ISRID: what was believed, what was done, what came of it.

Fields follow the International Search and Rescue Incident Database (Koester 2008, Lost Person Behavior) where it has
them: IPP (initial planning point), find, distances, hours, mobility, detectability. It holds no free text, no names of
assets, no names, telephones or nationalities of people. What a program cannot know is null, for people to fill in.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from maps.case_view import CaseView, FindMark
from routes.geodesy import bearing_deg, distance_m
from sar.alert import Alert, VehicleState
from sar.sweep import Platform

FORMAT = "guelta-after-action-1"
#: Bailey's dry domain, as far as the Sahara and the Sahel go. Judgement: the coasts of the region are not in it.
_DRY_LAT = (12.0, 33.0)
_NO_VEHICLE = (VehicleState.NONE, VehicleState.LEFT_BEHIND)


@dataclass(frozen=True)
class FoundOnMap:
    """How a map had the place of the find, at its hour.

    Attributes
    ----------
    poa : float
        Of the cell of the find; 0 off the map.
    cell_km : float
        Side of the cells.
    r : float
        Rossmo's r on this map's own cells (`sar.mapscore.score`), not on the published box; -1 off the map.
    """

    poa: float
    cell_km: float
    r: float


@dataclass(frozen=True)
class FindFacts:
    """What is known of one find beside its mark.

    Attributes
    ----------
    mark : FindMark
    elevation_m : float or None
    alive_predicted : float
        Share that was thought alive at its hour.
    before_any, before_find : FoundOnMap
        On the map of the first alert alone, and with all that was told before the find; both for the hour of the find.
    scenario_fits_best : str
        Scenario with most of the chance given the place and hour of the find: an inference, no observation.
    scenario_fits_share : float
    platform : Platform or None
        Of the asset that found them; None where nobody said which.
    on_ordered_leg : bool
        The asset was under an order.
    """

    mark: FindMark
    elevation_m: float | None
    alive_predicted: float
    before_any: FoundOnMap
    before_find: FoundOnMap
    scenario_fits_best: str
    scenario_fits_share: float
    platform: Platform | None
    on_ordered_leg: bool


@dataclass(frozen=True)
class CaseFacts:
    """What is known of the whole search beside its view.

    Attributes
    ----------
    opened : Alert
        As it came in.
    ipp_type : str
        "position told", "place told" or "position described".
    ended_at : datetime or None
        When the case was closed or suspended.
    hours_at_alert : tuple of float
        From the stranding until a tenth, half and nine tenths were thought dead, as seen at the alert.
    sand : bool
        The IPP lies in a sand sea.
    elevation_m : float or None
        Of the IPP.
    tmax_degc, tmin_degc : float or None
        From the stranding to the find, or to the end.
    assets : mapping of Platform to int
        Named in the case.
    finds : tuple of FindFacts
    """

    opened: Alert
    ipp_type: str
    ended_at: datetime | None
    hours_at_alert: tuple[float, float, float]
    sand: bool
    elevation_m: float | None
    tmax_degc: float | None
    tmin_degc: float | None
    assets: Mapping[Platform, int]
    finds: tuple[FindFacts, ...]


def after_action(view: CaseView, facts: CaseFacts) -> dict[str, Any]:
    """Return the record; distances and bearings are geodesic, hours are hours, null is not known."""
    ipp = view.last_positions[-1]
    first = min(facts.finds, key=lambda each: each.mark.found_at, default=None)
    return {
        "format": FORMAT,
        "case_id": view.case_id,
        "status": view.status,
        "incident_type": "search",
        **_subject(facts.opened, view.alert),
        "alert_at": facts.opened.told_at.isoformat(),
        "stranded_at": view.alert.stranded_at.isoformat(),
        "stranded_at_told": view.alert.hours_stranded is not None,
        "ended_at": None if facts.ended_at is None else facts.ended_at.isoformat(),
        "terrain": "desert, sand sea" if facts.sand else "desert, other",
        "ecoregion_domain": "dry" if _DRY_LAT[0] <= ipp.lat <= _DRY_LAT[1] else None,
        "ipp_type": facts.ipp_type,
        "ipp_lon": round(ipp.lon, 6),
        "ipp_lat": round(ipp.lat, 6),
        "ipp_half_within_km": ipp.radius_km,
        "ipp_elevation_m": facts.elevation_m,
        **_find(view, facts, first),
        **_outcome(view, facts),
        **_hours(view, facts, first),
        **_effort(view, facts),
        "tmax_degc": facts.tmax_degc,
        "tmin_degc": facts.tmin_degc,
        **_band(view, facts, first),
        **_maps(first),
        "detectability": None,
        "lost_strategy": None,
        "scenario_true": None,
        "clues": len(view.clues),
        "data_version": view.data_version,
        "finds": [_each_find(view, each) for each in facts.finds],
    }


def record_json(record: Mapping[str, Any]) -> bytes:
    """Return the record as JSON (UTF-8)."""
    return orjson.dumps(dict(record), option=orjson.OPT_INDENT_2)


def record_csv(record: Mapping[str, Any]) -> bytes:
    """Return the record as a table of one row (UTF-8); further finds are in the JSON only."""
    row = {key: value for key, value in record.items() if key != "finds"}
    table = io.StringIO()
    writer = csv.DictWriter(table, fieldnames=list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return table.getvalue().encode()


def _subject(opened: Alert, alert: Alert) -> dict[str, Any]:
    return {
        "subject_category": "desert travellers on foot"
        if alert.vehicle in _NO_VEHICLE
        else "desert travellers, vehicle",
        "vehicle": alert.vehicle.value,
        "group_size": alert.people or None,
        "adults": alert.adults if alert.people else None,
        "children": alert.children if alert.people else None,
        "pregnant": alert.pregnant if alert.people else None,
        "litres_told": alert.litres,
        "mobility_told": alert.movement.value,
        "reported_by": opened.reported_by.value,
        "source_grade": alert.grade.value,
    }


def _find(view: CaseView, facts: CaseFacts, first: FindFacts | None) -> dict[str, Any]:
    """Return place and way of the first find."""
    keys = (
        "find_lon", "find_lat", "find_elevation_m", "distance_ipp_find_km", "bearing_ipp_find_deg",
        "elevation_change_m", "found_by_platform", "found_on_ordered_leg",
    )  # fmt: skip
    if first is None:
        return dict.fromkeys(keys)
    away_km, bearing = _from_ipp(view, first.mark)
    up_m = None
    if facts.elevation_m is not None and first.elevation_m is not None:
        up_m = first.elevation_m - facts.elevation_m
    platform = None if first.platform is None else first.platform.value
    values = (
        round(first.mark.lon, 6), round(first.mark.lat, 6), first.elevation_m, away_km, bearing, up_m, platform,
        first.on_ordered_leg,
    )  # fmt: skip
    return dict(zip(keys, values, strict=True))


def _from_ipp(view: CaseView, mark: FindMark) -> tuple[float, float]:
    ipp = view.last_positions[-1]
    here, there = (ipp.lon, ipp.lat), (mark.lon, mark.lat)
    return distance_m(here, there) / 1000, bearing_deg(here, there)


def _outcome(view: CaseView, facts: CaseFacts) -> dict[str, Any]:
    alive, dead = view.found_alive, view.found_dead
    if not alive and not dead:
        outcome = "not found" if view.status != "open" else "not found yet"
    elif view.looked_for:
        outcome = "some found"
    else:
        outcome = "alive" if not dead else "dead" if not alive else "some alive, some dead"
    return {"outcome": outcome, "found_alive": alive, "found_dead": dead, "not_found": view.looked_for}


def _hours(view: CaseView, facts: CaseFacts, first: FindFacts | None) -> dict[str, float | None]:
    alert_at = facts.opened.told_at
    found_at = None if first is None else first.mark.found_at
    until = max((each.mark.found_at for each in facts.finds), default=None) if not view.looked_for else None
    until = until or facts.ended_at or view.now

    def between(start: datetime, end: datetime | None) -> float | None:
        return None if end is None else (end - start).total_seconds() / 3600

    return {
        "hours_stranded_to_alert": between(view.alert.stranded_at, alert_at),
        "hours_alert_to_find": between(alert_at, found_at),
        "hours_stranded_to_find": between(view.alert.stranded_at, found_at),
        "hours_total": between(alert_at, until),
    }


def _effort(view: CaseView, facts: CaseFacts) -> dict[str, Any]:
    """Return what was searched: logged tracks alone, each with the hours from its first to its last point."""
    values: dict[str, Any] = {
        "searches": len(view.searches),
        "search_h": sum(each.hours for each in view.searches),
        "search_km": sum(each.km for each in view.searches),
        "pos_all": view.pos,
    }
    for platform in Platform:
        name = platform.value.replace(" ", "_")
        done = [each for each in view.searches if each.platform is platform]
        values[f"assets_{name}"] = facts.assets.get(platform, 0)
        values[f"search_km_{name}"] = sum(each.km for each in done)
        values[f"search_h_{name}"] = sum(each.hours for each in done)
    return values


def _band(view: CaseView, facts: CaseFacts, first: FindFacts | None) -> dict[str, Any]:
    """Return the hours of survival that were predicted at the alert, and where the find falls in them."""
    shares = ("tenth", "half", "nine tenths")
    first_h, half_h, last_h = (each if math.isfinite(each) else None for each in facts.hours_at_alert)
    band = None
    if first is not None:
        hours = (first.mark.found_at - view.alert.stranded_at).total_seconds() / 3600
        passed = [share for share, limit in zip(shares, facts.hours_at_alert, strict=True) if hours >= limit]
        band = (
            f"after a {passed[-1]}".replace("a nine", "nine").replace("a half", "half") if passed else "before a tenth"
        )
    return {
        "predicted_tenth_dead_h": first_h,
        "predicted_half_dead_h": half_h,
        "predicted_nine_tenths_dead_h": last_h,
        "find_in_band": band,
        "alive_predicted_at_find": None if first is None else first.alive_predicted,
    }


def _maps(first: FindFacts | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in ("before_any", "before_find"):
        on: FoundOnMap | None = None if first is None else getattr(first, name)
        values |= {
            f"poa_{name}": None if on is None else on.poa,
            f"cell_km_{name}": None if on is None else on.cell_km,
            f"r_{name}": None if on is None else on.r,
        }
    values["scenario_fits_best"] = None if first is None else first.scenario_fits_best
    values["scenario_fits_share"] = None if first is None else first.scenario_fits_share
    return values


def _each_find(view: CaseView, each: FindFacts) -> dict[str, Any]:
    away_km, bearing = _from_ipp(view, each.mark)
    return {
        "found_at": each.mark.found_at.isoformat(),
        "lon": round(each.mark.lon, 6),
        "lat": round(each.mark.lat, 6),
        "alive": each.mark.alive,
        "dead": each.mark.dead,
        "distance_ipp_km": away_km,
        "bearing_ipp_deg": bearing,
        "elevation_m": each.elevation_m,
        "platform": None if each.platform is None else each.platform.value,
        "on_ordered_leg": each.on_ordered_leg,
        **_maps(each),
    }
