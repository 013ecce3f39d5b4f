"""The collections of the API, and the one place where a record becomes what may be read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np

from api.context import RegionContext

#: Fields that only serve the program; they never leave by this door.
HIDDEN = frozenset({"geometry", "from_node", "to_node"})


@dataclass(frozen=True)
class Collection:
    """One collection.

    Attributes
    ----------
    name, title, description, id_column : str
    table : callable
        From the region to a GeoDataFrame in WGS84.
    day_column, day_precision_column : str
        Columns of the day a feature belongs to and of what is known of it (day, month, year); "" where features have
        no time.
    """

    name: str
    title: str
    description: str
    id_column: str
    table: Callable[[RegionContext], gpd.GeoDataFrame]
    day_column: str = ""
    day_precision_column: str = ""


def serialise(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of one record that may be read; nothing else of it leaves by this API.

    Features as JSON, pages, files, tiles, filters and the list of queryables are all made of what this returns, so that
    what is left out here can be neither read nor asked about.
    """
    return {
        name: None if isinstance(value, float) and np.isnan(value) else value
        for name, value in record.items()
        if name not in HIDDEN
    }


def _points(frame: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326")


COLLECTIONS = {
    each.name: each
    for each in (
        Collection(
            "places",
            "Places",
            "Towns, oases, posts, ports and landings of the routes, with what each is to a rescue.",
            "place_id",
            lambda context: _points(context.pack.places),
        ),
        Collection(
            "legs",
            "Legs of the network",
            "Lines between two places, by road, track, desert or sea.",
            "leg_id",
            lambda context: context.network.legs,
        ),
        Collection(
            "segments",
            "Segments of at most 10 km",
            "Pieces of the legs: the unit of risk, patrol and debt.",
            "segment_id",
            lambda context: context.network.segments,
        ),
        Collection(
            "water-points",
            "Water points",
            "Wells, springs, gueltas and other points of water, and how far they can be relied on.",
            "water_id",
            lambda context: _points(context.pack.water_points),
        ),
        Collection(
            "incidents",
            "Documented incidents",
            "Published strandings, deaths and rescues with their source; positions and days are as precise as told.",
            "incident_id",
            lambda context: _points(context.pack.incidents),
            day_column="date",
            day_precision_column="date_precision",
        ),
    )
}
