"""The scene of a case: weather, ground, water and towns around where people may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.case_events import Storm
from api.usecases.locate import gazetteer, tracks_of
from data.errors import BadInput
from data.units import S_PER_H
from risk.heat import hourly_loss
from risk.survival import hours_from
from risk.terrain import elevation_m
from risk.water import INHABITED_KINDS, VERIFIED_PROBABILITY
from risk.weather import solar_time
from routes.described import BEARINGS, read_described
from routes.geodesy import bearing_deg
from routes.positions import fold
from sar.alert import Alert, Movement, VehicleState
from sar.scene import People, Scene
from sar.whereabouts import Whereabouts, towards_sign

Array = NDArray[np.float64]

#: Positions of the weather lie on a grid of this step, degrees; at most so many.
_ANCHOR_DEG, _MOST_ANCHORS = 1.0, 40
_LONGEST_FORECAST_DAYS = 16


def case_scene(
    context: RegionContext, alert: Alert, where: Whereabouts, hours: int, storms: Sequence[Storm] = ()
) -> Scene:
    """Gather what a group moves through."""
    lon, lat = _anchors(where)
    day, start_hour = solar_time(alert.stranded_at, float(np.average(where.lon, weights=where.weight)))
    days = min(_LONGEST_FORECAST_DAYS, context.weather.covered_days(day))
    weather = context.weather.hours(lon, lat, day, days, elevation_m(context.ground, lon, lat))
    water = context.water_points(day)[["lon", "lat", "probability"]].to_numpy(float)
    places = context.pack.places
    towns = places[places["kind"].isin(INHABITED_KINDS)][["lon", "lat"]].to_numpy(float)
    calm = np.zeros(hours, dtype=bool)
    for storm in storms:
        first, last = ((moment - alert.stranded_at).total_seconds() / S_PER_H for moment in (storm.begins, storm.ends))
        calm[max(int(np.floor(first)), 0) : max(int(np.ceil(last)), 0)] = True
    return Scene(
        alert.stranded_at, start_hour, hours, lon, lat, hourly_loss(context.loss_table, weather), weather.air_degc,
        context.ground, tracks_of(context), water,
        np.column_stack([towns, np.full(len(towns), VERIFIED_PROBABILITY["perennial"])]), calm,
    )  # fmt: skip


def night_hours(scene: Scene) -> NDArray[np.bool_]:
    """Return the hours of a scene in which the sun is down, at its first weather position."""
    return np.asarray(hours_from(scene.start_hour, scene.loss.night[:1].astype(float), scene.hours)[0] > 0)


def _anchors(where: Whereabouts) -> tuple[Array, Array]:
    """Return the middles of the squares that hold positions, the likeliest first."""
    cell = np.column_stack([np.floor(where.lon / _ANCHOR_DEG), np.floor(where.lat / _ANCHOR_DEG)])
    cells, number = np.unique(cell, axis=0, return_inverse=True)
    mass = np.bincount(number.ravel(), where.weight, len(cells))
    best = cells[np.argsort(-mass, kind="stable")][:_MOST_ANCHORS]
    return (best[:, 0] + 0.5) * _ANCHOR_DEG, (best[:, 1] + 0.5) * _ANCHOR_DEG


def moving_people(context: RegionContext, alert: Alert, where: Whereabouts) -> People:
    """Return who walks and what is told of the way."""
    vehicle = alert.vehicle not in (VehicleState.NONE, VehicleState.LEFT_BEHIND)
    left = None
    if alert.movement in (Movement.WALKING, Movement.SPLIT):
        left = max((alert.told_at - alert.stranded_at) / timedelta(hours=1), 0.5)
    said = read_described(alert.where, gazetteer(context))
    sign = towards_sign(said, context.network, tracks_of(context)) if said.goal else None
    return People(alert.group, vehicle, told_bearing(context, alert, where), left, sign)


def told_bearing(context: RegionContext, alert: Alert, where: Whereabouts) -> float | None:
    """Return the way walkers were said to go, degrees from north; None where nobody said, or said water.

    Raises
    ------
    BadInput
        If the words are no compass word, place, position or water.
    """
    words = fold(alert.walked_towards)
    if not words or words in ("water", "eau", "l eau", "the well", "le puits", "well", "puits"):
        return None
    if words in BEARINGS:
        return float(BEARINGS[words])
    try:
        goal = read_described(alert.walked_towards, gazetteer(context)).place
    except BadInput as error:
        raise BadInput(f"walked towards '{alert.walked_towards}': {error.faults[0]}") from None
    middle = tuple(float(np.average(each, weights=where.weight)) for each in (where.lon, where.lat))
    return bearing_deg((middle[0], middle[1]), (goal.lon, goal.lat))
