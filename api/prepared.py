"""Collections as an audience sees them, ready to be served: each part is made when first asked for, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from api.access.audience import Audience
from api.access.policy import restrict
from api.answer_cache import AnswerCache
from api.collections import COLLECTIONS, Collection, collection_for, records_of
from api.context import RegionContext

if TYPE_CHECKING:
    import geopandas as gpd

#: 1e-7 degrees are a centimetre: finer than any fact of the region.
_PRECISION_DEG = 1e-7
#: Of the pages kept of one collection; seven collections and three audiences stay under 50 MB.
_MOST_PAGES_BYTES = 2_000_000
Box = tuple[float, float, float, float]


@dataclass(eq=False)
class Prepared:
    """A collection as one audience sees it, ready to be served; ids, extents and counts are of that alone.

    Attributes
    ----------
    collection : Collection
    ids : tuple of str
        In the table's order.
    geometries : array of shapely geometries
        Longitude and latitude, WGS84.
    columns : tuple of str
        Properties that the audience sees.
    records : sequence of dict
        Of these properties, aligned with `ids`.
    data_version : str
    pages : AnswerCache
        Plain pages of features asked before, by address and headers.
    """

    collection: Collection
    ids: tuple[str, ...]
    geometries: NDArray[np.object_]
    columns: tuple[str, ...]
    records: Sequence[dict[str, Any]]
    data_version: str
    pages: AnswerCache = field(default_factory=lambda: AnswerCache(_MOST_PAGES_BYTES))

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each id."""
        return {feature_id: row for row, feature_id in enumerate(self.ids)}

    @cached_property
    def table(self) -> gpd.GeoDataFrame:
        """What may be read, as a table with its geometry."""
        import geopandas as gpd
        import pandas as pd

        return gpd.GeoDataFrame(
            pd.DataFrame(list(self.records), columns=self.columns), geometry=self.geometries, crs="EPSG:4326"
        )

    @cached_property
    def types(self) -> dict[str, str]:
        """Type of each property as JSON Schema names it; the queryables."""
        return {name: _json_type([record[name] for record in self.records]) for name in self.columns}

    @cached_property
    def bounds(self) -> Box:
        """Return (left, bottom, right, top) of the whole, degrees; of the Earth where there is nothing."""
        if not self.ids:
            return -180.0, -90.0, 180.0, 90.0
        left, bottom, right, top = (float(edge) for edge in shapely.total_bounds(self.geometries))
        return left, bottom, right, top

    @cached_property
    def spans(self) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]] | None:
        """First and last moment of each feature (UTC), or None where features have no time."""
        day, precision = self.collection.day_column, self.collection.day_precision_column
        if day not in self.types or not self.ids:
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
        meets = self._meets(boxes[0])
        for box in boxes[1:]:
            meets |= self._meets(box)
        return np.flatnonzero(meets)

    @cached_property
    def edges(self) -> NDArray[np.float64]:
        """Left, bottom, right, top of each geometry, shape (4, n); NaN, which meets nothing, of an empty one."""
        return np.ascontiguousarray(shapely.bounds(self.geometries).T)

    def _meets(self, box: Box) -> NDArray[np.bool_]:
        """Return which geometries meet a box: most are told by their edges, only those across its border are tried."""
        left, bottom, right, top = self.edges
        near = (right >= box[0]) & (left <= box[2]) & (top >= box[1]) & (bottom <= box[3])
        inside = (left >= box[0]) & (right <= box[2]) & (bottom >= box[1]) & (top <= box[3])
        across = np.flatnonzero(near & ~inside)
        near[across] = shapely.intersects(shapely.box(*box), self.geometries[across])
        return np.asarray(near, dtype=bool)


def _json_type(values: list[Any]) -> str:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return "boolean"
    if known and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in known):
        return "number"
    return "string"


def prepare(collection: Collection, context: RegionContext, audience: Audience) -> Prepared:
    """Take of a collection of the region what an audience sees."""
    table = restrict(collection.name, collection.table(context), audience)
    ids = tuple(str(each) for each in table[collection.id_column])
    geometries = shapely.set_precision(table["geometry"].to_numpy(), _PRECISION_DEG, mode="pointwise")
    columns = tuple(str(name) for name in table.columns if name != "geometry")
    return Prepared(collection, ids, geometries, columns, records_of(table), context.version)


_PREPARING = Lock()
_KEPT: WeakKeyDictionary[RegionContext, dict[tuple[str, Audience], Prepared]] = WeakKeyDictionary()


def _key(name: str, audience: Audience) -> tuple[str, Audience]:
    # an admin sees no more of the facts than a planner: one copy serves both
    return name, min(audience, Audience.PLANNER)


def kept(context: RegionContext, name: str, audience: Audience) -> Prepared | None:
    """Return a collection if it was taken out of the region for this audience before."""
    return _KEPT.get(context, {}).get(_key(name, audience))


def prepared(context: RegionContext, name: str, audience: Audience) -> Prepared:
    """Return what an audience sees of a collection of the region, taken out of it once.

    Raises
    ------
    KeyError
        For a collection that does not exist, or that the audience may not know of.
    """
    if (found := kept(context, name, audience)) is not None:
        return found
    if collection_for(name, audience) is None:
        raise KeyError(name)
    key = _key(name, audience)
    with _PREPARING:
        collections = _KEPT.setdefault(context, {})
        if key not in collections:
            collections[key] = _shelved(COLLECTIONS[name], context, key[1])
        return collections[key]


def _shelved(collection: Collection, context: RegionContext, audience: Audience) -> Prepared:
    """Take a collection from the shelf of the region; make it and put it there where it is not."""
    from api.prepared_kept import arrays_of, prepared_from

    if context.shelf is None:
        return prepare(collection, context, audience)
    name = f"collection-{collection.name}-{audience.word}"
    if (kept := context.shelf.read(name)) is not None:
        return prepared_from(collection, kept)
    made = prepare(collection, context, audience)
    context.shelf.write(name, arrays_of(made))
    return made


def prepared_whole(context: RegionContext, name: str, audience: Audience) -> Prepared:
    """Return what an audience sees of a collection with all that plain requests need made."""
    found = prepared(context, name, audience)
    for part in (found.features, found.edges, found.types, found.spans):
        del part
    return found
