"""Search patterns on land: track line, parallel sweep, creeping line, expanding square, sector.

Shapes, names and the commence search point after IAMSAR vol. II (search techniques) and vol. III (patterns for a single
unit). Legs are laid in an azimuthal equidistant projection about the area and measured on the ellipsoid. What a pattern
finds is told by `sar.sweep`: coverage is sweep width / spacing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from data.errors import BadInput
from data.units import M_PER_KM
from routes.geodesy import GEOD, LonLat, line_lengths_m, points_along
from sar.legs import Array, Flags, fit_spacing, join_legs, lay_legs
from sar.plane import Plane, dead_reckon, long_axis_deg, turn, turn_back

#: Farthest from the middle (m): beyond, lengths in the plane are off by more than 1 part in 500.
MAX_REACH_M = 700_000.0
MAX_LEGS = 5000
#: An area's sides are straight in longitude and latitude: they are cut at this step (degrees; off by 0.1 m at most).
_STEP_DEG = 0.02
_METRE_DEG = 1e-5


class PatternKind(StrEnum):
    """The patterns."""

    TRACK_LINE = "track line"
    PARALLEL_SWEEP = "parallel sweep"
    CREEPING_LINE = "creeping line"
    EXPANDING_SQUARE = "expanding square"
    SECTOR_SEARCH = "sector search"


@dataclass(frozen=True)
class SearchPattern:
    """A way to be driven, walked or flown.

    Attributes
    ----------
    kind : PatternKind
    lonlat : array, shape (n, 2)
        Turning points, degrees WGS84, longitude first; the first is the commence search point. At least two.
    searching : array of bool, shape (n - 1,)
        False on pieces that only lead from leg to leg.
    spacing_m : float
        Between legs, as laid; of a sector search the mean, see there.
    length_km, hours : float
        Legs and transits, on the ellipsoid, all at the search speed.
    """

    kind: PatternKind
    lonlat: Array
    searching: Flags
    spacing_m: float
    length_km: float
    hours: float

    @property
    def commence(self) -> LonLat:
        """Commence search point (lon, lat)."""
        return float(self.lonlat[0, 0]), float(self.lonlat[0, 1])

    @property
    def search_km(self) -> float:
        """Length of the legs, for `sar.sweep.coverage`."""
        return float(line_lengths_m(self.lonlat)[self.searching].sum()) / M_PER_KM

    @property
    def transit_km(self) -> float:
        """Length of the ways from leg to leg."""
        return float(line_lengths_m(self.lonlat)[~self.searching].sum()) / M_PER_KM


def spacing_for(sweep_width_m: float, coverage: float = 1.0) -> float:
    """Return the spacing (m) of legs that gives a coverage: sweep width / coverage (IAMSAR vol. II)."""
    _refuse(_not_above("sweep_width_m", sweep_width_m, 1e6) + _not_above("coverage", coverage, 100))
    return sweep_width_m / coverage


def parallel_sweep(
    area: Polygon,
    spacing_m: float,
    speed_kph: float,
    *,
    heading_deg: float | None = None,
    hours: float | None = None,
    near: LonLat | None = None,
) -> SearchPattern:
    """Return legs along the long side of an area: a large area, no place in it likelier than others.

    The commence search point is half a spacing inside the corner from which least way is lost. Where the width is no
    multiple of the spacing all legs lie evenly nearer, and the result tells the spacing they have. An area no wider
    than the spacing is passed once, through the middle. Ways from leg to leg are straight, also over holes and bays:
    see `outside_km`.

    Parameters
    ----------
    area : Polygon
        Degrees WGS84, longitude first; concave and with holes if need be.
    spacing_m : float
        Widest the legs may lie apart (1 % more at most); above zero.
    speed_kph : float
        Above zero.
    heading_deg : float, optional
        Of the legs, true, at the middle of the area; of its longest side (smallest rotated rectangle) if not given.
    hours : float, optional
        Endurance: what lies beyond is cut off.
    near : tuple of float, optional
        (lon, lat) the searcher comes from; counts for the choice of the corner.

    Raises
    ------
    BadInput
        If the area is empty, crosses itself, is too large or needs over `MAX_LEGS` legs, or a number is out of range.
    """
    return _sweep(PatternKind.PARALLEL_SWEEP, area, spacing_m, speed_kph, heading_deg, hours, near)


def creeping_line(
    area: Polygon,
    spacing_m: float,
    speed_kph: float,
    *,
    heading_deg: float | None = None,
    hours: float | None = None,
    near: LonLat | None = None,
) -> SearchPattern:
    """Return legs along the short side of an area, advancing along the long one: one end is likelier and comes first.

    Parameters as for `parallel_sweep`; `heading_deg` is that of the long axis, across which the legs lie. An area whose
    short side is no longer than the spacing is passed once along its long axis.
    """
    return _sweep(PatternKind.CREEPING_LINE, area, spacing_m, speed_kph, heading_deg, hours, near)


def _sweep(
    kind: PatternKind,
    area: Polygon,
    spacing_m: float,
    speed_kph: float,
    heading_deg: float | None,
    hours: float | None,
    near: LonLat | None,
) -> SearchPattern:
    _refuse(_faults(spacing_m, speed_kph, hours, heading_deg) + _area_faults(area) + _position_faults("near", near))
    plane = Plane(area.centroid.x, area.centroid.y)
    flat = shapely.transform(shapely.segmentize(area, _STEP_DEG), plane.metres)
    if not max(np.abs(flat.bounds)) <= MAX_REACH_M:
        raise BadInput(f"the area reaches over {MAX_REACH_M / M_PER_KM:g} km from its middle; split it")
    heading = long_axis_deg(flat) if heading_deg is None else heading_deg
    along = heading + (90.0 if kind is PatternKind.CREEPING_LINE else 0.0)
    turned = shapely.transform(flat, lambda xy: turn(xy, along))
    left, bottom, right, top = turned.bounds
    if kind is PatternKind.CREEPING_LINE and right - left <= spacing_m < top - bottom:
        along = heading
        turned = shapely.transform(flat, lambda xy: turn(xy, along))
        _, bottom, _, top = turned.bounds
    if top - bottom > MAX_LEGS * spacing_m:
        raise BadInput(f"legs {spacing_m:g} m apart are over {MAX_LEGS} in this area; split it or widen the spacing")
    count, laid_m = fit_spacing(top - bottom, spacing_m)
    cells = lay_legs(turned, count, laid_m)
    come = None if near is None else turn(plane.metres(np.array([near])), along)[0]
    points, searching = join_legs(cells, turned, None if come is None else (come[0], come[1]))
    return _pattern(kind, plane.degrees(turn_back(points, along)), searching, laid_m, speed_kph, hours)


def track_line(
    track: Array, spacing_m: float, speed_kph: float, *, sides: int = 2, hours: float | None = None
) -> SearchPattern:
    """Return a search along a known track: people lost on the way are likeliest near it.

    Out on the right of the track and back on its left, half a spacing off: a strip two spacings wide, ending where it
    began (IAMSAR: track line, return); or once straight along it (no return).

    Parameters
    ----------
    track : array, shape (n, 2)
        Degrees, longitude first.
    spacing_m, speed_kph : float
        Above zero. With two sides, bends tighter than a twentieth of the spacing are cut.
    sides : {1, 2}
    hours : float, optional
        Endurance.

    Raises
    ------
    BadInput
        If the track has no length, a number is out of range, or the track is too wound for the spacing.
    """
    line = np.asarray(track, dtype=float)
    faults = _faults(spacing_m, speed_kph, hours)
    if sides not in (1, 2):
        faults.append(f"sides must be 1 or 2, got {sides!r}")
    if line.ndim != 2 or line.shape[1:] != (2,) or not _on_earth(line):
        faults.append("the track must be a row of positions, longitude and latitude in degrees")
    elif len(line) < 2 or line_lengths_m(line).sum() <= 0:
        faults.append("the track has no length")
    _refuse(faults)
    line = line[np.append(True, line_lengths_m(line) > 0)]
    if sides == 1:
        return _pattern(PatternKind.TRACK_LINE, line, np.ones(len(line) - 1, bool), spacing_m, speed_kph, hours)
    plane = Plane(*(line.min(axis=0) + line.max(axis=0)) / 2)
    flat = plane.metres(line)
    if np.abs(flat).max() > MAX_REACH_M:
        raise BadInput(f"the track reaches over {MAX_REACH_M / M_PER_KM:g} km from its middle; split it")
    smooth = LineString(flat).simplify(spacing_m / 20)
    runs = [*_beside_track(smooth, -spacing_m / 2), *(run[::-1] for run in _beside_track(smooth, spacing_m / 2)[::-1])]
    searching = np.concatenate([np.append(np.ones(len(run) - 1, bool), False) for run in runs])[:-1]
    return _pattern(PatternKind.TRACK_LINE, plane.degrees(np.concatenate(runs)), searching, spacing_m, speed_kph, hours)


def _beside_track(track: LineString, offset_m: float) -> list[Array]:
    """Return the runs beside a track, in its direction; left where the offset is above zero."""
    beside = shapely.offset_curve(track, offset_m, join_style="mitre", mitre_limit=2.0)
    runs = [shapely.get_coordinates(run) for run in shapely.get_parts(beside) if run.length > 0]
    if not runs:
        raise BadInput("the track winds too tightly for this spacing; search it with one side or as an area")
    return sorted(runs, key=lambda run: float(track.project(shapely.Point(run[0]))))


def expanding_square(
    datum: LonLat,
    spacing_m: float,
    speed_kph: float,
    *,
    radius_m: float | None = None,
    hours: float | None = None,
    heading_deg: float = 0.0,
) -> SearchPattern:
    """Return a square spiral from the datum: the position is good, the object may be a little off it.

    Legs of 1, 1, 2, 2, 3, 3... spacings, each turn 90 degrees to the right. No place within is farther than half a
    spacing from the way, but for the corners: up to 0.59.

    Parameters
    ----------
    datum : tuple of float
        Likeliest position (lon, lat): the commence search point.
    spacing_m, speed_kph : float
        Above zero.
    radius_m, hours : float, optional
        Ends with the leg after which a circle of this radius is swept, or at this endurance; at least one of them.
    heading_deg : float
        Of the first leg, true.

    Raises
    ------
    BadInput
        If neither end is given, a number is out of range, or over `MAX_LEGS` legs are needed.
    """
    faults = _faults(spacing_m, speed_kph, hours, heading_deg) + _position_faults("datum", datum)
    if radius_m is None and hours is None:
        faults.append("an expanding square needs a radius or hours to end at")
    if radius_m is not None:
        faults += _not_above("radius_m", radius_m, MAX_REACH_M)
    _refuse(faults)
    legs = MAX_LEGS + 1
    if radius_m is not None:
        legs = 4 * max(int(np.ceil(radius_m / spacing_m - 0.5 - 1e-9)), 0) + 1
    if hours is not None:
        spacings = hours * speed_kph * M_PER_KM / spacing_m
        legs = min(legs, int(np.ceil(2 * np.sqrt(spacings + 1))))  # n legs make (n + 1)^2 / 4 spacings, rounded down
    if legs > MAX_LEGS:
        raise BadInput(f"legs {spacing_m:g} m apart are over {MAX_LEGS} in this square; widen the spacing")
    lengths = np.asarray(spacing_m * (np.arange(legs) // 2 + 1.0))
    points = dead_reckon(lengths, np.asarray(heading_deg + 90.0 * np.arange(legs)))
    searching = np.ones(legs, bool)
    lonlat = Plane(*datum).degrees(points)
    return _pattern(PatternKind.EXPANDING_SQUARE, lonlat, searching, spacing_m, speed_kph, hours)


def sector_search(
    datum: LonLat,
    radius_m: float,
    speed_kph: float,
    *,
    heading_deg: float = 0.0,
    runs: int = 1,
    hours: float | None = None,
) -> SearchPattern:
    """Return three triangles through the datum: the position is accurate and the area small.

    Nine legs of one radius, each turn 120 degrees to the right, straight on through the datum, which is passed after
    the third and sixth leg and reached after the ninth; a second run is turned 30 degrees to the right.

    The legs fan out: the spacing told is the mean, area of the circle / length of the legs, so that coverage is sweep
    width / spacing here too (0.35 radii for one run). Round the datum the coverage is higher, at the rim lower.

    Parameters
    ----------
    datum : tuple of float
        (lon, lat): the commence search point.
    radius_m, speed_kph : float
        Above zero.
    heading_deg : float
        Of the first leg, true.
    runs : {1, 2}
    hours : float, optional
        Endurance.

    Raises
    ------
    BadInput
        If a number is out of range.
    """
    faults = _faults(None, speed_kph, hours, heading_deg) + _position_faults("datum", datum)
    faults += _not_above("radius_m", radius_m, MAX_REACH_M)
    if runs not in (1, 2):
        faults.append(f"runs must be 1 or 2, got {runs!r}")
    _refuse(faults)
    once: Array = np.cumsum([0.0, 120, 120, 0, 120, 120, 0, 120, 120])
    headings: Array = heading_deg + np.concatenate([once, once + 30.0][:runs])
    lonlat = Plane(*datum).degrees(dead_reckon(radius_m * np.ones(9 * runs), headings))
    spacing_m = np.pi * radius_m / (9 * runs)
    return _pattern(PatternKind.SECTOR_SEARCH, lonlat, np.ones(9 * runs, bool), spacing_m, speed_kph, hours)


def outside_km(pattern: SearchPattern, area: Polygon) -> float:
    """Return how many kilometres of a pattern lead outside an area (by over a metre): over holes, bays."""
    line = shapely.segmentize(LineString(pattern.lonlat), _STEP_DEG)
    return float(GEOD.geometry_length(shapely.difference(line, area.buffer(_METRE_DEG)))) / M_PER_KM


def within_hours(pattern: SearchPattern, speed_kph: float, hours: float) -> SearchPattern:
    """Return a pattern as far as it is driven in some hours at a speed."""
    return _pattern(pattern.kind, pattern.lonlat, pattern.searching, pattern.spacing_m, speed_kph, hours)


def _pattern(
    kind: PatternKind, lonlat: Array, searching: Flags, spacing_m: float, speed_kph: float, hours: float | None
) -> SearchPattern:
    """Measure a pattern on the ellipsoid and cut it at the endurance."""
    lengths = line_lengths_m(lonlat)
    limit_m = np.inf if hours is None else hours * speed_kph * M_PER_KM
    if lengths.sum() > limit_m:
        piece = int(np.searchsorted(np.cumsum(lengths), limit_m))
        lonlat = np.concatenate([lonlat[: piece + 1], points_along(lonlat, np.array([limit_m]))])
        searching, lengths = searching[: piece + 1], line_lengths_m(lonlat)
    km = float(lengths.sum()) / M_PER_KM
    return SearchPattern(kind, lonlat, searching, float(spacing_m), km, km / speed_kph)


def _not_above(name: str, value: float, top: float) -> list[str]:
    return (
        []
        if np.isfinite(value) and 0 < value <= top
        else [f"{name} must be above 0 and at most {top:g}, got {value!r}"]
    )


def _faults(
    spacing_m: float | None, speed_kph: float, hours: float | None, heading_deg: float | None = None
) -> list[str]:
    faults = _not_above("speed_kph", speed_kph, 1000)
    faults += [] if spacing_m is None else _not_above("spacing_m", spacing_m, 100_000)
    faults += [] if hours is None else _not_above("hours", hours, 1000)
    if heading_deg is not None and not np.isfinite(heading_deg):
        faults.append(f"heading_deg must be a number, got {heading_deg!r}")
    return faults


def _on_earth(lonlat: Array) -> bool:
    return bool(np.isfinite(lonlat).all() and (np.abs(lonlat) <= (180.0, 85.0)).all())


def _position_faults(name: str, position: LonLat | None) -> list[str]:
    if position is None or _on_earth(np.array([position], dtype=float)):
        return []
    return [f"{name} must be a longitude and a latitude in degrees, got {position!r}"]


def _area_faults(area: Polygon) -> list[str]:
    if area.geom_type != "Polygon" or area.is_empty or not area.area > 0:
        return ["the search area must be one polygon that holds some ground"]
    if not area.is_valid:
        return [f"the outline of the search area is not valid: {shapely.is_valid_reason(area)}"]
    if not _on_earth(shapely.get_coordinates(area)):
        return ["the search area must be in degrees, longitude first"]
    return []


def _refuse(faults: list[str]) -> None:
    if faults:
        raise BadInput(faults)
