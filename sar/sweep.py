"""Effective sweep width by search object, platform and conditions, and detection from coverage.

From the air: the land sweep widths and terrain factors of the Australian National Search and Rescue Manual (NATSAR
2023). On the ground: W = k x Rd, the range of detection, with k of Koester et al. 2014 (Wilderness and Environmental
Medicine 25:132). A range measured by the team itself replaces all else. No detection experiment in a desert like the
Sahara is known: what is marked judgement below is that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from data.units import M_PER_KM

Array = NDArray[np.float64]

_M_PER_NM, _M_PER_FT = 1852.0, 0.3048


class Target(StrEnum):
    """What is searched for."""

    STANDING = "standing person"
    LYING = "lying person"
    VEHICLE = "vehicle"
    BODY = "body"


class Platform(StrEnum):
    """What is searched from."""

    GROUND_VEHICLE = "ground vehicle"
    FOOT = "foot"
    AIRCRAFT = "aircraft"
    DRONE = "drone"


class Terrain(StrEnum):
    """How much of the ground plants or slopes hide, as in the published table (per cent)."""

    OPEN = "open"  # under 15
    HILLY = "hilly"  # 15 to 60
    MOUNTAINOUS = "mountainous"  # 60 to 85
    DENSE = "dense"  # over 85


class Sun(StrEnum):
    """Where the light is."""

    GOOD = "good"  # behind or high
    LOW_AHEAD = "low ahead"
    NIGHT = "night"


#: NATSAR 2023, uncorrected visual sweep widths over land in nautical miles (printed to 0.1): rows by height (feet),
#: columns by visibility (km).
VISIBILITY_KM = np.array([5.0, 10.0, 20.0, 30.0, 40.0])
AIR_WIDTH_NM: dict[str, tuple[Array, Array]] = {
    "Person": (np.array([500.0, 1000.0]), np.array([[0.4, 0.4, 0.5, 0.5, 0.5], [0.4, 0.4, 0.5, 0.5, 0.5]])),
    "Vehicle": (np.array([500.0, 2000.0]), np.array([[0.9, 1.3, 1.3, 1.3, 1.3], [1.0, 1.5, 2.0, 2.0, 2.0]])),
}
#: NATSAR 2023, factor for vegetation or high terrain (printed to 0.1), in the order of `Terrain`.
TERRAIN_FACTOR: dict[str, tuple[float, ...]] = {"Person": (0.8, 0.5, 0.3, 0.1), "Vehicle": (1.0, 0.7, 0.4, 0.1)}

#: Koester et al. 2014: sweep width by range of detection, for objects of high, medium and low visibility (measured
#: 1.773, 1.556 and 1.135; to be used rounded).
RD_FACTOR = {"high": 1.8, "medium": 1.6, "low": 1.1}
#: Class of visibility on open bright ground. Judgement.
VISIBILITY_CLASS = {Target.STANDING: "medium", Target.LYING: "low", Target.VEHICLE: "high", Target.BODY: "low"}

#: Range of detection on the ground (m), by eye, open flat desert, good light. Judgement: measure your own.
GROUND_RD_M = {
    Platform.GROUND_VEHICLE: {Target.STANDING: 400.0, Target.LYING: 100.0, Target.VEHICLE: 1500.0, Target.BODY: 80.0},
    Platform.FOOT: {Target.STANDING: 400.0, Target.LYING: 120.0, Target.VEHICLE: 1500.0, Target.BODY: 100.0},
}
#: The published person waves or walks; share of that width for others, from the air. Judgement.
AIR_SHARE = {Target.STANDING: 1.0, Target.LYING: 0.6, Target.VEHICLE: 1.0, Target.BODY: 0.5}
#: Of the strip a drone's camera films, the share that counts as swept (one operator at a screen). Judgement.
DRONE_SHARE = {Target.STANDING: 0.8, Target.LYING: 0.6, Target.VEHICLE: 0.95, Target.BODY: 0.5}
#: Contrast lost in raised dust beyond the loss of visibility, and by light. Judgement.
DUST_FACTOR = 0.7
SUN_FACTOR = {Sun.GOOD: 1.0, Sun.LOW_AHEAD: 0.7, Sun.NIGHT: 0.1}
#: Speed (km/h) up to which nothing is lost. Aircraft: 120 knots (US National SAR Manual, JP 3-50, vol. I). Others
#: judgement, as is the loss beyond: with the root of the speed, for the time an object stays in view.
FREE_SPEED_KPH = {Platform.GROUND_VEHICLE: 25.0, Platform.FOOT: 4.0, Platform.AIRCRAFT: 222.0, Platform.DRONE: 36.0}


@dataclass(frozen=True)
class Conditions:
    """What it is like on scene.

    Attributes
    ----------
    visibility_km : float
        Meteorological; 0 to 100.
    terrain : Terrain
    dust : bool
        Raised dust or haze on scene.
    sun : Sun
    speed_kph : float, optional
        Search speed, above zero; one at which nothing is lost where not given.
    height_m : float
        Of an aircraft or a drone above the ground, 10 to 3000; of no account for others.
    field_of_view_deg : float
        Of a drone's camera across track, above 0 and under 180.
    """

    visibility_km: float = 20.0
    terrain: Terrain = Terrain.OPEN
    dust: bool = False
    sun: Sun = Sun.GOOD
    speed_kph: float | None = None
    height_m: float = 152.4
    field_of_view_deg: float = 70.0

    def __post_init__(self) -> None:
        if not 0 <= self.visibility_km <= 100:
            raise ValueError(f"visibility_km must be from 0 to 100, got {self.visibility_km!r}")
        if not 10 <= self.height_m <= 3000:
            raise ValueError(f"height_m must be from 10 to 3000, got {self.height_m!r}")
        if not 0 < self.field_of_view_deg < 180:
            raise ValueError(f"field_of_view_deg must be above 0 and under 180, got {self.field_of_view_deg!r}")
        if self.speed_kph is not None and not 0 < self.speed_kph <= 1000:
            raise ValueError(f"speed_kph must be above 0 and at most 1000, got {self.speed_kph!r}")


def width_from_rd(rd_m: float, visibility_class: str) -> float:
    """Return the sweep width (m) from a range of detection: 1.8, 1.6 or 1.1 x Rd (Koester et al. 2014).

    Parameters
    ----------
    rd_m : float
        Mean distance at which the object is first seen and last seen, walking towards and away from it. Not negative.
    visibility_class : {"high", "medium", "low"}
        Of the object against its ground.

    Raises
    ------
    ValueError
        If the range is negative or the class unknown.
    """
    if not (np.isfinite(rd_m) and rd_m >= 0):
        raise ValueError(f"range of detection must not be negative, got {rd_m!r}")
    if visibility_class not in RD_FACTOR:
        raise ValueError(f"visibility class '{visibility_class}' is none of {', '.join(RD_FACTOR)}")
    return RD_FACTOR[visibility_class] * rd_m


def sweep_width_m(target: Target, platform: Platform, on: Conditions, measured_rd_m: float | None = None) -> float:
    """Return the effective sweep width.

    Parameters
    ----------
    target : Target
    platform : Platform
    on : Conditions
    measured_rd_m : float, optional
        The team's own range of detection, measured on scene with a like object: it stands for all conditions, and
        only the factor of the object's class is applied.

    Returns
    -------
    float
        m; not negative.
    """
    if measured_rd_m is not None:
        return width_from_rd(measured_rd_m, VISIBILITY_CLASS[target])
    kind = "Vehicle" if target is Target.VEHICLE else "Person"
    if platform in GROUND_RD_M:
        seen_m = min(GROUND_RD_M[platform][target], on.visibility_km * M_PER_KM)
        width = width_from_rd(seen_m, VISIBILITY_CLASS[target])
    else:
        width = air_width_m(kind, on.height_m, on.visibility_km) * AIR_SHARE[target]
    if platform is Platform.DRONE:
        strip = 2 * on.height_m * np.tan(np.radians(on.field_of_view_deg / 2))
        width = min(width, float(strip) * DRONE_SHARE[target])
    factor = SUN_FACTOR[on.sun] * (DUST_FACTOR if on.dust else 1.0)
    # Rd on the ground is for open ground already, which the table from the air counts as 0.8 for a person.
    terrain = TERRAIN_FACTOR[kind][list(Terrain).index(on.terrain)]
    factor *= terrain / TERRAIN_FACTOR[kind][0] if platform in GROUND_RD_M else terrain
    speed, free = on.speed_kph or 0.0, FREE_SPEED_KPH[platform]
    return width * factor * (float(np.sqrt(free / speed)) if speed > free else 1.0)


def air_width_m(kind: str, height_m: float, visibility_km: float) -> float:
    """Return the published uncorrected sweep width from the air, linear between heights and visibilities.

    Below 5 km of visibility it falls to zero with it, above the highest row with the inverse of height (judgement);
    below 500 ft the first row stands.

    Parameters
    ----------
    kind : {"Person", "Vehicle"}
    height_m, visibility_km : float
        Not negative.

    Returns
    -------
    float
        m.
    """
    heights_ft, widths_nm = AIR_WIDTH_NM[kind]
    height_ft = height_m / _M_PER_FT
    by_height = [float(np.interp(visibility_km, VISIBILITY_KM, row)) for row in widths_nm]
    width_nm = float(np.interp(height_ft, heights_ft, by_height))
    near = min(visibility_km / float(VISIBILITY_KM[0]), 1.0)
    high = min(float(heights_ft[-1]) / max(height_ft, 1.0), 1.0)
    return width_nm * _M_PER_NM * near * high


def coverage(track_km: Array | float, width_m: Array | float, area_km2: Array | float) -> Array:
    """Return coverage: length of track x sweep width / area; for km/h in place of km, coverage for an hour.

    Parameters
    ----------
    track_km, width_m, area_km2 : float or array
        Shapes that go together; area above zero, others not negative.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    track, width, area = (np.asarray(each, dtype=float) for each in (track_km, width_m, area_km2))
    if not ((track >= 0).all() and (width >= 0).all() and (area > 0).all()):
        raise ValueError("track and sweep width must not be negative, and the area must be above zero")
    return np.asarray(track * width / M_PER_KM / area)


def pod(covered: Array | float) -> Array:
    """Return the probability of detection of a random search, POD = 1 - exp(-coverage) (Koopman 1946), in [0, 1)."""
    return np.asarray(-np.expm1(-np.asarray(covered, dtype=float)))


def cumulative_pod(pods: Array, axis: int = 0) -> Array:
    """Return the POD of several independent passes, 1 - prod(1 - POD); in their sum of coverages, 1 - exp(-sum C).

    Parameters
    ----------
    pods : array
        In [0, 1].
    axis : int
        Of the passes.

    Raises
    ------
    ValueError
        If a POD is out of range.
    """
    each = np.asarray(pods, dtype=float)
    if not ((each >= 0) & (each <= 1)).all():
        raise ValueError("a probability of detection must be in [0, 1]")
    return np.asarray(1 - np.prod(1 - each, axis=axis))
