"""A search pattern as asked: where, for what, from what; with its spacing from the sweep width, as GPX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely import Polygon, box

from api.context import RegionContext
from api.usecases.case_tracks import stretch, way_between
from api.usecases.read_update import resolve
from data.errors import BadInput
from data.units import KM_PER_DEG, M_PER_KM
from maps.search_gpx import SearchPoint, SearchWay, search_gpx
from sar.patterns import (
    PatternKind,
    SearchPattern,
    creeping_line,
    expanding_square,
    outside_km,
    parallel_sweep,
    sector_search,
    spacing_for,
    track_line,
)
from sar.poa import square_box
from sar.sweep import FREE_SPEED_KPH, Conditions, Platform, Target, pod, sweep_width_m


@dataclass(frozen=True)
class WantedPattern:
    """What is asked.

    Attributes
    ----------
    kind : str
        A `PatternKind`.
    at : str
        Datum or middle of the area in words or coordinates, or the name of a square such as "N19.13 E012.02".
    start, towards : str
        Places a track leads between, for a track line, with km along it.
    length_km, width_km : float
        Of the area; the radius of a square or sector is half the length.
    """

    kind: str
    at: str = ""
    start: str = ""
    towards: str = ""
    from_km: float = 0.0
    to_km: float | None = None
    length_km: float = 6.0
    width_km: float = 6.0
    heading_deg: float | None = None
    platform: str = Platform.GROUND_VEHICLE.value
    target: str = Target.STANDING.value
    coverage: float = 1.0
    speed_kph: float | None = None
    hours: float | None = None
    visibility_km: float = 20.0
    height_m: float = 152.4
    measured_rd_m: float | None = None


def pattern_of(context: RegionContext, wanted: WantedPattern) -> tuple[SearchPattern, dict[str, Any]]:
    """Lay out a pattern; return it with what a coordinator has to know.

    Raises
    ------
    BadInput
        If the place is not understood, a number is out of range, or the pattern does not fit.
    """
    kind, platform, target = PatternKind(wanted.kind), Platform(wanted.platform), Target(wanted.target)
    speed = wanted.speed_kph or FREE_SPEED_KPH[platform]
    try:
        on = Conditions(visibility_km=wanted.visibility_km, speed_kph=speed, height_m=wanted.height_m)
        width_m = sweep_width_m(target, platform, on, wanted.measured_rd_m)
    except ValueError as error:
        raise BadInput(str(error)) from None
    spacing = spacing_for(width_m, wanted.coverage)
    area: Polygon | None = None
    if kind is PatternKind.TRACK_LINE:
        pattern = track_line(
            stretch(way_between(context, wanted.start, wanted.towards), wanted.from_km, wanted.to_km),
            spacing,
            speed,
            hours=wanted.hours,
        )
    elif kind in (PatternKind.PARALLEL_SWEEP, PatternKind.CREEPING_LINE):
        area = _area(context, wanted)
        lay = parallel_sweep if kind is PatternKind.PARALLEL_SWEEP else creeping_line
        pattern = lay(area, spacing, speed, heading_deg=wanted.heading_deg, hours=wanted.hours)
    else:
        datum, radius = _datum(context, wanted), wanted.length_km * M_PER_KM / 2
        heading = wanted.heading_deg or 0.0
        if kind is PatternKind.EXPANDING_SQUARE:
            pattern = expanding_square(datum, spacing, speed, radius_m=radius, hours=wanted.hours, heading_deg=heading)
        else:
            pattern = sector_search(datum, radius, speed, heading_deg=heading, hours=wanted.hours)
    return pattern, _told(wanted, pattern, area, width_m)


def _told(wanted: WantedPattern, pattern: SearchPattern, area: Polygon | None, width_m: float) -> dict[str, Any]:
    covered = width_m / pattern.spacing_m
    return {
        "kind": pattern.kind.value,
        "platform": wanted.platform,
        "target": wanted.target,
        "sweep_width_m": width_m,
        "spacing_m": pattern.spacing_m,
        "coverage": covered,
        "pod": float(pod(covered)),
        "length_km": pattern.length_km,
        "search_km": pattern.search_km,
        "hours": pattern.hours,
        "commence": {"lon": float(pattern.commence[0]), "lat": float(pattern.commence[1])},
        "outside_km": outside_km(pattern, area) if area is not None else 0.0,
    }


def pattern_gpx(asset_id: str, pattern: SearchPattern, told: dict[str, Any]) -> dict[str, bytes]:
    """Return the GPX file of an asset, by its name."""
    datum = SearchPoint("CSP", told["commence"]["lon"], told["commence"]["lat"], "last known position")
    return search_gpx({asset_id: [SearchWay.of(pattern.kind.value, pattern, pod=told["pod"])]}, [datum])


def _datum(context: RegionContext, wanted: WantedPattern) -> tuple[float, float]:
    if not wanted.at:
        raise BadInput("say where: a position or a place in words")
    place = resolve(context, wanted.at)
    return float(place["lon"]), float(place["lat"])


def _area(context: RegionContext, wanted: WantedPattern) -> Polygon:
    """Return the square that is named, or a rectangle around a position with its long side along the heading."""
    if not (0 < wanted.length_km <= 500 and 0 < wanted.width_km <= 500):
        raise BadInput("length and width of an area must be above 0 and at most 500 km")
    try:
        return box(*square_box(wanted.at.replace("square", "").strip()))
    except (ValueError, IndexError):
        lon, lat = _datum(context, wanted)
    turn = np.radians(wanted.heading_deg or 0.0)
    half = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * (wanted.length_km / 2, wanted.width_km / 2)
    north = half[:, 0] * np.cos(turn) - half[:, 1] * np.sin(turn)
    east = half[:, 0] * np.sin(turn) + half[:, 1] * np.cos(turn)
    scale = KM_PER_DEG * np.cos(np.radians(lat))
    return Polygon(np.column_stack([lon + east / scale, lat + north / KM_PER_DEG]))
