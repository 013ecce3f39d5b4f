"""The collections of the API: tables of the region as GeoJSON features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import shapely

from api.context import RegionContext

#: Fields a person may be found by, or that only serve the program, never leave by this door.
HIDDEN = frozenset({"geometry", "from_node", "to_node"})


@dataclass(frozen=True)
class Collection:
    """One collection.

    Attributes
    ----------
    name, title, id_column : str
    table : callable
        From the region to a GeoDataFrame in WGS84.
    """

    name: str
    title: str
    id_column: str
    table: Callable[[RegionContext], gpd.GeoDataFrame]


def _points(frame: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326")


COLLECTIONS = {
    each.name: each
    for each in (
        Collection("places", "Places", "place_id", lambda context: _points(context.pack.places)),
        Collection("legs", "Legs of the network", "leg_id", lambda context: context.network.legs),
        Collection("segments", "Segments of at most 10 km", "segment_id", lambda context: context.network.segments),
        Collection("water-points", "Water points", "water_id", lambda context: _points(context.pack.water_points)),
        Collection("incidents", "Documented incidents", "incident_id", lambda context: _points(context.pack.incidents)),
    )
}


@dataclass(frozen=True)
class Prepared:
    """A collection ready to be served: features as bytes, and a tree for boxes.

    Attributes
    ----------
    ids : tuple of str
        In the table's order.
    features : tuple of bytes
        GeoJSON features.
    tree : shapely.STRtree
    bounds : tuple of float
        (left, bottom, right, top) of the whole.
    """

    ids: tuple[str, ...]
    features: tuple[bytes, ...]
    tree: shapely.STRtree
    bounds: tuple[float, float, float, float]

    def rows(self, bbox: tuple[float, float, float, float] | None) -> list[int]:
        """Return the rows whose geometry meets a box, in order."""
        if bbox is None:
            return list(range(len(self.ids)))
        return sorted(int(row) for row in self.tree.query(shapely.box(*bbox), predicate="intersects"))


def prepare(collection: Collection, context: RegionContext) -> Prepared:
    """Serialise a collection once."""
    table = collection.table(context)
    geometries = table.geometry.to_numpy()
    columns = [name for name in table.columns if name not in HIDDEN]
    records = table[columns].to_dict("records")
    features = []
    for record, geometry in zip(records, geometries, strict=True):
        properties = {
            name: None if isinstance(value, float) and np.isnan(value) else value for name, value in record.items()
        }
        document = {
            "type": "Feature",
            "id": str(record[collection.id_column]),
            "geometry": orjson.loads(shapely.to_geojson(shapely.set_precision(geometry, 1e-7, mode="pointwise"))),
            "properties": properties,
        }
        features.append(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY))
    ids = tuple(str(record[collection.id_column]) for record in records)
    left, bottom, right, top = (float(edge) for edge in table.total_bounds)
    return Prepared(ids, tuple(features), shapely.STRtree(geometries), (left, bottom, right, top))
