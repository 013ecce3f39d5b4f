"""Where new bases, water points and beacons would do most: the region joined with the siting model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csc_array

from api.context import RegionContext
from api.usecases.inputs import DEFAULT_TYPE
from data.errors import BadInput, NoAnswer
from data.shapes import inside
from data.units import DAYS_PER_YEAR, M_PER_KM
from risk.assess import Conditions, assess
from risk.stranding import TRAFFIC_PER_H
from sar.fleet import VehicleType
from sar.site_benefit import (
    SitingParameters,
    base_benefit,
    car_hours,
    still_there_at,
    walk_benefit,
    walks_to,
)
from sar.siting import Siting, choose_sites

Array = NDArray[np.float64]
Progress = Callable[[float], None]

MOST_SITES = 50


@dataclass(frozen=True)
class _Ground:
    """The land segments of a day: rows of the network, people stranded a day, cars' hours from existing bases."""

    segments: pd.DataFrame
    conditions: Conditions
    people: Array
    death: Array
    still_there: Array
    closed: NDArray[np.bool_]
    base_h: Array


@dataclass(frozen=True)
class _Offer:
    """Candidates in the order of the benefit's columns (people a day), and what there is without them."""

    names: pd.DataFrame
    benefit: csc_array
    today: float


@dataclass(frozen=True)
class Kind:
    """A kind of site: its name, what its gain counts, what `today` counts, what the answer rests on."""

    noun: str
    counts: str
    today: str
    judgement: str
    offer: Callable[[RegionContext, _Ground, frozenset[str], SitingParameters], _Offer]


def propose_sites(
    context: RegionContext,
    on: date,
    kind: str,
    count: int,
    countries: Iterable[str] = (),
    *,
    parameters: SitingParameters | None = None,
    progress: Progress = lambda share: None,
) -> dict[str, Any]:
    """Choose where new sites of a kind would do most, as a JSON-ready document.

    Public positions of water and beacons are segments, never points; nothing is proposed in closed areas.

    Parameters
    ----------
    context : RegionContext
    on : date
        The day whose heat, water and closed areas hold; a year stands for 365.25 such days.
    kind : str
        One of `KINDS`.
    count : int
        From 1 to `MOST_SITES`.
    countries : iterable of str
        ISO 3166 codes that limit the candidates; none for all. A leg that crosses a border is in no single country.
    parameters : SitingParameters, optional
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    dict
        `sites` in the order in which each adds most to those before it; gains in people a year.

    Raises
    ------
    BadInput
        With every fault.
    NoAnswer
        If there is no candidate, or none adds anything.
    """
    wanted = check_request(context, kind, count, countries)
    parameters = parameters or SitingParameters()
    ground = _ground(context, on, parameters)
    progress(0.4)
    offer = KINDS[kind].offer(context, ground, wanted, parameters)
    progress(0.8)
    where = f" in {', '.join(sorted(wanted))}" if wanted else ""
    if offer.names.empty:
        raise NoAnswer(f"there is no open place for a new {KINDS[kind].noun}{where}")
    siting = choose_sites(offer.benefit, count)
    if not siting.sites:
        raise NoAnswer(f"no new {KINDS[kind].noun}{where} would reach anybody who is not reached now")
    return _document(context, on, kind, count, wanted, parameters, ground, offer, siting)


def check_request(context: RegionContext, kind: str, count: int, countries: Iterable[str]) -> frozenset[str]:
    """Return the countries asked for; raises BadInput with every fault of a request."""
    known = set(context.pack.places["country"])
    wanted = frozenset(country.strip().upper() for country in countries)
    faults = []
    if kind not in KINDS:
        faults.append(f"kind '{kind[:80]}' is not known; there are {', '.join(KINDS)}")
    if not 1 <= count <= MOST_SITES:
        faults.append(f"count must be from 1 to {MOST_SITES}, got {count}")
    faults += [
        f"country '{country[:80]}' is not known; there are {', '.join(sorted(known))}"
        for country in sorted(wanted - known)
    ]
    if faults:
        raise BadInput(faults)
    return wanted


