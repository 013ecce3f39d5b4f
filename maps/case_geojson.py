"""A distress case as one GeoJSON feature collection (RFC 7946), for QGIS and web maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from shapely.geometry import box, mapping
from shapely.geometry.polygon import orient

from maps.case_regions import regions
from maps.case_view import CaseView, NextLeg
from maps.exporters.geojson import DECIMALS
from sar.poa import square_box

Array = NDArray[np.float64]

#: Search areas of a lower probability are summed up in the member `poa_elsewhere`.
LEAST_POA = 1e-4


def case_geojson(view: CaseView) -> bytes:
    """Return the collection as UTF-8 JSON."""
    return orjson.dumps(case_collection(view), option=orjson.OPT_INDENT_2)


def case_collection(view: CaseView) -> dict[str, Any]:
    """Return regions, search areas, tracks searched, legs, clues, finds and last positions; lon, lat in WGS84.

    The member `case` holds what has no place. `poa` of all search areas, `poa_elsewhere` and `outside` sum to 1.
    """
    areas, elsewhere = _areas(view)
    features = [
        *_regions(view),
        *areas,
        *_searched(view),
        *_ordered(view),
        *(_next_leg(each) for each in view.next_legs),
        *_points(view),
    ]
    return {"type": "FeatureCollection", "features": features, "case": _case(view, elsewhere)}


def _case(view: CaseView, elsewhere: float) -> dict[str, Any]:
    first, half, last = (each if math.isfinite(each) else None for each in view.hours_left)
    return {
        "case_id": view.case_id,
        "status": view.status,
        "now": view.now.isoformat(),
        "looked_for": view.looked_for,
        "found_alive": view.found_alive,
        "found_dead": view.found_dead,
        "hours_left": {"p10": first, "p50": half, "p90": last},
        "alive_now": view.alive,
        "outside": view.outside,
        "outside_regions": view.poa_outside,
        "poa_elsewhere": elsewhere,
        "pos": view.pos,
        "scenarios": {name.value: {"before": was, "now": now} for name, (was, now) in view.scenarios.items()},
        "storms": [{"begins": begins.isoformat(), "ends": ends.isoformat()} for begins, ends in view.storms],
        "assets_assumed": view.assets_assumed,
        "data_version": view.data_version,
    }


def _feature(kind: str, geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {"feature": kind, **properties}}


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(lon, DECIMALS), round(lat, DECIMALS)]}


def _line(lonlat: Array) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": lonlat.round(DECIMALS).tolist()}


def _shape(shape: Any) -> dict[str, Any]:
    found = dict(mapping(shape))
    found["coordinates"] = _rounded(found["coordinates"])
    return found


def _rounded(values: Any) -> Any:
    return round(values, DECIMALS) if isinstance(values, float) else [_rounded(each) for each in values]


def _regions(view: CaseView) -> list[dict[str, Any]]:
    return [
        _feature("poa-region", _shape(each.shape), {"level": each.level, "poa": each.poa, "hour": view.now.isoformat()})
        for each in regions(view.poa)
    ]


def _areas(view: CaseView) -> tuple[list[dict[str, Any]], float]:
    """Return the likeliest areas as features, and the probability of all others together."""
    areas, features = view.areas, []
    shown = [row for row in np.argsort(-areas.poa, kind="stable").tolist() if areas.poa[row] >= LEAST_POA]
    for rank, row in enumerate(shown, start=1):
        on_track = bool(areas.segment[row] >= 0)
        if on_track:
            geometry = _line(np.asarray(view.segments.geometry.iloc[areas.segment[row]].coords)[:, :2])
        else:
            geometry = _shape(orient(box(*square_box(areas.names[row]))))
        values = {
            "area": areas.names[row],
            "kind": "track" if on_track else "square",
            "rank": rank,
            "poa": float(areas.poa[row]),
            "area_km2": float(areas.area_km2[row]),
        }
        features.append(_feature("search-area", geometry, values))
    return features, float(areas.poa.sum() - areas.poa[shown].sum())


def _searched(view: CaseView) -> list[dict[str, Any]]:
    return [
        _feature(
            "searched",
            _line(each.lonlat),
            {
                "event": each.number,
                "asset_id": each.asset_id,
                "platform": each.platform.value,
                "begun": each.begun.isoformat(),
                "ended": each.ended.isoformat(),
                "km": each.km,
                "pos": each.pos,
            },
        )
        for each in view.searches
    ]


def _ordered(view: CaseView) -> list[dict[str, Any]]:
    under_way = {each.number for each in view.under_way}
    return [
        _feature(
            "ordered-leg",
            _line(each.lonlat),
            {
                "event": each.number,
                "asset_id": each.asset_id,
                "to": each.to,
                "leaves": each.times[0].isoformat(),
                "done": each.times[-1].isoformat(),
                "under_way": each.number in under_way,
            },
        )
        for each in view.ordered
    ]


def _next_leg(each: NextLeg) -> dict[str, Any]:
    choice = each.choice
    return _feature(
        "next-leg",
        _line(each.lonlat),
        {
            "asset_id": each.asset_id,
            "platform": each.platform.value,
            "rank": each.rank,
            "kind": choice.leg.kind.value,
            "pattern": choice.leg.pattern.value if choice.leg.pattern else None,
            "to": choice.leg.to,
            "leaves": each.times[0].isoformat(),
            "done": each.times[-1].isoformat(),
            "km": choice.leg.swath.length_km,
            "search_km": choice.leg.search_km,
            "home_h": choice.home_h,
            "pos": choice.pos,
            "alive": choice.alive,
            "alive_per_h": choice.per_h,
        },
    )


def _points(view: CaseView) -> list[dict[str, Any]]:
    clues = [
        _feature(
            "clue",
            _point(each.lon, each.lat),
            {
                "event": each.number,
                "what": each.what,
                "seen_at": each.seen_at.isoformat(),
                "radius_km": each.radius_km,
                "bearing_deg": each.bearing_deg,
                "grade": each.grade.value,
            },
        )
        for each in view.clues
    ]
    finds = [
        _feature(
            "find",
            _point(each.lon, each.lat),
            {"event": each.number, "alive": each.alive, "dead": each.dead, "found_at": each.found_at.isoformat()},
        )
        for each in view.finds
    ]
    last = [
        _feature("last-position", _point(each.lon, each.lat), {"of": each.name, "radius_km": each.radius_km})
        for each in view.last_positions
    ]
    return [*clues, *finds, *last]
