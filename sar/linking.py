"""Whether two alerts tell of one event: a chance with its reasons. It proposes; merging is for people.

Bayes over four facts told: place, time, numbers, vehicle. Each says how many times likelier what was told is of one
event than of two; a fact told wrongly is allowed for, so none of them decides alone. All parameters are judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from data.units import KM_PER_DEG
from risk.parameters import Bounded, bounds
from sar.alert import Alert, Movement, VehicleState
from sar.whereabouts import Whereabouts

Array = NDArray[np.float64]
_CELL_KM = 10.0
_MOST_CELLS = 4_000_000
#: States that one car may be told to be in by different people.
_ALIKE = frozenset({VehicleState.BROKEN_DOWN, VehicleState.STUCK, VehicleState.NO_FUEL})


@dataclass(frozen=True)
class LinkParameters(Bounded):
    """How alerts of one event differ, and of two. Judgement.

    Attributes
    ----------
    prior : float
        Chance that a new alert is of a given open case, before looking at either.
    area_km2 : float
        Ground over which alerts of different events are spread.
    window_h : float
        Stretch of time over which they are.
    place_wrong, time_wrong, people_wrong : float
        Chance that a fact is told so wrongly that it says nothing.
    position_km : float
        By which two tellings of one position differ, standard deviation, beyond the spread of each.
    walking_kmh, waiting_kmh, unknown_kmh : float
        Drift of a group between two alerts, by what it does.
    most_drift_km : float
    time_h, loose_time_h : float
        By which two tellings of one time differ, where both say how long; where one does not.
    people_log, others_log : float
        Standard deviation of the logarithm of the ratio of numbers, of one event and of two.
    same_vehicle, alike_vehicle, other_vehicle : float
        Times likelier that states of the vehicle told alike, compatible, different are of one event.
    threshold : float
        Chance from which a link is proposed.
    """

    prior: float = field(default=0.05, metadata=bounds(0.001, 0.9))
    area_km2: float = field(default=400_000.0, metadata=bounds(1e3, 1e7))
    window_h: float = field(default=240.0, metadata=bounds(24, 2000))
    place_wrong: float = field(default=0.05, metadata=bounds(0, 0.5))
    time_wrong: float = field(default=0.02, metadata=bounds(0, 0.5))
    people_wrong: float = field(default=0.005, metadata=bounds(0, 0.5))
    position_km: float = field(default=6.0, metadata=bounds(0.1, 100))
    walking_kmh: float = field(default=1.5, metadata=bounds(0, 10))
    waiting_kmh: float = field(default=0.1, metadata=bounds(0, 10))
    unknown_kmh: float = field(default=0.5, metadata=bounds(0, 10))
    most_drift_km: float = field(default=40.0, metadata=bounds(0, 200))
    time_h: float = field(default=10.0, metadata=bounds(1, 100))
    loose_time_h: float = field(default=36.0, metadata=bounds(1, 200))
    people_log: float = field(default=0.3, metadata=bounds(0.05, 2))
    others_log: float = field(default=1.2, metadata=bounds(0.1, 5))
    same_vehicle: float = field(default=1.5, metadata=bounds(1, 100))
    alike_vehicle: float = field(default=1.1, metadata=bounds(0.1, 10))
    other_vehicle: float = field(default=0.6, metadata=bounds(0.01, 1))
    threshold: float = field(default=0.5, metadata=bounds(0.01, 1))


@dataclass(frozen=True)
class Reason:
    """One fact: how many times likelier of one event than of two, in English and in French."""

    times: float
    en: str
    fr: str


@dataclass(frozen=True)
class Link:
    """How likely a new alert tells of an open case.

    Attributes
    ----------
    case_id : str
    score : float
        From 0 to 1, a chance as far as the judgement holds.
    reasons : tuple of Reason
        The strongest first.
    """

    case_id: str
    score: float
    reasons: tuple[Reason, ...]


def same_case_score(
    alert: Alert,
    where: Whereabouts,
    other: Alert,
    other_where: Whereabouts,
    parameters: LinkParameters | None = None,
) -> Link:
    """Say how likely two alerts are of one event; the order of the two does not matter.

    Parameters
    ----------
    alert, other : Alert
    where, other_where : Whereabouts
        From `sar.whereabouts.whereabouts`.
    parameters : LinkParameters, optional
    """
    parameters = parameters or LinkParameters()
    reasons = [
        _place(alert, where, other, other_where, parameters),
        _time(alert, other, parameters),
        _people(alert, other, parameters),
        _vehicle(alert, other, parameters),
    ]
    odds = parameters.prior / (1 - parameters.prior) * float(np.prod([each.times for each in reasons]))
    order = sorted(reasons, key=lambda each: -abs(np.log(each.times)))
    return Link("", odds / (1 + odds), tuple(order))


def propose_links(
    alert: Alert,
    where: Whereabouts,
    cases: Mapping[str, tuple[Alert, Whereabouts]],
    parameters: LinkParameters | None = None,
) -> list[Link]:
    """Return the open cases an alert may tell of, likeliest first. Nothing is merged.

    Parameters
    ----------
    alert : Alert
    where : Whereabouts
    cases : mapping of str to (Alert, Whereabouts)
        Open cases by their id.
    parameters : LinkParameters, optional
    """
    parameters = parameters or LinkParameters()
    found = [
        Link(case_id, link.score, link.reasons)
        for case_id, (other, other_where) in cases.items()
        if (link := same_case_score(alert, where, other, other_where, parameters)).score >= parameters.threshold
    ]
    return sorted(found, key=lambda link: (-link.score, link.case_id))


def _place(
    alert: Alert, where: Whereabouts, other: Alert, other_where: Whereabouts, parameters: LinkParameters
) -> Reason:
    """Compare places: the chance that both are of one position against that of positions anywhere in the area."""
    hours = abs((alert.told_at - other.told_at).total_seconds()) / 3600
    drift_km = min(_speed_kmh(alert, other, parameters) * hours, parameters.most_drift_km)
    together = _together_per_km2(where, other_where, float(np.hypot(parameters.position_km, drift_km)))
    wrong = parameters.place_wrong
    times = wrong + (1 - wrong) * together * parameters.area_km2
    apart_km = _middles_km(where, other_where)
    if times > 1:
        return Reason(
            times, f"the places fit, middles {apart_km:.0f} km apart", f"les lieux concordent, à {apart_km:.0f} km"
        )
    return Reason(
        times, f"the places differ, middles {apart_km:.0f} km apart", f"les lieux diffèrent, à {apart_km:.0f} km"
    )


def _speed_kmh(alert: Alert, other: Alert, parameters: LinkParameters) -> float:
    doing = {alert.movement, other.movement}
    if doing & {Movement.WALKING, Movement.SPLIT}:
        return parameters.walking_kmh
    return parameters.unknown_kmh if Movement.UNKNOWN in doing else parameters.waiting_kmh


def _flat(where: Whereabouts, lon: float, lat: float) -> tuple[Array, Array]:
    return (where.lon - lon) * KM_PER_DEG * np.cos(np.radians(lat)), (where.lat - lat) * KM_PER_DEG


def _middles_km(where: Whereabouts, other: Whereabouts) -> float:
    lon, lat = (float(np.average(each, weights=where.weight)) for each in (where.lon, where.lat))
    east, north = (float(np.average(each, weights=other.weight)) for each in _flat(other, lon, lat))
    return float(np.hypot(east, north))


def _together_per_km2(where: Whereabouts, other: Whereabouts, spread_km: float) -> float:
    """Return the integral of the product of two densities of position, one of them blurred, per km²."""
    lon, lat = (float(np.average(each, weights=where.weight)) for each in (where.lon, where.lat))
    first, second = _flat(where, lon, lat), _flat(other, lon, lat)
    margin = 4 * spread_km
    low = [max(float(a.min()), float(b.min()) - margin) for a, b in zip(first, second, strict=True)]
    high = [min(float(a.max()), float(b.max()) + margin) for a, b in zip(first, second, strict=True)]
    if low[0] > high[0] or low[1] > high[1]:
        return 0.0
    edges = [
        np.arange(a - margin, b + margin + _cell(spread_km), _cell(spread_km)) for a, b in zip(low, high, strict=True)
    ]
    if len(edges[0]) * len(edges[1]) > _MOST_CELLS:
        return 0.0
    one, two = (
        np.histogram2d(*each, bins=edges, weights=cloud.weight)[0] for each, cloud in ((first, where), (second, other))
    )
    blurred = gaussian_filter(two, spread_km / _cell(spread_km), mode="constant")
    return float((one * blurred).sum()) / _cell(spread_km) ** 2


def _cell(spread_km: float) -> float:
    return min(_CELL_KM, spread_km / 2)


def _bell(off: float, spread: float) -> float:
    return float(np.exp(-((off / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi)))


def _time(alert: Alert, other: Alert, parameters: LinkParameters) -> Reason:
    told = alert.hours_stranded is not None and other.hours_stranded is not None
    gap_h = abs((alert.stranded_at - other.stranded_at).total_seconds()) / 3600
    spread = parameters.time_h if told else parameters.loose_time_h
    wrong = parameters.time_wrong
    times = wrong + (1 - wrong) * _bell(gap_h, spread) * parameters.window_h
    what = "stranded" if told else "told of (not both say since when)"
    what_fr = "immobilisés" if told else "signalés (tous deux ne disent pas depuis quand)"
    return Reason(times, f"{what} {gap_h:.0f} h apart", f"{what_fr} à {gap_h:.0f} h d'écart")


def _people(alert: Alert, other: Alert, parameters: LinkParameters) -> Reason:
    if not alert.people or not other.people:
        return Reason(1.0, "not both say how many people", "le nombre de personnes n'est pas dit des deux côtés")
    off = float(np.log(alert.people / other.people))
    wrong = parameters.people_wrong
    times = wrong + (1 - wrong) * _bell(off, parameters.people_log) / _bell(off, parameters.others_log)
    said = f"{alert.people} and {other.people} people"
    return Reason(times, said, f"{alert.people} et {other.people} personnes")


def _vehicle(alert: Alert, other: Alert, parameters: LinkParameters) -> Reason:
    states = {alert.vehicle, other.vehicle}
    if VehicleState.UNKNOWN in states:
        return Reason(1.0, "the vehicle is not told of in both", "le véhicule n'est pas décrit des deux côtés")
    said = " / ".join((alert.vehicle.value, other.vehicle.value))
    if len(states) == 1:
        return Reason(parameters.same_vehicle, f"the vehicle alike: {said}", f"véhicule semblable : {said}")
    times = parameters.alike_vehicle if states <= _ALIKE else parameters.other_vehicle
    return Reason(times, f"the vehicle: {said}", f"véhicule : {said}")