def _ground(context: RegionContext, on: date, parameters: SitingParameters) -> _Ground:
    risk, everywhere = context.risk(on), context.network.segments
    land = (everywhere["mode"] != "sea").to_numpy()
    segments, table = pd.DataFrame(everywhere.drop(columns="geometry"))[land], risk.table[land]
    km = segments["length"].to_numpy(float) / M_PER_KM
    rate = np.nan_to_num(table["incident_rate_per_km_day"].to_numpy(float))
    closed = (context.blocked(on) != "").to_numpy()[land]
    places = context.pack.places
    bases = places.loc[places["roles"].str.contains("sar_base"), "country"]
    hours = car_hours(segments, _vehicle(context), closed, bases, parameters.fuel_reserve_share)
    return _Ground(
        segments,
        context.conditions(on),
        rate * km * np.nan_to_num(table["group_size"].to_numpy(float)),
        np.nan_to_num(table["death_probability"].to_numpy(float)),
        risk.still_there[land],
        closed,
        hours.min(axis=0, initial=np.inf),
    )


def _vehicle(context: RegionContext) -> VehicleType:
    return VehicleType.from_row(context.pack.vehicles.loc[DEFAULT_TYPE])


def _in_closed_area(ground: _Ground, lon: Array, lat: Array) -> NDArray[np.bool_]:
    """Return which positions lie in any closed area, on its paved roads too: people leave them on foot."""
    found = np.zeros(len(lon), dtype=bool)
    for block in ground.conditions.blocks:
        found |= inside(block.polygon, lon, lat)
    return found


def _bases(context: RegionContext, ground: _Ground, wanted: frozenset[str], parameters: SitingParameters) -> _Offer:
    """Offer places where cars can stop for the night or refuel, or people live, and that are no base yet."""
    places = context.pack.places
    fit = places["roles"].str.contains("night_stop|refuel") | places["kind"].isin(("city", "town", "oasis"))
    fit &= ~places["roles"].str.contains("sar_base")
    fit &= ~_in_closed_area(ground, places["lon"].to_numpy(float), places["lat"].to_numpy(float))
    if wanted:
        fit &= places["country"].isin(wanted)
    chosen = places[fit]
    hours = car_hours(
        ground.segments, _vehicle(context), ground.closed, chosen["country"], parameters.fuel_reserve_share
    )
    heard = parameters.heard_share * ground.people
    benefit = base_benefit(heard, ground.still_there, ground.base_h, hours, parameters.alarm_h)
    now = still_there_at(ground.still_there, parameters.alarm_h + ground.base_h[None, :])[0]
    names = pd.DataFrame({"place_id": chosen.index, "name": chosen["name"], "country": chosen["country"]})
    return _Offer(names, benefit, float((heard * now).sum()))


def _on_foot(
    context: RegionContext,
    ground: _Ground,
    wanted: frozenset[str],
    parameters: SitingParameters,
    works: float,
    car_h: Array | None,
) -> _Offer:
    """Offer the middles of open land segments for something that people walk to."""
    segments = ground.segments
    lon, lat = segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)
    fit = ~ground.closed & ~_in_closed_area(ground, lon, lat)
    if car_h is not None:
        fit &= np.isfinite(car_h)
    if wanted:
        fit &= segments["country"].isin(wanted).to_numpy()
    sites = np.flatnonzero(fit)
    outlines = [block.polygon for block in ground.conditions.blocks]
    length_m = segments["length"].to_numpy(float)
    walks = walks_to(lon, lat, length_m, sites, parameters.farthest_walk_km, outlines)
    traffic = segments["mode"].map(TRAFFIC_PER_H).to_numpy(float)
    found = assess(lon, lat, traffic, ground.conditions)
    benefit = walk_benefit(found, traffic, ground.people, walks, sites, works, car_h)
    return _Offer(_segment_names(context, segments.iloc[sites]), benefit, float((ground.people * ground.death).sum()))


def _water(context: RegionContext, ground: _Ground, wanted: frozenset[str], parameters: SitingParameters) -> _Offer:
    return _on_foot(context, ground, wanted, parameters, parameters.water_works, None)


