"""The map on a printed order: black on white, with a grid, as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.plan_view import ConvoyView, PlanView
from maps.sentences import name_column
from maps.words import Language
from risk.water import COUNTED_ON

Array = NDArray[np.float64]

WIDTH, HEIGHT, MARGIN = 520.0, 300.0, 26.0
#: Grid spacings tried, degrees; the first that gives at most this many lines is taken.
GRID_DEG, MOST_LINES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0), 8
FONTS = "Noto Sans, Noto Sans Arabic"


@dataclass(frozen=True)
class Frame:
    """Equal-scale view of a box in degrees."""

    left: float
    bottom: float
    right: float
    top: float
    scale: float
    stretch: float
    width: float = WIDTH
    height: float = HEIGHT

    @classmethod
    def around(cls, lonlat: Array, width: float = WIDTH, height: float = HEIGHT) -> Frame:
        """Fit positions into the picture with a tenth of room around; longitude shrinks with the latitude."""
        middle = (lonlat.min(axis=0) + lonlat.max(axis=0)) / 2
        stretch = float(np.cos(np.radians(middle[1])))
        span = np.maximum(lonlat.max(axis=0) - lonlat.min(axis=0), 0.2) * (stretch, 1.0) * 1.2
        scale = float(min((width - 2 * MARGIN) / span[0], (height - 2 * MARGIN) / span[1]))
        half = np.array([(width - 2 * MARGIN) / scale / stretch, (height - 2 * MARGIN) / scale]) / 2
        (left, bottom), (right, top) = (middle - half).tolist(), (middle + half).tolist()
        return cls(left, bottom, right, top, scale, stretch, width, height)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a position is drawn."""
        return MARGIN + (lon - self.left) * self.stretch * self.scale, MARGIN + (self.top - lat) * self.scale

    def holds(self, lon: float, lat: float) -> bool:
        """Return whether a position is inside the frame."""
        return self.left <= lon <= self.right and self.bottom <= lat <= self.top


def order_map(view: PlanView, convoy: ConvoyView, language: Language) -> str:
    """Return the map of one convoy's way as SVG: grid, network, way with numbered stops, wells, places."""
    frame = Frame.around(convoy.lonlat)
    inner = f'x="{MARGIN}" y="{MARGIN}" width="{WIDTH - 2 * MARGIN}" height="{HEIGHT - 2 * MARGIN}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="{FONTS}" font-size="8">',
        f'<clipPath id="frame"><rect {inner}/></clipPath>',
        *grid_lines(frame),
        '<g clip-path="url(#frame)">',
        *network_lines(view.segments, frame),
        polyline(frame, convoy.lonlat, 'stroke="white" stroke-width="5"'),
        polyline(frame, convoy.lonlat, 'stroke="black" stroke-width="2.6"'),
        *well_marks(view.water_points, frame),
        "</g>",
        *place_marks(view.places, frame, language),
        *_stops(convoy, frame),
        f'<rect {inner} fill="none" stroke="black"/></svg>',
    ]
    return "".join(parts)


def polyline(frame: Frame, lonlat: Array, look: str) -> str:
    """Draw a line of positions."""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (frame.at(lon, lat) for lon, lat in lonlat.tolist()))
    return f'<polyline points="{points}" fill="none" stroke-linejoin="round" {look}/>'


def grid_lines(frame: Frame) -> list[str]:
    """Lines of whole degrees or parts of them, labelled outside the frame."""
    longest = max((frame.right - frame.left) * frame.stretch, frame.top - frame.bottom)
    step = next((each for each in GRID_DEG if longest / each <= MOST_LINES), GRID_DEG[-1])
    digits = 0 if step >= 1 else 2 if step in (0.25,) else 1
    parts = []
    for lon in np.arange(np.ceil(frame.left / step), np.floor(frame.right / step) + 1) * step:
        x, _ = frame.at(float(lon), frame.top)
        side = "E" if lon >= 0 else "W"
        parts.append(f'<path d="M{x:.1f} {MARGIN}V{frame.height - MARGIN}" stroke="#999" stroke-width="0.4"/>')
        parts.append(f'<text x="{x:.1f}" y="{MARGIN - 4}" text-anchor="middle">{abs(lon):.{digits}f}°{side}</text>')
    for lat in np.arange(np.ceil(frame.bottom / step), np.floor(frame.top / step) + 1) * step:
        _, y = frame.at(frame.left, float(lat))
        parts.append(f'<path d="M{MARGIN} {y:.1f}H{frame.width - MARGIN}" stroke="#999" stroke-width="0.4"/>')
        parts.append(f'<text x="{MARGIN - 2}" y="{y + 3:.1f}" text-anchor="end" font-size="7">{lat:.{digits}f}</text>')
    return parts


def network_lines(segments: gpd.GeoDataFrame, frame: Frame) -> list[str]:
    """Draw the tracks inside a frame, dashed."""
    box = segments.cx[frame.left : frame.right, frame.bottom : frame.top]
    return [
        polyline(frame, np.asarray(line.coords), 'stroke="#777" stroke-width="0.8" stroke-dasharray="3 2"')
        for line in box.geometry
    ]


def well_marks(water_points: pd.DataFrame, frame: Frame) -> list[str]:
    """Draw water as drops, hollow where it is not counted on."""
    marks = []
    for well in water_points.itertuples():
        if frame.holds(well.lon, well.lat):
            x, y = frame.at(well.lon, well.lat)
            fill = "black" if well.probability >= COUNTED_ON else "white"
            marks.append(
                f'<path d="M{x:.1f} {y - 5:.1f}l4 6a4.2 4.2 0 1 1 -8 0z" fill="{fill}" stroke="black" '
                'stroke-width="0.9"/>'
            )
    return marks


def place_marks(places: pd.DataFrame, frame: Frame, language: Language) -> list[str]:
    """Draw places as squares with their names."""
    marks = []
    for place in places.itertuples():
        if frame.holds(place.lon, place.lat):
            x, y = frame.at(place.lon, place.lat)
            name = escape(str(getattr(place, name_column(language))))
            marks.append(f'<rect x="{x - 2:.1f}" y="{y - 2:.1f}" width="4" height="4" fill="black"/>')
            marks.append(
                f'<text x="{x + 5:.1f}" y="{y - 4:.1f}" font-weight="bold" stroke="white" stroke-width="2.5" '
                f'paint-order="stroke">{name}</text>'
            )
    return marks


def _stops(convoy: ConvoyView, frame: Frame) -> list[str]:
    """Number the end of each leg as in the table; ends at one spot share a mark."""
    ends: dict[tuple[float, float], list[int]] = {}
    for number, run in enumerate(convoy.runs, start=1):
        lon, lat = run.lonlat[-1].round(3).tolist()
        ends.setdefault((lon, lat), []).append(number)
    marks = []
    for (lon, lat), numbers in ends.items():
        x, y = frame.at(lon, lat)
        label = "·".join(map(str, numbers))
        width = 7 + 4.5 * len(label)
        marks.append(
            f'<rect x="{x - width / 2:.1f}" y="{y + 5:.1f}" width="{width:.1f}" height="11" rx="5" fill="white" '
            f'stroke="black"/><text x="{x:.1f}" y="{y + 13.2:.1f}" text-anchor="middle" font-weight="bold">{label}'
            "</text>"
        )
    return marks
