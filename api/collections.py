"""The collections of the API, and who may know of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.access.audience import Audience
from api.access.policy import is_served
from api.context import RegionContext

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


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


def collection_for(name: str, audience: Audience) -> Collection | None:
    """Return a collection as far as an audience may know of it; None for others and for those that do not exist."""
    found = COLLECTIONS.get(name)
    return found if found and is_served(name, found.id_column, audience) else None


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table without its geometry, missing numbers as None.

    The table comes from `restrict`: features as JSON, pages, files, tiles, filters and the list of queryables are all
    made of what this returns, so that what the audience may not see can be neither read nor asked about.
    """
    import pandas as pd

    return [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in record.items()}
        for record in pd.DataFrame(table.drop(columns="geometry")).to_dict("records")
    ]


def _points(frame: Any) -> gpd.GeoDataFrame:
    import geopandas as gpd

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
