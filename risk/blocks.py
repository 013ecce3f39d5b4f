"""Areas nobody is sent into: mines and fighting close ground, they are never weighed against anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import Polygon

from data.shapes import inside, vertices

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Block:
    """One area.

    Attributes
    ----------
    area_id, name, kind : str
    off_road : bool
        Whether paved roads through it stay open.
    polygon : Polygon
        Degrees.
    """

    area_id: str
    name: str
    kind: str
    off_road: bool
    polygon: Polygon


def blocks_on(areas: pd.DataFrame, on: date) -> tuple[Block, ...]:
    """Return the areas of a table `blocked_areas` that hold on a day."""
    return tuple(
        Block(row.area_id, row.name, row.kind, row.applies_to == "off_road", Polygon(vertices(row.lonlat)))
        for row in held_on(areas, on).itertuples(index=False)
    )


def held_on(areas: pd.DataFrame, on: date) -> pd.DataFrame:
    """Return the rows of a table `blocked_areas` that hold on a day; an empty date has no end."""
    day = on.isoformat()
    return areas[(areas["valid_from"] <= day) & ((areas["valid_to"] == "") | (areas["valid_to"] >= day))]


def blocked_segments(segments: pd.DataFrame, blocks: tuple[Block, ...]) -> pd.Series:
    """Return the area in which each segment's middle lies, as its id; "" for open ones.

    Parameters
    ----------
    segments : DataFrame
        With lon, lat, mode.
    """
    lon, lat = segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)
    paved, sea = (segments["mode"] == "paved").to_numpy(), (segments["mode"] == "sea").to_numpy()
    found = np.full(len(segments), "", dtype=object)
    for block in blocks:
        closed = inside(block.polygon, lon, lat) & ~sea & ~(paved & block.off_road)
        found[closed & (found == "")] = block.area_id
    return pd.Series(found, index=segments.index)
