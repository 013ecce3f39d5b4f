"""What the maps of served pages draw, as plain values for ``planner_map.js``; every word is ready in the language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from maps.case_map import NEXT, SEARCHED, SHADES, UNDER_WAY
from maps.case_regions import regions
from maps.case_view import CaseView
from maps.case_words import CLUE
from maps.panel import convoy_title, look
from maps.plan_view import PlanView
from maps.sentences import name_column
from maps.words import Language, number, phrase

Array = NDArray[np.float64]
#: What is shown where nothing else tells: the desert belt.
DESERT = [[-10.0, 14.0], [36.0, 33.0]]
_PLACE_ZOOM = {"city": 5, "town": 7, "port": 6, "landing": 7, "oasis": 7, "border_post": 7, "junction": 12}
#: Counted on or doubted, as in the orders.
_SURE = 0.5
#: Degrees of a step in the network's lines: 110 m.
_STEP_DEG = 1e-3


def region_layers(
    places: pd.DataFrame, water: pd.DataFrame, closed: Iterable[tuple[Array, str]], language: Language
) -> dict[str, Any]:
    """Return a map of places, water points and closed areas (outline in degrees, what closes it) alone."""
    shapes = [_line(ring, "#a3131a", "3 5", 2, phrase(reason, language)) for ring, reason in closed]
    return {
        "view": DESERT,
        "places": _places(places, frozenset(), language),
        "shapes": shapes + _wells(water, language),
    }


def plan_layers(view: PlanView, language: Language) -> dict[str, Any]:
    """Return the routes of a plan, the segments left out, and water near."""
    names = [convoy.convoy_id for convoy in view.plan.request.convoys]
    shapes = _wells(view.water_points, language)
    for left in view.plan.left_out:
        points = np.asarray(view.segments.geometry[left.segment_id].coords)[:, :2]
        label = phrase("left out: {segment}", language, segment=left.segment_id)
        shapes.append(_line(points, "#a3131a", "2 5", 4, label) | {"segment": left.segment_id})
    tracks = [np.zeros((0, 2))]
    for convoy in view.convoys:
        if convoy.runs:
            colour, dash = look(names.index(convoy.plan.convoy.convoy_id))
            shapes.append(_line(convoy.lonlat, colour, dash, 5, convoy_title(convoy, language, view.places)))
            tracks.append(convoy.lonlat)
    bases = frozenset(convoy.base.place_id for convoy in view.plan.request.convoys)
    return {
        "view": _around(np.concatenate(tracks)),
        "places": _places(view.places, bases, language),
        "shapes": shapes,
    }


def case_layers(view: CaseView, language: Language) -> dict[str, Any]:
    """Return where people may be, what was searched, legs under way and proposed, clues and finds."""
    shapes: list[dict[str, Any]] = []
    corners = [np.array([[each.lon, each.lat] for each in view.last_positions[:1]])]
    for region in regions(view.poa):
        rings = [
            [shapely.get_coordinates(ring).round(3).tolist() for ring in (part.exterior, *part.interiors)]
            for part in region.shape.geoms
        ]
        label = phrase("{share} % of the chance", language, share=f"{100 * region.level:.0f}")
        shapes.append({"type": "area", "rings": rings, "colour": SHADES[region.level], "label": label})
        corners.append(shapely.get_coordinates(region.shape))
    shapes += _wells(view.water_points, language)
    searched, way = phrase("searched", language), phrase("leg under way", language)
    shapes += [_line(each.lonlat, SEARCHED, None, 6, f"{searched} [{each.number}]") for each in view.searches]
    shapes += [_line(each.lonlat, UNDER_WAY, "10 6", 4, f"{way}: {each.asset_id}") for each in view.under_way]
    shapes += leg_shapes(view, language)
    first = view.last_positions[0]
    shapes.append(_point(first.lon, first.lat, "#c00000", phrase("likeliest place where they stopped", language), "+"))
    shapes += [
        _point(each.lon, each.lat, "#c00000", f"{phrase(CLUE[each.what], language)} [{each.number}]", "!")
        for each in view.clues
    ]
    found = phrase("people found", language)
    shapes += [_point(each.lon, each.lat, "#1a7a1a", f"{found} [{each.number}]", "✓") for each in view.finds]
    return {
        "view": _around(np.concatenate(corners)),
        "places": _places(view.places, frozenset(), language),
        "shapes": shapes,
    }


def leg_shapes(view: CaseView, language: Language) -> list[dict[str, Any]]:
    """Return the best leg of each asset."""
    words = phrase("next leg", language)
    return [_line(each.lonlat, NEXT, "1 7", 5, f"{words}: {each.asset_id}") for each in view.best_legs]


def network_lines(segments: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the whole network, leg by leg: ids of segments and their lines as steps of `_STEP_DEG`."""
    legs: dict[str, dict[str, Any]] = {}
    for segment_id, leg_id, mode, line in zip(
        segments.index, segments["leg_id"], segments["mode"], segments.geometry, strict=True
    ):
        points = np.rint(np.asarray(line.coords)[:, :2] / _STEP_DEG).astype(int)
        steps = np.concatenate([points[:1], np.diff(points, axis=0)]).ravel().tolist()
        leg = legs.setdefault(str(leg_id), {"mode": str(mode), "segments": []})
        leg["segments"].append([str(segment_id), steps])
    return {"step_deg": _STEP_DEG, "legs": legs}


def _line(points: Array, colour: str, dash: str | None, weight: int, label: str) -> dict[str, Any]:
    return {
        "type": "line", "points": points.round(4).tolist(), "colour": colour, "dash": dash, "weight": weight,
        "label": label,
    }  # fmt: skip


def _point(lon: float, lat: float, colour: str, label: str, sign: str = "") -> dict[str, Any]:
    return {"type": "point", "at": [round(lon, 4), round(lat, 4)], "colour": colour, "label": label, "sign": sign}


def _wells(water: pd.DataFrame, language: Language) -> list[dict[str, Any]]:
    column = name_column(language)
    return [
        {
            "type": "well",
            "at": [row.lon, row.lat],
            "sure": bool(row.probability >= _SURE),
            "label": f"{getattr(row, column)}: {phrase(row.kind, language)}, {phrase(row.reliability, language)}, "
            + f"{phrase('probability of water', language)} {number(100 * row.probability, 0, language)} %",
        }
        for row in water.itertuples()
    ]


def _places(places: pd.DataFrame, bases: frozenset[str], language: Language) -> list[dict[str, Any]]:
    column = name_column(language)
    return [
        {
            "at": [row.lon, row.lat],
            "name": str(getattr(row, column)),
            "base": row.Index in bases,
            "zoom": 3 if row.Index in bases else _PLACE_ZOOM.get(row.kind, 8),
        }
        for row in places.itertuples()
    ]


def _around(points: Array) -> list[list[float]]:
    if len(points) == 0:
        return DESERT
    return [(points.min(axis=0) - 0.3).tolist(), (points.max(axis=0) + 0.3).tolist()]
