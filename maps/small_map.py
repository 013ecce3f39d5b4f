"""A small map as inline SVG: land and borders, rivers and lakes, towns, and published cells. No script, no request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely
from markupsafe import Markup, escape
from numpy.typing import NDArray

from data.shapes import vertices
from maps.public_view import PublicFacts, area_name
from maps.sentences import name_column
from maps.static_files import verified
from maps.words import Language, number

Array = NDArray[np.float64]
WIDTH = 480.0
#: Lines are simplified to so many units of the picture.
_TOLERANCE = 0.8
#: Towns closer to one another than this many units share one name.
_APART_X, _APART_Y, _MOST_TOWNS = 84.0, 17.0, 12
#: Counts from here on take the next shade.
_SHADES = (10, 20)
#: Squares from this side on hold smaller ones.
_LARGE_DEG = 8.0
_WATER_KINDS = ("river", "lake")


@dataclass(frozen=True)
class Sheet:
    """Turns degrees into the units of the picture; equirectangular, true to scale in the middle."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def scale(self) -> float:
        """Units for a degree of longitude."""
        return WIDTH / (self.right - self.left)

    @property
    def stretch(self) -> float:
        """Units for a degree of latitude over those for one of longitude."""
        return float(1 / np.cos(np.radians((self.bottom + self.top) / 2)))

    @property
    def height(self) -> float:
        """Units from bottom to top."""
        return (self.top - self.bottom) * self.scale * self.stretch

    def turned(self, lonlat: Array) -> Array:
        """Return x and y of positions, shape (n, 2)."""
        return np.column_stack(
            [(lonlat[:, 0] - self.left) * self.scale, (self.top - lonlat[:, 1]) * self.scale * self.stretch]
        )


@lru_cache(maxsize=1)
def _land() -> NDArray[np.object_]:
    return np.array([shapely.make_valid(shapely.Polygon(ring)) for ring in orjson.loads(verified("basemap.json"))])


def small_map(facts: PublicFacts, title: str, language: Language) -> Markup:
    """Return the map as one SVG element, described by the table beside it.

    Parameters
    ----------
    title : str
        Read to who does not see it.
    """
    sheet = Sheet(*facts.view)
    box = shapely.box(*facts.view)
    squares = _squares(facts.cells, sheet)
    parts = [
        f'<svg class="map" viewBox="0 0 {WIDTH:.0f} {sheet.height:.0f}" role="img" aria-label="{escape(title)}">',
        f'<rect class="sea" width="{WIDTH:.0f}" height="{sheet.height:.0f}"/>',
        f'<path class="land" d="{_areas(shapely.intersection(_land(), box), sheet)}"/>',
        *_water(facts.shapes, box, sheet),
        *_grid(sheet),
        *_cells(squares, language),
        *_towns(facts.places, sheet, language, [each.at for each in squares]),
        "</svg>",
    ]
    return Markup("".join(parts))


def _areas(shapes: NDArray[np.object_], sheet: Sheet) -> str:
    drawn = shapely.simplify(shapely.transform(shapes, sheet.turned), _TOLERANCE)
    polygons = [part for part in shapely.get_parts(shapely.get_parts(drawn)) if part.geom_type == "Polygon"]
    return "".join(_path(shapely.get_coordinates(part.exterior), "Z") for part in polygons if part.area > 1)


