"""Who searches, and how far it sees hour by hour."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from sar.particles import TARGETS
from sar.sweep import FREE_SPEED_KPH, Conditions, Platform, Sun, sweep_width_m

Array = NDArray[np.float64]

#: Straight over open ground, km/h. Judgement.
OFF_TRACK_KPH = {Platform.GROUND_VEHICLE: 15.0, Platform.FOOT: 4.0}
#: Getting there by air, km/h. Judgement.
AIR_KPH = {Platform.AIRCRAFT: 220.0, Platform.DRONE: 50.0}
#: Visibility in a sandstorm, km (WMO: below 1 km).
STORM_VISIBILITY_KM = 0.3


@dataclass(frozen=True)
class Searcher:
    """A car, foot team, aircraft or drone.

    Attributes
    ----------
    asset_id : str
    platform : Platform
    lon, lat : float
        Where it is, degrees.
    ready_h : float
        Hour, on the particles' clock, from which it can leave.
    endurance_h : float
        Hours it can be away from then on, the way back included.
    home_lon, home_lat : float
        Where it has to be by then.
    speed_kph : float or None
        While it searches; one at which nothing is lost where None.
    speed_share : float
        Of the usual speeds of the tracks, on the way.
    height_m : float
        Of an aircraft or a drone.
    measured_rd_m : float or None
        The team's own range of detection.
    """

    asset_id: str
    platform: Platform
    lon: float
    lat: float
    ready_h: float
    endurance_h: float
    home_lon: float
    home_lat: float
    speed_kph: float | None = None
    speed_share: float = 1.0
    height_m: float = 152.4
    measured_rd_m: float | None = None

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.endurance_h <= 240:
            faults.append(f"{self.asset_id}: endurance must be above 0 and at most 240 h, got {self.endurance_h:g}")
        if self.speed_kph is not None and not 0 < self.speed_kph <= 1000:
            faults.append(f"{self.asset_id}: speed must be above 0 and at most 1000 km/h, got {self.speed_kph:g}")
        if self.measured_rd_m is not None and not 0 < self.measured_rd_m <= 20_000:
            faults.append(f"{self.asset_id}: range of detection must be above 0 and at most 20000 m")
        if faults:
            raise BadInput(faults)

    @property
    def flies(self) -> bool:
        """Whether it goes straight."""
        return self.platform in AIR_KPH

    @property
    def search_kph(self) -> float:
        """Speed while it searches."""
        return self.speed_kph or FREE_SPEED_KPH[self.platform]

    def moved(self, lon: float, lat: float, ready_h: float) -> Searcher:
        """Return the same, elsewhere and later; what is left of its endurance goes on."""
        left = self.endurance_h - (ready_h - self.ready_h)
        return replace(self, lon=lon, lat=lat, ready_h=ready_h, endurance_h=max(left, 1e-3))


@dataclass(frozen=True, eq=False)
class Skies:
    """Light and sight by whole hours of the particles' clock.

    Attributes
    ----------
    night : bool array, shape (hours,)
        The sun is down.
    storm : bool array, shape (hours,)
        A sandstorm: nobody drives or flies.
    visibility_km : float
        Outside storms.
    """

    night: NDArray[np.bool_]
    storm: NDArray[np.bool_]
    visibility_km: float = 20.0

    def widths(self, searcher: Searcher, speed_kph: float | None = None) -> Array:
        """Return the sweep width for each of `TARGETS` in each hour, m, shape (hours, targets)."""
        day, dark = (
            np.array([self._width(searcher, row, sun, speed_kph) for row in range(len(TARGETS))])
            for sun in (Sun.GOOD, Sun.NIGHT)
        )
        widths = np.where(self.storm[:, None], 0.0, np.where(self.night[:, None], dark, day))
        return np.asarray(widths, dtype=float)

    def _width(self, searcher: Searcher, row: int, sun: Sun, speed_kph: float | None) -> float:
        on = Conditions(
            visibility_km=self.visibility_km,
            sun=sun,
            speed_kph=speed_kph or searcher.search_kph,
            height_m=searcher.height_m,
        )
        return sweep_width_m(TARGETS[row], searcher.platform, on, searcher.measured_rd_m)

    def through(self, start_h: float, needed_h: Array) -> Array:
        """Return the hours at which work is done that needs so many hours from a start, storms waited out.

        Parameters
        ----------
        start_h : float
        needed_h : array
            Rising, not negative.
        """
        worked = np.concatenate([[0.0], np.cumsum(~self.storm)])
        begun = float(np.interp(start_h, np.arange(len(worked)), worked)) + max(start_h - len(self.storm), 0.0)
        wanted = begun + np.asarray(needed_h, dtype=float)
        # the first whole hour by which so much has been worked, less what was too much
        whole = np.searchsorted(worked, np.minimum(wanted, worked[-1]) - 1e-9).clip(max=len(worked) - 1)
        done = whole - (worked[whole] - np.minimum(wanted, worked[-1]))
        # what is left after the hours known is done after them, also where they end in a storm
        done = np.where(wanted > worked[-1] + 1e-9, len(self.storm) + wanted - worked[-1], done)
        return np.asarray(np.maximum(done, start_h), dtype=float)

    def next_light(self, hour: float) -> float:
        """Return the next hour that is light and calm; the hour itself where it is."""
        for whole in range(int(hour), len(self.night)):
            if not (self.night[whole] or self.storm[whole]):
                return max(hour, float(whole))
        return hour
