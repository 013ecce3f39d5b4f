"""What the public may know of a corridor, gathered and passed through the one policy (`api.access.policy`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.access.audience import Audience
from api.access.policy import allowed, cells_document, restrict
from api.context import RegionContext
from data.units import REGION_BBOX
from maps.public_view import Hotline, PublicFacts
from risk.awareness import year_of_heat
from risk.immersion import immersion_survival
from risk.sea import water_degc
from risk.survival import hours_alive
from risk.water import water_distance
from routes.dry_way import way_to_water_km

#: Water so near the middle of a segment counts as water beside it: the position of a track is no better than that.
BESIDE_M = 10_000.0
#: Classes in which the way to water is told: coarse, so that no well can be found by them.
DRY_CLASSES_KM = (25, 50, 100, 200)
#: Edges of the map lie on multiples of this; positions that stand for a corridor's heat.
_VIEW_STEP_DEG, _POSITIONS = 2.0, 60
_LONGEST_IN_WATER_H = 73


def corridors_of(context: RegionContext) -> tuple[str, ...]:
    """Return the names of the corridors the public sees a leg of."""
    return tuple(sorted(restrict("legs", context.pack.legs, Audience.PUBLIC)["corridor"].unique()))


def public_facts(context: RegionContext, corridor: str, on: date, hotlines: tuple[Hotline, ...] = ()) -> PublicFacts:
    """Gather what the public page says.

    Parameters
    ----------
    corridor : str
        One of `corridors_of`, or "" for the whole region.
    on : date
        Today; a month's heat and the published cells depend on it.
    """
    pack = context.pack
    computed = _corridor_facts(context, corridor, on.year, on.month)
    told = allowed("corridor_facts", computed, Audience.PUBLIC)
    features = cells_document(pack.incidents, on, pack.version)["features"]
    # a choice out of published cells by an open box: it tells no more than they do
    cells = tuple(each["properties"] for each in features if _meets(each["properties"], told["view"]))
    serving = tuple(each for each in hotlines if not each.corridors or not corridor or corridor in each.corridors)
    return PublicFacts(
        on=on, corridors=corridors_of(context), cells=cells, hotlines=serving, data_version=pack.version,
        places=restrict("places", pack.places, Audience.PUBLIC),
        shapes=restrict("water_shapes", pack.water_shapes, Audience.PUBLIC), **told,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _corridor_facts(context: RegionContext, corridor: str, year: int, month: int) -> dict[str, Any]:
    segments = context.network.segments
    chosen = (segments["corridor"] == corridor).to_numpy() if corridor else np.ones(len(segments), bool)
    sea = (segments["mode"] == "sea").to_numpy()
    land_rows, sea_rows = np.flatnonzero(chosen & ~sea), np.flatnonzero(chosen & sea)
    found: dict[str, Any] = {"corridor": corridor, "view": _view(segments[chosen], bool(corridor))}
    found |= {"months": (), "dry_beyond_km": None, "sea_degc": None, "in_water_h": None}
    if len(land_rows):
        lon, lat = _positions(segments, land_rows)
        found["months"] = year_of_heat(lon, lat, context.weather, context.loss_table, year)
        found["dry_beyond_km"] = _class_of(float(_way_to_water(context)[land_rows].max()))
    if len(sea_rows):
        lon, lat = _positions(segments, sea_rows)
        coldest = float(water_degc(lon, lat, date(year, month, 15), context.sea).min())
        hours = np.arange(float(_LONGEST_IN_WATER_H))
        alive = immersion_survival(np.array([[coldest]]), hours[None, :], context.sea.immersion)
        # of those who can be saved at all: who is lost at once is lost before any hour
        lasting = alive / alive[:, :1]
        first, last = (float(hours_alive(lasting, share)[0]) for share in (0.9, 0.1))
        found |= {"sea_degc": coldest, "in_water_h": (first, min(last, float(_LONGEST_IN_WATER_H)))}
    return found


@lru_cache(maxsize=2)
def _way_to_water(context: RegionContext) -> NDArray[np.float64]:
    """Return for each segment the way to known water, whatever its state: no state of a well can be read from it."""
    segments = context.network.segments
    supply = context.conditions(date(2026, 1, 1)).supply
    same = replace(supply, probability=np.ones_like(supply.probability))
    lon, lat = (segments[axis].to_numpy(float) for axis in ("lon", "lat"))
    return way_to_water_km(segments, water_distance(lon, lat, same, 1).nearest_m <= BESIDE_M)


def _class_of(km: float) -> int:
    return max((edge for edge in DRY_CLASSES_KM if km > edge), default=0)


def _positions(segments: pd.DataFrame, rows: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    kept = rows[:: max(1, len(rows) // _POSITIONS)]
    return segments["lon"].to_numpy(float)[kept], segments["lat"].to_numpy(float)[kept]


def _view(segments: pd.DataFrame, is_corridor: bool) -> tuple[float, float, float, float]:
    if not is_corridor:
        return REGION_BBOX
    low = segments[["lon", "lat"]].min().to_numpy(float)
    high = segments[["lon", "lat"]].max().to_numpy(float)
    left, bottom = (np.floor((low - 0.5) / _VIEW_STEP_DEG) * _VIEW_STEP_DEG).tolist()
    right, top = (np.ceil((high + 0.5) / _VIEW_STEP_DEG) * _VIEW_STEP_DEG).tolist()
    while right - left < top - bottom:  # a page has more room beside than below
        left, right = left - _VIEW_STEP_DEG, right + _VIEW_STEP_DEG
    return left, bottom, right, top


def _meets(cell: dict[str, Any], view: tuple[float, float, float, float]) -> bool:
    left, bottom, right, top = view
    side = cell["side_deg"]
    return bool(
        cell["west"] < right and cell["west"] + side > left and cell["south"] < top and cell["south"] + side > bottom
    )
