"""The map on the sheet of a case, as SVG: where people may be, what was searched, where to go next."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from data.units import KM_PER_DEG
from maps.case_regions import Region, regions
from maps.case_view import CaseView
from maps.order_map import FONTS, MARGIN, Frame, grid_lines, network_lines, place_marks, polyline, well_marks
from maps.words import Language

Array = NDArray[np.float64]

WIDTH, HEIGHT = 520.0, 500.0
#: Legs in the table of the sheet, and numbered on the map.
MOST_LEGS = 6
#: Cut off at the edges of the picture: left and top, width and height lost.
_CROP = (2.0, 12.0, 16.0, 34.0)
#: By level; the greys they print as are as far apart as the colours.
SHADES = {0.95: "#fdebc8", 0.75: "#fbc46d", 0.50: "#e8842c"}
SEARCHED, NEXT, UNDER_WAY = "#1b6fa8", "#000000", "#7a0177"
#: The region of 95 % is shown whole up to this size; nothing narrower is shown, degrees.
_WIDEST_DEG, _NARROWEST_DEG = 1.0, 0.7
#: Lengths of the scale bar, km: the longest one that takes at most this part of the picture.
_BARS_KM, _BAR_PART = (1, 2, 5, 10, 20, 50, 100, 200, 500), 0.25


def case_map(view: CaseView, language: Language) -> str:
    """Return the map; legs carry the number of their row in the table, searches are thin double lines."""
    shown = regions(view.poa)
    frame = Frame.around(_corners(view, shown), WIDTH, HEIGHT)
    width, height = WIDTH - _CROP[2], HEIGHT - _CROP[3]
    inner = f'x="{MARGIN}" y="{MARGIN}" width="{WIDTH - 2 * MARGIN}" height="{HEIGHT - 2 * MARGIN}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{_CROP[0]} {_CROP[1]} {width} {height}" '
        f'font-family="{FONTS}" font-size="9">',
        f'<clipPath id="frame"><rect {inner}/></clipPath>',
        '<g clip-path="url(#frame)">',
        *(_region(frame, each) for each in shown),
        "</g>",
        *grid_lines(frame),
        '<g clip-path="url(#frame)">',
        *network_lines(view.segments, frame),
        *_searched(view, frame),
        *_legs(view, frame),
        *well_marks(view.water_points, frame),
        *_spots(view, frame),
        "</g>",
        *place_marks(view.places, frame, language),
        *_ends(view, frame),
        *_scale_bar(frame),
        *_north(),
        f'<rect {inner} fill="none" stroke="black"/></svg>',
    ]
    return "".join(parts)


def _corners(view: CaseView, shown: tuple[Region, ...]) -> Array:
    """Return what has to be inside: the region of 95 % or, where that is wide, of 75 %, and what is near it."""
    wide = shown[0].shape.bounds
    whole = max(wide[2] - wide[0], wide[3] - wide[1]) <= _WIDEST_DEG
    left, bottom, right, top = wide if whole else shown[1].shape.bounds
    spare = max(_NARROWEST_DEG - (right - left), _NARROWEST_DEG - (top - bottom), 0.0) / 2
    left, bottom, right, top = left - spare, bottom - spare, right + spare, top + spare
    near = shapely.box(left, bottom, right, top).buffer(0.5)
    points = [(left, bottom), (right, top)]
    points += [(each.lon, each.lat) for each in view.clues] + [(each.lon, each.lat) for each in view.finds]
    others = [(each.lon, each.lat) for each in view.last_positions]
    others += [tuple(each.lonlat[-1].tolist()) for each in view.best_legs]
    points += [each for each in others if near.covers(shapely.Point(each))]
    return np.array(points, dtype=float)


def _region(frame: Frame, region: Region) -> str:
    rings = []
    for part in region.shape.geoms:
        for ring in (part.exterior, *part.interiors):
            at = (frame.at(lon, lat) for lon, lat in ring.coords[:-1])
            rings.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at) + "Z")
    return f'<path d="{"".join(rings)}" fill="{SHADES[region.level]}" fill-rule="evenodd"/>'


def _searched(view: CaseView, frame: Frame) -> list[str]:
    """Draw what was searched as a broad line with a light core: it prints unlike any other line."""
    parts = []
    for each in view.searches:
        parts.append(polyline(frame, each.lonlat, f'stroke="{SEARCHED}" stroke-width="5"'))
        parts.append(polyline(frame, each.lonlat, 'stroke="white" stroke-width="2.2"'))
    return parts


def _legs(view: CaseView, frame: Frame) -> list[str]:
    parts = []
    for leg in view.under_way:
        parts.append(polyline(frame, leg.lonlat, f'stroke="{UNDER_WAY}" stroke-width="2" stroke-dasharray="7 2 1.5 2"'))
    for each in view.best_legs:
        searching = each.choice.leg.searching
        # pieces of one kind are drawn together
        turns = np.flatnonzero(np.diff(searching.astype(int))) + 1
        for first, last in zip([0, *turns.tolist()], [*turns.tolist(), len(searching)], strict=True):
            broad = 2.0 if each.choice.leg.pattern is None else 1.0
            look = f'stroke-width="{broad}"' if searching[first] else 'stroke-width="1" stroke-dasharray="1 2.5"'
            parts.append(polyline(frame, each.lonlat[first : last + 1], f'stroke="{NEXT}" {look}'))
    return parts


def _ends(view: CaseView, frame: Frame) -> list[str]:
    """Number the end of each next leg as in the table; ends at one spot share a mark."""
    ends: dict[tuple[float, float], list[int]] = {}
    for number, each in enumerate(view.best_legs[:MOST_LEGS], start=1):
        lon, lat = each.lonlat[-1].tolist()
        if frame.holds(lon, lat):
            x, y = frame.at(lon, lat)
            ends.setdefault((round(x / 12) * 12, round(y / 12) * 12), []).append(number)
    marks = []
    for (x, y), numbers in ends.items():
        label = "·".join(map(str, numbers))
        width = 10 + 5 * len(label)
        marks.append(
            f'<path d="M{x:.1f} {y:.1f}v10" stroke="black" stroke-width="1.4"/>'
            f'<rect x="{x - width / 2:.1f}" y="{y + 8:.1f}" width="{width:.1f}" height="14" rx="7" fill="black" '
            f'stroke="white"/><text x="{x:.1f}" y="{y + 18.4:.1f}" text-anchor="middle" '
            f'font-weight="bold" fill="white">{label}</text>'
        )
    return marks


def _spots(view: CaseView, frame: Frame) -> list[str]:
    """Draw last positions as crosses, clues as triangles with their number, finds as filled diamonds."""
    marks = []
    for last in view.last_positions[:1]:
        x, y = frame.at(last.lon, last.lat)
        for look in ('stroke="white" stroke-width="5"', 'stroke="#c00000" stroke-width="2.2"'):
            marks.append(f'<path d="M{x - 6:.1f} {y - 6:.1f}l12 12m0 -12l-12 12" fill="none" {look}/>')
    for clue in view.clues:
        x, y = frame.at(clue.lon, clue.lat)
        marks.append(f'<path d="M{x:.1f} {y - 7:.1f}l7 12h-14z" fill="white" stroke="#c00000" stroke-width="1.6"/>')
        marks.append(
            f'<text x="{x + 8:.1f}" y="{y + 5:.1f}" font-weight="bold" stroke="white" stroke-width="2.5" '
            f'paint-order="stroke">{clue.number}</text>'
        )
    for find in view.finds:
        x, y = frame.at(find.lon, find.lat)
        marks.append(f'<path d="M{x:.1f} {y - 8:.1f}l6 8l-6 8l-6 -8z" fill="#1a7a1a" stroke="white"/>')
    return marks


def _scale_bar(frame: Frame) -> list[str]:
    """Draw a bar with its length: true at the middle of the map, to 0.5 %."""
    per_km = frame.scale / KM_PER_DEG
    km = max((each for each in _BARS_KM if each * per_km <= _BAR_PART * frame.width), default=_BARS_KM[0])
    x, y, length = MARGIN + 12, frame.height - MARGIN - 12, km * per_km
    return [
        f'<rect x="{x - 6:.1f}" y="{y - 15:.1f}" width="{length + 12:.1f}" height="22" fill="white" opacity="0.85"/>',
        f'<path d="M{x:.1f} {y - 4:.1f}v6h{length:.1f}v-6" fill="none" stroke="black" stroke-width="1.4"/>',
        f'<text x="{x + length / 2:.1f}" y="{y - 4:.1f}" text-anchor="middle" font-weight="bold">{km} km</text>',
    ]


def _north() -> list[str]:
    x, y = WIDTH - MARGIN - 16, MARGIN + 10
    return [
        f'<rect x="{x - 11:.1f}" y="{y - 6:.1f}" width="22" height="36" fill="white" opacity="0.85"/>',
        f'<path d="M{x:.1f} {y - 3:.1f}l6 17l-6 -4l-6 4z" fill="black"/>',
        f'<text x="{x:.1f}" y="{y + 26:.1f}" text-anchor="middle" font-weight="bold" font-size="11">N</text>',
    ]
