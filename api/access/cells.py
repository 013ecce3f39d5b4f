"""The one public table of incidents: counts on fixed cells and closed windows, from which nothing more can be had.

Five fixed levels nest, so that they are one tree: every cell of a level lies in one cell of the next.

===== ======== ========= =======================================
level side     window    example
===== ======== ========= =======================================
0     0.5 deg  month     2017-06
1     0.5 deg  year      2017
2     2 deg    year      2017
3     2 deg    5 years   2016-2020
4     8 deg    5 years   2016-2020
===== ======== ========= =======================================

A window is published when it ended 30 days ago or longer; nothing in it depends on what came later. There are no other
tables, totals or filters: every public view is a sum of published cells.

Suppression goes upwards. A smallest cell appears if it counts `LEAST` or more. A larger one appears only if what it
adds to the published cells inside it (its *rest*) is spread over two or more children that do not appear, is at least
`LEAST`, and is at most ``(children - 1) * (LEAST - 1)``. Then every child that does not appear, and every cell within
it, may for all that is published hold 0, 1, ... or ``LEAST - 1``: no larger cell, zoom, window or later edition narrows
it, not even for a reader who knows this rule. `tests/api/access/test_access_cells.py` tries with linear programs and by
building the other worlds. Cells with no incident and cells with few look the same: they are not there.

`LEAST` is 5: with 3, two relatives who know of two incidents would single out the third; groups of the smallest cells
of rural tables are withheld below 5 by many statistical offices. What is counted is incidents, not people: one wreck
would otherwise lift any cell over any threshold.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

from api.access.suppression import Tree, unsuppressed

LEAST = 5
DELAY = timedelta(days=30)
#: Side in half degrees and window in months of each level.
LEVELS = ((1, 1), (1, 12), (4, 12), (4, 60), (16, 60))
_SIDE_DEG = 0.5
#: Windows are counted from here, so that five years are 2011-2015, 2016-2020, ...
_EPOCH_YEAR = 2011

Node = tuple[int, int, int, int]


@dataclass(frozen=True, order=True)
class PublicCell:
    """One published count.

    Attributes
    ----------
    level : int
        0 to 4.
    west, south, side_deg : float
        Lower left corner and side, degrees (WGS84).
    begins, ends : date
        First and last day of the window.
    incidents : int
        At least `LEAST`.
    """

    level: int
    west: float
    south: float
    side_deg: float
    begins: date
    ends: date
    incidents: int

    @property
    def cell_id(self) -> str:
        """A name that does not change from edition to edition."""
        return f"{self.level}_{self.west:g}_{self.south:g}_{self.begins:%Y-%m}"

    def properties(self) -> dict[str, Any]:
        """Return what a feature or a row of this cell says; nothing else is ever said."""
        return {
            "cell_id": self.cell_id,
            "level": self.level,
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat(),
            "incidents": self.incidents,
            "west": self.west,
            "south": self.south,
            "side_deg": self.side_deg,
        }

    def feature(self) -> dict[str, Any]:
        """Return the cell as a GeoJSON feature."""
        left, low = self.west, self.south
        right, high = left + self.side_deg, low + self.side_deg
        ring = [[left, low], [right, low], [right, high], [left, high], [left, low]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "id": self.cell_id, "geometry": geometry, "properties": self.properties()}


def public_cells(incidents: pd.DataFrame, today: date) -> tuple[PublicCell, ...]:
    """Return everything the public may know of incidents on a day.

    Parameters
    ----------
    incidents : DataFrame
        Columns date (text, 2017-06-15), date_precision, lon, lat. Incidents known to the year only have no month and
        are left out.
    today : date

    Returns
    -------
    tuple of PublicCell
        By level, place and window. A later day's answer holds every cell of an earlier day's, unchanged.
    """
    leaves = Counter(_leaf(*row) for row in _placed(incidents))
    return tuple(sorted(_cell(node, count) for node, count in published(leaves, today).items()))


def published(leaves: Mapping[Node, int], today: date) -> dict[Node, int]:
    """Return the nodes of the tree that appear on a day, with their counts.

    Parameters
    ----------
    leaves : mapping of (0, column, row, month) to int
        Counts of the smallest cells.
    """
    tree = Tree(len(LEVELS), parent, lambda node: children_of(node[0]), lambda node: _is_released(node, today))
    return unsuppressed(leaves, tree, LEAST)


def children_of(level: int) -> int:
    """Return how many cells of the level below a cell of this level holds."""
    (side, months), (inner_side, inner_months) = LEVELS[level], LEVELS[level - 1]
    return (side // inner_side) ** 2 * (months // inner_months)


def parent(node: Node) -> Node:
    """Return the cell of the next level that holds one."""
    level, column, row, window = node
    (side, months), (outer_side, outer_months) = LEVELS[level], LEVELS[level + 1]
    wider, longer = outer_side // side, outer_months // months
    return level + 1, column // wider, row // wider, window // longer


def _leaf(day: date, lon: float, lat: float) -> Node:
    month = (day.year - _EPOCH_YEAR) * 12 + day.month - 1
    return 0, math.floor(lon / _SIDE_DEG), math.floor(lat / _SIDE_DEG), month


def _placed(incidents: pd.DataFrame) -> Iterable[tuple[date, float, float]]:
    columns = (incidents[name] for name in ("date", "date_precision", "lon", "lat"))
    for day, precision, lon, lat in zip(*columns, strict=True):
        if precision != "year" and math.isfinite(lon) and math.isfinite(lat):
            yield date.fromisoformat(day), float(lon), float(lat)


def _window(node: Node) -> tuple[date, date]:
    months = LEVELS[node[0]][1]
    first = node[3] * months
    return _month(first), _month(first + months) - timedelta(days=1)


def _month(number: int) -> date:
    return date(_EPOCH_YEAR + number // 12, number % 12 + 1, 1)


def _is_released(node: Node, today: date) -> bool:
    return today - _window(node)[1] >= DELAY


def _cell(node: Node, count: int) -> PublicCell:
    side = LEVELS[node[0]][0] * _SIDE_DEG
    begins, ends = _window(node)
    return PublicCell(node[0], node[1] * side, node[2] * side, side, begins, ends, count)
