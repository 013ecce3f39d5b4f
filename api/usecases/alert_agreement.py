"""Places told in one message: whether they agree, and which of them is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from api.context import RegionContext
from api.usecases.locate import tracks_of
from data.errors import NoAnswer
from data.units import M_PER_KM
from routes.described import Described
from routes.geodesy import GEOD
from sar.alert_text import Findings, Message
from sar.whereabouts import GROUND_STEP_KM, Whereabouts, whereabouts

#: Two places told agree where their likely parts, positions at most two deviations off, come this close.
_TOUCH_KM = GROUND_STEP_KM * np.sqrt(2) + 1.0
_TWO_DEVIATIONS = float(np.exp(-2.0))


@dataclass(frozen=True)
class Told:
    """A place told in a message.

    Attributes
    ----------
    start, end : int
        Where in the message.
    where : str
        A text that `read_described` understands without doubt.
    said : Described
    sure : bool
        Whether it was told as coordinates.
    """

    start: int
    end: int
    where: str
    said: Described
    sure: bool = False


def agreed(context: RegionContext, message: Message, told: list[Told], findings: Findings) -> Told | None:
    """Return the narrowest of the places told where they agree; ask where they do not."""
    unique = list({each.said.read_as: each for each in told}.values())
    if len(unique) == 1:
        return unique[0]
    clouds = [_cloud(context, each) for each in unique]
    for first in range(len(unique)):
        for second in range(first + 1, len(unique)):
            apart_km = _apart_km(clouds[first], clouds[second])
            if apart_km > _TOUCH_KM:
                _ask_which(unique[first], unique[second], apart_km, message, findings)
                return None
    order = sorted(range(len(unique)), key=lambda row: (not unique[row].sure, _wide_km(clouds[row])))
    for row in order[1:]:
        words = " ".join(message.text[unique[row].start : unique[row].end].split())
        findings.note(f"'{words}' agrees with it", f"« {words} » concorde")
    return unique[order[0]]


def _cloud(context: RegionContext, told: Told) -> Whereabouts | None:
    try:
        return whereabouts(told.said, context.network, tracks_of(context))
    except NoAnswer:
        return None


def _core(cloud: Whereabouts) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions at most some two deviations off, on tracks and off them."""
    keep = np.zeros(len(cloud.weight), dtype=bool)
    for kind in (cloud.segment >= 0, cloud.segment < 0):
        if kind.any():
            keep |= kind & (cloud.weight >= cloud.weight[kind].max() * _TWO_DEVIATIONS)
    return cloud.lon[keep], cloud.lat[keep]


def _apart_km(first: Whereabouts | None, second: Whereabouts | None) -> float:
    """Return how far the likely parts of two places told lie apart, km; zero where one fits no track."""
    if first is None or second is None:
        return 0.0
    (lon, lat), (other_lon, other_lat) = _core(first), _core(second)
    nearest = np.inf
    for at_lon, at_lat in _thinned(lon, lat):
        _, _, away_m = GEOD.inv(np.full(len(other_lon), at_lon), np.full(len(other_lon), at_lat), other_lon, other_lat)
        nearest = min(nearest, float(np.min(away_m)) / M_PER_KM)
        if nearest <= _TOUCH_KM:
            break
    return nearest


def _thinned(lon: np.ndarray, lat: np.ndarray, most: int = 300) -> Iterator[tuple[float, float]]:
    step = max(1, len(lon) // most)
    return zip(lon[::step].tolist(), lat[::step].tolist(), strict=True)


def _wide_km(cloud: Whereabouts | None) -> float:
    if cloud is None:
        return np.inf
    spread = [
        np.average((each - np.average(each, weights=cloud.weight)) ** 2, weights=cloud.weight)
        for each in (cloud.lon, cloud.lat)
    ]
    return float(np.sqrt(sum(spread)))


def _ask_which(first: Told, second: Told, apart_km: float, message: Message, findings: Findings) -> None:
    said = [" ".join(message.text[each.start : each.end].split()) for each in (first, second)]
    wheres = [each.where for each in (first, second)]
    findings.ask(
        f"two places are told that lie {apart_km:.0f} km apart: '{said[0]}' ({first.said.read_as}) and '{said[1]}' "
        f"({second.said.read_as}); give the one that holds: --where '{wheres[0]}' or --where '{wheres[1]}'",
        f"deux lieux sont dits, à {apart_km:.0f} km l'un de l'autre : « {said[0]} » ({first.said.read_as}) "
        f"et « {said[1]} »"
        f" ({second.said.read_as}) ; donnez le bon : --where '{wheres[0]}' ou --where '{wheres[1]}'",
    )


def contradicts(context: RegionContext, first: Told, second: Told) -> float:
    """Return how far two places told lie apart, km, zero where they agree."""
    apart_km = _apart_km(_cloud(context, first), _cloud(context, second))
    return apart_km if apart_km > _TOUCH_KM else 0.0