def _path(points: Array, end: str = "") -> str:
    """Write a line as whole units, each step from the point before."""
    whole = np.rint(points).astype(int)
    steps = np.diff(whole, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if len(steps) == 0:
        return ""
    return f"M{whole[0][0]} {whole[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps.tolist()) + end


def _water(shapes: pd.DataFrame, box: Any, sheet: Sheet) -> list[str]:
    rivers, lakes = [], []
    for row in shapes[shapes["kind"].isin(_WATER_KINDS)].itertuples():
        points = vertices(row.lonlat)
        if row.shape == "polygon":
            lakes.append(
                _areas(np.array([shapely.intersection(shapely.make_valid(shapely.Polygon(points)), box)]), sheet)
            )
            continue
        inside = shapely.intersection(shapely.LineString(points), box)
        drawn = shapely.simplify(shapely.transform(inside, sheet.turned), _TOLERANCE)
        rivers += [_path(shapely.get_coordinates(part)) for part in shapely.get_parts(drawn)]
    return [f'<path class="river" d="{"".join(rivers)}"/>', f'<path class="lake" d="{"".join(lakes)}"/>']


@dataclass(frozen=True)
class _Square:
    """A square with the sum of its published periods, in units of the picture, and where its number stands."""

    name: str
    count: int
    left: float
    top: float
    right: float
    bottom: float
    at: tuple[float, float]


def _squares(cells: tuple[dict[str, Any], ...], sheet: Sheet) -> list[_Square]:
    """Return each square once, large ones first; the number of a large one stands beside those in it."""
    counts: dict[tuple[float, float, float], int] = {}
    for cell in cells:
        where = (cell["side_deg"], cell["west"], cell["south"])
        counts[where] = counts.get(where, 0) + cell["incidents"]
    found = []
    for (side, west, south), count in sorted(counts.items(), reverse=True):
        (x, y), (right, bottom) = sheet.turned(np.array([[west, south + side], [west + side, south]])).tolist()
        at = ((x + right) / 2, (y + bottom) / 2 + 5) if side < _LARGE_DEG else (max(x, 0) + 14, max(y, 0) + 15)
        found.append(_Square(area_name(west, south, side), count, x, y, right, bottom, at))
    return found


def _cells(squares: list[_Square], language: Language) -> list[str]:
    drawn, numbers = [], []
    for each in squares:
        shade = 1 + sum(each.count >= least for least in _SHADES)
        told = number(each.count, 0, language)
        size = f'width="{each.right - each.left:.0f}" height="{each.bottom - each.top:.0f}"'
        drawn.append(
            f'<rect class="cell c{shade}" x="{each.left:.0f}" y="{each.top:.0f}" {size}>'
            f"<title>{escape(each.name)}: {told}</title></rect>"
        )
        numbers.append(f'<text class="count" x="{each.at[0]:.0f}" y="{each.at[1]:.0f}">{told}</text>')
    return drawn + numbers


def _grid(sheet: Sheet) -> list[str]:
    """Draw parallels and meridians with their degrees, in Latin digits."""
    step = 8 if sheet.right - sheet.left > 24 else 4
    lines, names = [], []
    for lon in range(int(np.ceil(sheet.left / step)) * step, int(sheet.right), step):
        x = (lon - sheet.left) * sheet.scale
        if 12 < x < WIDTH - 24:
            lines.append(f"M{x:.0f} 0V{sheet.height:.0f}")
            names.append(
                f'<text class="degrees" x="{x + 2:.0f}" y="{sheet.height - 4:.0f}">{_degree(lon, "E", "W")}</text>'
            )
    for lat in range(int(np.ceil(sheet.bottom / step)) * step, int(sheet.top), step):
        y = (sheet.top - lat) * sheet.scale * sheet.stretch
        if 12 < y < sheet.height - 16:
            lines.append(f"M0 {y:.0f}H{WIDTH:.0f}")
            names.append(f'<text class="degrees" x="4" y="{y - 3:.0f}">{_degree(lat, "N", "S")}</text>')
    return [f'<path class="grid" d="{"".join(lines)}"/>', *names]


def _degree(value: int, positive: str, negative: str) -> str:
    return "0°" if value == 0 else f"{abs(value)}° {positive if value > 0 else negative}"


def _towns(places: pd.DataFrame, sheet: Sheet, language: Language, taken: list[tuple[float, float]]) -> list[str]:
    """Draw cities, then towns and ports, as long as their names meet neither one another nor what is there."""
    places = places[places["kind"] != "junction"]
    rank = places["kind"].map({"city": 0, "port": 1}).fillna(2)
    at = sheet.turned(places[["lon", "lat"]].to_numpy(float))
    kept = list(taken)
    drawn: list[str] = []
    for row in np.argsort(rank.to_numpy(), kind="stable"):
        x, y = at[row].tolist()
        if not (8 < x < WIDTH - 8 and 14 < y < sheet.height - 8) or len(drawn) >= _MOST_TOWNS:
            continue
        if any(abs(x - other_x) < _APART_X and abs(y - other_y) < _APART_Y for other_x, other_y in kept):
            continue
        kept.append((x, y))
        name = escape(str(places[name_column(language)].iloc[int(row)]))
        side = ' x="-5" text-anchor="end"' if x > WIDTH - 90 else ' x="5"'
        label = f'<circle class="town" r="2.2"/><text{side} y="4">{name}</text>'
        drawn.append(f'<g transform="translate({x:.0f} {y:.0f})">{label}</g>')
    return drawn
