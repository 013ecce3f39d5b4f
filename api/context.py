"""The region opened once: pack, network and tables, and the risk of the days asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from api.answer_cache import AnswerCache
from api.region_choice import climate_of, heights_of
from data.region_folder import SHIPPED

if TYPE_CHECKING:
    import pandas as pd

    from api.shelf import Shelf
    from data.grid import RasterGrid
    from data.region_pack import RegionPack
    from data.weather_field import WeatherField
    from risk.assess import Conditions
    from risk.combine import SegmentRisk
    from risk.heat import LossTable
    from risk.incidents import StrandingRate
    from risk.outlines import Outline
    from risk.response import Responders
    from risk.sea import Sea
    from risk.terrain import Ground
    from risk.weather import WeatherRecord
    from routes.joins import NetworkPoints
    from routes.network import Network

#: Days whose risk is kept; one takes some 40 MB.
_DAYS_KEPT = 4
Made = TypeVar("Made")
#: Of the answers kept of one region: some thousand ways.
_MOST_ANSWERS_BYTES = 8_000_000


@dataclass(eq=False)
class RegionContext:
    """A region ready for use; shared by all requests of a process, and equal only to itself.

    Attributes
    ----------
    pack : RegionPack
    network : Network
    weather_file : WeatherField or None
        Put in place of climate normals where it covers.
    elevation : RasterGrid or None
        Heights, for slopes and the lapse of temperature.
    climate : mapping of str to RasterGrid
        Imported monthly climate, put in place of the stations' where it covers; see `data.climate_raster`.
    shelf : Shelf or None
        Where what is computed of the region is kept between starts.
    """

    pack: RegionPack
    network: Network
    weather_file: WeatherField | None = None
    elevation: RasterGrid | None = None
    climate: Mapping[str, RasterGrid] = field(default_factory=dict)
    shelf: Shelf | None = None
    _risk: dict[date, SegmentRisk] = field(default_factory=dict)
    _made: dict[tuple[str, date], Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def version(self) -> str:
        """Version of the facts; see `RegionPack`."""
        return self.pack.version

    @cached_property
    def answers(self) -> AnswerCache:
        """What was answered about the region before, by what was asked."""
        return AnswerCache(_MOST_ANSWERS_BYTES)

    @cached_property
    def weather(self) -> WeatherRecord:
        """Where weather is taken from: the file given, else imported climate, else the pack's normals."""
        from risk.weather import WeatherRecord

        return WeatherRecord(self.pack.climate_stations, self.pack.climate_normals, self.weather_file, self.climate)

    def with_files(self, weather: WeatherField | None = None, elevation: RasterGrid | None = None) -> RegionContext:
        """Return the same region under the weather and on the heights of files."""
        given = weather is not None or elevation is not None
        heights = self.elevation if elevation is None else elevation
        return RegionContext(self.pack, self.network, weather, heights, self.climate) if given else self

    @cached_property
    def loss_table(self) -> LossTable:
        """ISO 7933 water-loss table shipped with the project."""
        from data.tables import read_water_loss
        from risk.heat import LossTable

        return LossTable(**read_water_loss())

    @cached_property
    def shores(self) -> tuple[Outline, ...]:
        """Rivers and lakes of the pack."""
        from risk.outlines import outlines

        return outlines(self.pack.water_shapes)

    @cached_property
    def sea(self) -> Sea:
        """Facts of the sea; rescue leaves from the rescue bases among the ends of sea legs."""
        from risk.sea import Sea

        legs, places = self.pack.legs, self.pack.places
        shores = legs[legs["mode"] == "sea"][["from_id", "to_id"]].to_numpy().ravel()
        ports = places[places["place_id"].isin(shores) & places["roles"].str.contains("sar_base")]
        lonlat = ports[["lon", "lat"]].to_numpy(float)
        return Sea(self.pack.sea_stations, self.pack.sea_normals, self.pack.sea_corridors, lonlat)

    @cached_property
    def ground(self) -> Ground:
        """Sand seas of the pack, and the heights of the file given."""
        from risk.terrain import Ground, sand_grid

        return Ground(sand_grid(self.pack.sand_seas), self.elevation)

    @cached_property
    def network_points(self) -> NetworkPoints:
        """Points along all legs, where open ground may meet them."""
        from routes.joins import NetworkPoints

        return NetworkPoints.of(self.network)

    @cached_property
    def responders(self) -> Responders:
        """Hours from the nearest rescue base to each land segment."""
        from risk.response import Responders
        from routes.reach import driving_hours

        places, segments = self.pack.places, self.network.segments
        bases = places.index[places["roles"].str.contains("sar_base")]
        land = (segments["mode"] != "sea").to_numpy()
        lon, lat = (segments[axis].to_numpy(float)[land] for axis in ("lon", "lat"))
        return Responders(lon, lat, driving_hours(self.network, bases)[land])

    @cached_property
    def town_distance_m(self) -> NDArray[np.float64]:
        """Distance of each segment's middle to the nearest inhabited place, m."""
        from risk.water import INHABITED_KINDS, WaterSupply, water_distance

        towns = self.pack.places[self.pack.places["kind"].isin(INHABITED_KINDS)]
        lon, lat = towns["lon"].to_numpy(float), towns["lat"].to_numpy(float)
        supply = WaterSupply(lon, lat, np.ones(len(towns)))
        segments = self.network.segments
        return water_distance(segments["lon"].to_numpy(float), segments["lat"].to_numpy(float), supply, 1).nearest_m

    def conditions(self, on: date) -> Conditions:
        """Return what holds everywhere on a day."""
        from risk.assess import Conditions
        from risk.blocks import blocks_on
        from risk.water import water_supply

        supply = water_supply(self.pack.water_points, self.pack.places, on, self.shores)
        blocks = blocks_on(self.pack.blocked_areas, on)
        return Conditions(on, supply, self.weather, self.loss_table, self.sea, self.ground, self.responders, blocks)

    def blocked(self, on: date) -> pd.Series:
        """Return the closed area in which each segment lies on a day, as its id; "" for open ones."""
        from risk.blocks import blocked_segments, blocks_on

        return blocked_segments(self.network.segments, blocks_on(self.pack.blocked_areas, on))

    def water_points(self, on: date) -> pd.DataFrame:
        """Return the water points with the `probability` that each gives water on a day."""
        from risk.water import give_probability

        water = self.pack.water_points
        return water.assign(probability=give_probability(water["kind"], water["reliability"], water["verified_on"], on))

    def stranding_rate(self, on: date) -> StrandingRate:
        """Return the posterior stranding rate of every segment as known on a day."""
        from risk.incidents import stranding_rate
        from routes.segments import adjacency

        segments = self.network.segments
        return stranding_rate(segments, adjacency(segments), self.pack.incidents, self.town_distance_m, on)

    def risk(self, on: date) -> SegmentRisk:
        """Return the risk of every segment on a day, computed once for the days last asked about."""
        with self._lock:
            if on not in self._risk:
                while len(self._risk) >= _DAYS_KEPT:
                    del self._risk[next(iter(self._risk))]
                self._risk[on] = self._risk_of(on)
            return self._risk[on]

    def of_day(self, what: str, on: date, make: Callable[[], Made]) -> Made:
        """Return what was made of a day, made once for the days last asked about."""
        key = (what, on)
        with self._lock:
            if key in self._made:
                found: Made = self._made[key]
                return found
        made = make()
        with self._lock:
            while len(self._made) >= _DAYS_KEPT:
                del self._made[next(iter(self._made))]
            self._made[key] = made
        return made

    def _risk_of(self, on: date) -> SegmentRisk:
        from risk.combine import segment_risk

        return segment_risk(self.network.segments, self.stranding_rate(on), self.conditions(on))


@lru_cache(maxsize=2)
def open_region(folder: Path = SHIPPED) -> RegionContext:
    """Open a region folder; raises BadInput with every fault of its tables."""
    from data.region_pack import load_region
    from routes.network import build_network

    pack = load_region(folder)
    return RegionContext(pack, build_network(pack), elevation=read_heights(folder), climate=read_climates(folder))


def read_heights(folder: Path) -> RasterGrid | None:
    """Read the heights imported with a region, if there are any."""
    path = heights_of(folder)
    if path is None:
        return None
    from data.elevation import read_elevation

    return read_elevation(path)


def read_climates(folder: Path) -> Mapping[str, RasterGrid]:
    """Read the climate imported with a region; empty where there is none."""
    path = climate_of(folder)
    if path is None:
        return {}
    from data.climate_raster import read_climate

    return read_climate(path)
