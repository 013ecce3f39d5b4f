"""Collections ready to be served: each part is made when it is first asked for, and kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from api.collections import COLLECTIONS, Collection, serialise
from api.context import RegionContext

#: 1e-7 degrees are a centimetre: finer than any fact of the region.
_PRECISION_DEG = 1e-7
Box = tuple[float, float, float, float]


@dataclass(eq=False)
class Prepared:
    """A collection ready to be served.

    Attributes
    ----------
    collection : Collection
    ids : tuple of str
        In the table's order.
    geometries : array of shapely geometries
        Longitude and latitude, WGS84.
    records : list of dict
        What `serialise` lets through, aligned with `ids`.
    data_version : str
    """

    collection: Collection
    ids: tuple[str, ...]
    geometries: NDArray[np.object_]
    records: list[dict[str, Any]]
    data_version: str

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each id."""
        return {feature_id: row for row, feature_id in enumerate(self.ids)}

    @cached_property
    def table(self) -> gpd.GeoDataFrame:
        """What may be read, as a table with its geometry."""
        return gpd.GeoDataFrame(pd.DataFrame(self.records), geometry=self.geometries, crs="EPSG:4326")

    @cached_property
    def types(self) -> dict[str, str]:
        """Type of each property as JSON Schema names it; the queryables."""
        return {name: _json_type([record[name] for record in self.records]) for name in self.records[0]}

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Tree for boxes."""
        return shapely.STRtree(self.geometries)

    @cached_property
    def bounds(self) -> Box:
        """Return (left, bottom, right, top) of the whole, degrees."""
        left, bottom, right, top = (float(edge) for edge in shapely.total_bounds(self.geometries))
        return left, bottom, right, top

    @cached_property
    def spans(self) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]] | None:
        """First and last moment of each feature (UTC), or None where features have no time."""
        day, precision = self.collection.day_column, self.collection.day_precision_column
        if day not in self.types:
            return None
        starts, ends = [], []
        for record in self.records:
            # the day of a month or a year that is all that is known stands for the whole of it
            unit = {"month": "M", "year": "Y"}.get(record.get(precision, "day"), "D")
            period = np.datetime64(record[day], "D").astype(f"datetime64[{unit}]")
            starts.append(period.astype("datetime64[us]"))
            ends.append((period + 1).astype("datetime64[us]") - np.timedelta64(1, "us"))
        return np.array(starts), np.array(ends)

    @cached_property
    def heads(self) -> tuple[bytes, ...]:
        """Each feature up to its geometry."""
        return tuple(b'{"type":"Feature","id":' + orjson.dumps(each) + b',"geometry":' for each in self.ids)

    @cached_property
    def tails(self) -> tuple[bytes, ...]:
        """Each feature from behind its geometry."""
        return tuple(
            b',"properties":' + orjson.dumps(record, option=orjson.OPT_SERIALIZE_NUMPY) + b"}"
            for record in self.records
        )

    @cached_property
    def features(self) -> tuple[bytes, ...]:
        """GeoJSON features."""
        shapes = shapely.to_geojson(self.geometries)
        return tuple(
            head + shape.encode() + tail for head, shape, tail in zip(self.heads, shapes, self.tails, strict=True)
        )

    def rows(self, boxes: tuple[Box, ...]) -> NDArray[np.intp]:
        """Return the rows whose geometry meets one of the boxes, in order; all if there is none."""
        if not boxes:
            return np.arange(len(self.ids))
        found = [self.tree.query(shapely.box(*box), predicate="intersects") for box in boxes]
        return found[0][np.argsort(found[0])] if len(found) == 1 else np.unique(np.concatenate(found))


def _json_type(values: list[Any]) -> str:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return "boolean"
    if known and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in known):
        return "number"
    return "string"


def prepare(collection: Collection, context: RegionContext) -> Prepared:
    """Take a collection out of the region."""
    table = collection.table(context)
    ids = tuple(str(each) for each in table[collection.id_column])
    geometries = shapely.set_precision(table.geometry.to_numpy(), _PRECISION_DEG, mode="pointwise")
    records = [serialise(record) for record in pd.DataFrame(table.drop(columns="geometry")).to_dict("records")]
    return Prepared(collection, ids, geometries, records, context.pack.version)


_PREPARING = Lock()
_KEPT: WeakKeyDictionary[RegionContext, dict[str, Prepared]] = WeakKeyDictionary()


def kept(context: RegionContext, name: str) -> Prepared | None:
    """Return a collection if it was taken out of the region before."""
    return _KEPT.get(context, {}).get(name)


def prepared(context: RegionContext, name: str) -> Prepared:
    """Return a collection of the region, taken out of it once; raises KeyError for one that does not exist."""
    if (found := kept(context, name)) is not None:
        return found
    with _PREPARING:
        collections = _KEPT.setdefault(context, {})
        if name not in collections:
            collections[name] = prepare(COLLECTIONS[name], context)
        return collections[name]


def prepared_whole(context: RegionContext, name: str) -> Prepared:
    """Return a collection with all that plain requests need made."""
    found = prepared(context, name)
    for part in (found.features, found.tree, found.types, found.spans):
        del part
    return found