def _beacons(context: RegionContext, ground: _Ground, wanted: frozenset[str], parameters: SitingParameters) -> _Offer:
    return _on_foot(context, ground, wanted, parameters, parameters.beacon_works, ground.base_h)


def _segment_names(context: RegionContext, segments: pd.DataFrame) -> pd.DataFrame:
    """Name segments by the ends of their leg; their positions are not told."""
    legs, places = context.network.legs.loc[segments["leg_id"]], context.pack.places
    start, end = (legs[side].map(places["name"]).to_numpy() for side in ("from_id", "to_id"))
    countries = [legs[side].map(places["country"]).to_numpy() for side in ("from_id", "to_id")]
    return pd.DataFrame(
        {
            "segment_id": segments.index,
            "name": [
                f"{first} – {last}, km {km_from:.0f}–{km_to:.0f}"
                for first, last, km_from, km_to in zip(start, end, segments["km_from"], segments["km_to"], strict=True)
            ],
            "country": ["/".join(dict.fromkeys(pair)) for pair in zip(*countries, strict=True)],
        }
    )


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "base": Kind(
            "base",
            "people met alive by a car",
            "met alive by cars of today's bases",
            "when and how often a base hears of a stranding, cars' speeds and fuel; cars stay in their country, legs "
            "that cross a border are driven by nobody, curfew and crews are not counted",
            _bases,
        ),
        "water": Kind(
            "water point",
            "people who live because water is nearer",
            "die now",
            "how many walk and who knows of the point, that it works as often as said; whether there is ground water "
            "is not known here, and a group counts its best new point only",
            _water,
        ),
        "beacon": Kind(
            "beacon",
            "people who live because a call was made on foot",
            "die now",
            "how many walk and who knows of the beacon, that the call gets through; shade or water at it is not "
            "counted, and it is worth nothing where no base's car may drive",
            _beacons,
        ),
    }
)


def _document(
    context: RegionContext,
    on: date,
    kind: str,
    count: int,
    wanted: frozenset[str],
    parameters: SitingParameters,
    ground: _Ground,
    offer: _Offer,
    siting: Siting,
) -> dict[str, Any]:
    stranded, dead = ground.people, ground.people * ground.death
    no_car = ~np.isfinite(ground.base_h)
    return {
        "data_version": context.pack.version,
        "date": on.isoformat(),
        "kind": kind,
        "count": count,
        "countries": sorted(wanted),
        "counts": KINDS[kind].counts,
        "unit": "people a year of days like this one",
        "stranded_per_year": float(stranded.sum()) * DAYS_PER_YEAR,
        "deaths_per_year": float(dead.sum()) * DAYS_PER_YEAR,
        "deaths_beyond_cars_share": float(dead[no_car].sum() / max(dead.sum(), 1e-300)),
        "today_counts": KINDS[kind].today,
        "today_per_year": offer.today * DAYS_PER_YEAR,
        "gain_per_year": siting.total * DAYS_PER_YEAR,
        "bound_per_year": siting.bound * DAYS_PER_YEAR,
        "possible_per_year": siting.possible * DAYS_PER_YEAR,
        "gap": siting.gap,
        "proven_optimal": siting.proven,
        "solver_status": siting.status,
        "candidates": len(offer.names),
        "candidates_searched": siting.searched,
        "parameters": asdict(parameters),
        "judgement": KINDS[kind].judgement,
        "sites": _sites(offer, siting),
    }


def _sites(offer: _Offer, siting: Siting) -> list[dict[str, Any]]:
    reached = offer.benefit[:, list(siting.sites)].toarray()
    serves = np.where(reached.max(axis=1) > 0, np.argmax(reached, axis=1), -1)
    told = []
    for rank, site in enumerate(siting.sites):
        told.append(
            {
                "rank": rank + 1,
                **{name: str(value) for name, value in offer.names.iloc[site].items()},
                "gain_per_year": siting.gain[rank] * DAYS_PER_YEAR,
                "loss_without_per_year": siting.loss[rank] * DAYS_PER_YEAR,
                "share_of_possible": sum(siting.gain[: rank + 1]) / siting.possible,
                "segments_served": int((serves == rank).sum()),
            }
        )
    return told
