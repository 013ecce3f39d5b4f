"""A distress case as GPX for each asset: its way, last positions and clues, water near, where people found may go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.units import KM_PER_DEG
from maps.case_view import CaseView, NextLeg, OrderedLeg
from maps.search_gpx import SearchPoint, SearchWay, asset_gpx
from risk.water import COUNTED_ON

Array = NDArray[np.float64]

#: Water this near to the way or a last position is shown, km, the nearest first, so many.
_WATER_KM, _MOST_WATER = 40.0, 20


def case_gpx(view: CaseView) -> dict[str, bytes]:
    """Return a file for each asset with a leg to do in an open case; in English, as all receivers' files."""
    under_way = {each.asset_id: each for each in view.under_way if view.status == "open"}
    best = {each.asset_id: each for each in view.best_legs}
    files = {}
    for asset_id in sorted({*under_way, *best}):
        ways: list[SearchWay] = []
        if asset_id in under_way:
            ways += _ordered_ways(under_way[asset_id])
        if asset_id in best:
            ways += _next_ways(best[asset_id])
        # asset ids hold no characters that names of files must not
        files[f"{view.case_id}.{asset_id}.gpx"] = asset_gpx(
            f"{view.case_id} {asset_id}", ways, _points(view, asset_id, ways)
        )
    return files


def _ordered_ways(leg: OrderedLeg) -> list[SearchWay]:
    note = f"ordered, event {leg.number}"
    return _ways(f"under way to {leg.to}", note, leg.lonlat, leg.times, leg.searching)


def _next_ways(each: NextLeg) -> list[SearchWay]:
    choice = each.choice
    note = (
        f"{choice.leg.kind.value}, {choice.leg.search_km:.0f} km searched, POS expected {choice.pos:.0%}, "
        f"{choice.home_h:.1f} h home from its end"
    )
    return _ways(f"next to {choice.leg.to}", note, each.lonlat, each.times, choice.leg.searching)


def _ways(
    name: str, note: str, lonlat: Array, times: tuple[datetime, ...], searching: NDArray[np.bool_]
) -> list[SearchWay]:
    """Return the way up to where the search begins, and the rest."""
    first = int(np.argmax(searching)) if searching.any() else len(searching)
    found = []
    if first:
        way = f"way to {name.rpartition(' to ')[2]}"
        found.append(SearchWay(way, lonlat[: first + 1], "no search yet", times=times[: first + 1]))
    if first < len(searching):
        found.append(SearchWay(name, lonlat[first:], note, searching=searching[first:], times=times[first:]))
    return found


def _points(view: CaseView, asset_id: str, ways: Iterable[SearchWay]) -> list[SearchPoint]:
    last = [
        SearchPoint(
            f"LKP {each.name}", each.lon, each.lat, "last known position", f"half within {each.radius_km:.0f} km"
        )
        for each in view.last_positions
    ]
    clues = [
        SearchPoint(
            f"clue {each.number} {each.what}",
            each.lon,
            each.lat,
            "last known position",
            f"{each.seen_at:%Y-%m-%d %H:%M}Z, within {each.radius_km:g} km, grade {each.grade.value}",
        )
        for each in view.clues
    ]
    lines = [way.lonlat for way in ways] + [np.array([[each.lon, each.lat]]) for each in view.last_positions]
    return [*last, *clues, *_water(view, np.concatenate(lines)), *_safety(view, asset_id)]


def _water(view: CaseView, near: Array) -> list[SearchPoint]:
    found = []
    for well in view.water_points.itertuples():
        gap = (near - (well.lon, well.lat)) * (np.cos(np.radians(well.lat)), 1.0)
        away_km = float(np.hypot(gap[:, 0], gap[:, 1]).min()) * KM_PER_DEG
        if away_km <= _WATER_KM:
            known = f"{well.kind}, {well.reliability.replace('_', ' ')}, water {well.probability:.0%}"
            note = f"{known}, position within {well.precision_km:g} km"
            kind = "water" if well.probability >= COUNTED_ON else "dry"
            found.append((away_km, SearchPoint(str(well.name), well.lon, well.lat, kind, note)))
    return [point for _, point in sorted(found, key=lambda each: each[0])[:_MOST_WATER]]


def _safety(view: CaseView, asset_id: str) -> list[SearchPoint]:
    if asset_id not in view.safety:
        return []
    place = view.places.loc[view.safety[asset_id]]
    note = "people found may be brought here; never across a border"
    return [SearchPoint(str(place["name"]), float(place["lon"]), float(place["lat"]), "place of safety", note)]
