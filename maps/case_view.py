"""A distress case joined with names and geometry, ready to be drawn, printed or exported.

No free text of the case comes in here: what people wrote may name somebody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.grid import RasterGrid
from routes.described import Described
from routes.geodesy import line_lengths_m
from sar.alert import Alert, SourceGrade
from sar.next_legs import Choice, Question
from sar.poa import SearchAreas
from sar.scenarios import Scenario
from sar.sweep import Platform

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SearchedTrack:
    """A track that was searched and where nothing was found.

    Attributes
    ----------
    number : int
        Of its event.
    asset_id : str or None
    platform : Platform
    lonlat : array, shape (n, 2)
    begun, ended : datetime
    pos : float or None
        Chance that it had of finding somebody when it was told.
    """

    number: int
    asset_id: str | None
    platform: Platform
    lonlat: Array
    begun: datetime
    ended: datetime
    pos: float | None

    @property
    def km(self) -> float:
        """Its length."""
        return float(line_lengths_m(self.lonlat).sum()) / 1000

    @property
    def hours(self) -> float:
        """Hours on it."""
        return (self.ended - self.begun).total_seconds() / 3600


@dataclass(frozen=True, eq=False)
class OrderedLeg:
    """A leg given to an asset, with a time at each point."""

    number: int
    asset_id: str
    to: str
    lonlat: Array
    times: tuple[datetime, ...]
    searching: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class NextLeg:
    """The best leg of an asset, or another one worth a look (`rank` above 1), with a time at each point."""

    asset_id: str
    platform: Platform
    rank: int
    choice: Choice
    times: tuple[datetime, ...]

    @property
    def lonlat(self) -> Array:
        """Points of the way, shape (k, 2)."""
        return self.choice.leg.lonlat


@dataclass(frozen=True)
class ClueMark:
    """A clue: what, where to within a radius, when."""

    number: int
    what: str
    lon: float
    lat: float
    radius_km: float
    seen_at: datetime
    grade: SourceGrade
    bearing_deg: float | None


@dataclass(frozen=True)
class FindMark:
    """People found."""

    number: int
    alive: int
    dead: int
    lon: float
    lat: float
    found_at: datetime
    asset_id: str | None


@dataclass(frozen=True)
class LastPosition:
    """A point that stands for where people were; half of what was understood lies within `radius_km` of it."""

    name: str
    lon: float
    lat: float
    radius_km: float


@dataclass(frozen=True, eq=False)
class CaseView:
    """A case with everything that an export needs.

    Attributes
    ----------
    case_id, status : str
        Status is "open", "suspended" or "closed".
    now : datetime
    zone : ZoneInfo
        Of the place nearest to the last position.
    alert : Alert
        With all facts learnt since; its words are not to be exported.
    said : Described
        Its place as understood.
    told_bearing_deg : float or None
        Way that walkers were said to go.
    looked_for, found_alive, found_dead : int
    hours_left : tuple of float
        Until a tenth, half and nine tenths of those now alive are dead; infinity beyond `ahead_h`.
    ahead_h : float
        Hours followed from now on.
    alive : float
        Share thought alive now.
    scenarios : mapping of Scenario to (float, float)
        Weight before any message, and now.
    poa : RasterGrid
    poa_outside : float
        With the cells of `poa` it makes 1.
    outside : float
        Chance that people are nowhere that the alert could mean; with the areas it makes 1.
    areas : SearchAreas
    searches : tuple of SearchedTrack
    pos : float
        Chance that all searches together had.
    ordered : tuple of OrderedLeg
    next_legs : tuple of NextLeg
        Of each asset the best leg, and others by rank.
    idle : tuple of str
        Assets that can reach nothing in time.
    assets_assumed : bool
        Nobody named an asset.
    questions : tuple of Question
        Most worth asking first.
    clues : tuple of ClueMark
    finds : tuple of FindMark
    storms : tuple of (datetime, datetime)
    last_positions : tuple of LastPosition
        Of the alert as it is understood now first; then, where it was another, of the alert as it came in.
    safety : mapping of str to str
        Asset to the place of safety that people it finds may be brought to; assets without one are left out.
    countries : mapping of str to str
        Country codes that `said` may hold, by language: "fr:LY" to "Libye".
    places, water_points : DataFrame
        `places` indexed by place_id; `water_points` with `probability`.
    segments : GeoDataFrame
    remarks : tuple of str
    data_version : str
    """

    case_id: str
    status: str
    now: datetime
    zone: ZoneInfo
    alert: Alert
    said: Described
    told_bearing_deg: float | None
    looked_for: int
    found_alive: int
    found_dead: int
    hours_left: tuple[float, float, float]
    ahead_h: float
    alive: float
    scenarios: Mapping[Scenario, tuple[float, float]]
    poa: RasterGrid
    poa_outside: float
    outside: float
    areas: SearchAreas
    searches: tuple[SearchedTrack, ...]
    pos: float
    ordered: tuple[OrderedLeg, ...]
    next_legs: tuple[NextLeg, ...]
    idle: tuple[str, ...]
    assets_assumed: bool
    questions: tuple[Question, ...]
    clues: tuple[ClueMark, ...]
    finds: tuple[FindMark, ...]
    storms: tuple[tuple[datetime, datetime], ...]
    last_positions: tuple[LastPosition, ...]
    safety: Mapping[str, str]
    countries: Mapping[str, str]
    places: pd.DataFrame
    water_points: pd.DataFrame
    segments: gpd.GeoDataFrame
    remarks: tuple[str, ...]
    data_version: str

    @property
    def best_legs(self) -> tuple[NextLeg, ...]:
        """The best leg of each asset that has one."""
        return tuple(each for each in self.next_legs if each.rank == 1)

    @property
    def under_way(self) -> tuple[OrderedLeg, ...]:
        """Legs ordered that are not done yet, the last of each asset."""
        last = {each.asset_id: each for each in self.ordered}
        return tuple(each for each in last.values() if each.times[-1] > self.now)
