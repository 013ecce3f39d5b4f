"""How the people of an exercise say where they are: honest, and off by the spreads that descriptions are read with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from api.context import RegionContext
from api.usecases.locate import tracks_of
from data.errors import NoAnswer
from data.units import KM_PER_DEG, M_PER_KM
from risk.water import INHABITED_KINDS
from routes.geodesy import GEOD
from sar.whereabouts import HOURS_OF_TRAVEL_A_DAY, SpreadParameters

#: Ways of telling a place and how often each is used.
KINDS = {"offset": 0.4, "beyond": 0.2, "between": 0.2, "travel": 0.1, "position": 0.1}
#: Places are named from so far, km; nearer ones oftener.
_NAMED_KM = (8.0, 160.0)
_WAYS = {
    0: ("north", "au nord"), 45: ("north-east", "au nord-est"), 90: ("east", "à l'est"),
    135: ("south-east", "au sud-est"), 180: ("south", "au sud"), 225: ("south-west", "au sud-ouest"),
    270: ("west", "à l'ouest"), 315: ("north-west", "au nord-ouest"),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """Words for a place, and the way they were made."""

    text: str
    kind: str


def describe(
    context: RegionContext, lon: float, lat: float, row: int, on_track: bool, language: str, rng: Generator
) -> Told:
    """Say where a position is, as people do.

    Parameters
    ----------
    lon, lat : float
        Degrees.
    row : int
        Of the tracks, where the group left them or is.
    on_track : bool
    language : {"en", "fr"}
    """
    # whoever is off the tracks does not say where along one
    kinds = {name: share for name, share in KINDS.items() if on_track or name in ("offset", "position")}
    kind = str(rng.choice(list(kinds), p=np.array(list(kinds.values())) / sum(kinds.values())))
    french = language == "fr"
    if kind == "position":
        off = 2.0 / KM_PER_DEG * rng.standard_normal(2)
        return Told(f"{lat + off[0]:.2f}, {lon + off[1]:.2f} ± 5 km", kind)
    if kind == "offset":
        return Told(_offset(context, lon, lat, french, rng), kind)
    return Told(_along(context, row, kind, french, rng), kind)


def _offset(context: RegionContext, lon: float, lat: float, french: bool, rng: Generator) -> str:
    """Say distance and compass word from a known place."""
    places = context.pack.places
    towns = places[places["kind"].isin(INHABITED_KINDS)]
    bearing, _, away_m = GEOD.inv(
        towns["lon"].to_numpy(float), towns["lat"].to_numpy(float), np.full(len(towns), lon), np.full(len(towns), lat)
    )
    away_km = np.asarray(away_m) / M_PER_KM
    near = np.flatnonzero((away_km > _NAMED_KM[0]) & (away_km < _NAMED_KM[1]))
    if not len(near):
        raise NoAnswer("no place is near enough to be named")
    chance = 1 / away_km[near]
    place = int(rng.choice(near, p=chance / chance.sum()))
    spread = SpreadParameters()
    km = away_km[place] + max(spread.least_km, spread.distance_share * away_km[place]) * rng.standard_normal()
    # each word of the compass is used as often as its spread says that it would be meant so
    turned = {deg: (float(np.asarray(bearing)[place]) - deg + 180) % 360 - 180 for deg in _WAYS}
    fits = {
        deg: np.exp(-((off / (spread.diagonal_deg if deg % 90 else spread.cardinal_deg)) ** 2) / 2)
        for deg, off in turned.items()
    }
    share = np.array(list(fits.values()))
    word = _WAYS[int(rng.choice(list(fits), p=share / share.sum()))]
    number, name = _round_km(float(km)), str(towns.iloc[place]["name_fr" if french else "name"])
    return f"environ {number:g} km {word[1]} de {name}" if french else f"about {number:g} km {word[0]} of {name}"


def _along(context: RegionContext, row: int, kind: str, french: bool, rng: Generator) -> str:
    """Say where along a track between two places."""
    tracks, legs = tracks_of(context), context.network.legs
    leg = legs.loc[tracks.leg[row]]
    ends = [(str(leg["from_id"]), float(tracks.at_km[row])), (str(leg["to_id"]), 0.0)]
    ends[1] = (ends[1][0], float(leg["length"]) / M_PER_KM - ends[0][1])
    if rng.random() < 0.5:
        ends.reverse()
    rows = [int(context.pack.places.index.get_loc(end)) for end, _ in ends]
    first, last = (_name(context, each, french) for each in rows)
    if kind == "between":
        return f"entre {first} et {last}" if french else f"between {first} and {last}"
    spread, true_km = SpreadParameters(), ends[0][1]
    if kind == "beyond":
        km = _round_km(true_km + max(spread.least_km, spread.distance_share * true_km) * rng.standard_normal())
        return f"{km:g} km après {first} vers {last}" if french else f"{km:g} km after {first} towards {last}"
    usual_kph = spread.day_km / HOURS_OF_TRAVEL_A_DAY
    hours = max(1.0, float(np.round(true_km / usual_kph * np.exp(spread.travel_log_spread * rng.standard_normal()))))
    if hours > HOURS_OF_TRAVEL_A_DAY:
        days = max(1.0, float(np.round(hours / HOURS_OF_TRAVEL_A_DAY)))
        return f"à {days:g} jours de {first} vers {last}" if french else f"{days:g} days from {first} towards {last}"
    return f"à {hours:g} heures de {first} vers {last}" if french else f"{hours:g} hours from {first} towards {last}"


def _name(context: RegionContext, row: int, french: bool) -> str:
    place = context.pack.places.iloc[row]
    return str(place["name_fr"] if french else place["name"])


def _round_km(km: float) -> float:
    step = 10.0 if km >= 40 else 5.0
    return max(step, float(np.round(km / step)) * step)
