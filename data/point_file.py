"""Files of very many points, read a batch at a time: GeoParquet, Parquet or CSV with columns of coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from data.errors import BadInput
from data.units import REGION_BBOX

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

#: Rows of a batch; of tracks one takes some 10 MB.
BATCH = 1 << 17
#: Names of columns of coordinates, in small letters.
LON_NAMES, LAT_NAMES = ("lon", "longitude", "x"), ("lat", "latitude", "y")
_CSV_BLOCK, _BUFFER_BYTES = 1 << 23, 1 << 20


@dataclass(frozen=True)
class PointBatch:
    """Some rows of a file.

    Attributes
    ----------
    table : pyarrow.RecordBatch
        All columns.
    lon, lat : array, shape (n,)
        Degrees, WGS84; NaN where a row has no position on Earth.
    share_read : float
        Of the file, with this batch.
    """

    table: pa.RecordBatch
    lon: Array
    lat: Array
    share_read: float


class PointFile:
    """A file of points, opened.

    Parameters
    ----------
    path : Path
        `.parquet` (GeoParquet with points in WKB, or columns of coordinates) or `.csv`.

    Attributes
    ----------
    schema : pyarrow.Schema
    geometry : str
        Column of points; "" where the coordinates have columns of their own.

    Raises
    ------
    BadInput
        If it cannot be read, has no points in WGS84, or (as a batch is read) latitude and longitude look swapped.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self.path = path
        try:
            self._source: _Parquet | _Csv = _Csv(path) if path.suffix.lower() == ".csv" else _Parquet(path)
        except pa.ArrowInvalid as error:
            raise BadInput(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from None
        self.schema = self._source.schema
        self.geometry = _geometry_of(path, self.schema)
        self._lon, self._lat = ("", "") if self.geometry else _columns_of(path, self.schema)

    def batches(self) -> Iterator[PointBatch]:
        """Read the file from its beginning."""
        import pyarrow as pa

        is_first = True
        try:
            for table, share in self._source.batches():
                lon, lat = self._positions(table)
                if is_first and _look_swapped(lon, lat):
                    raise BadInput(
                        f"{self.path.name}: longitude and latitude look swapped; the region is {REGION_BBOX}"
                    )
                is_first = is_first and len(lon) == 0
                yield PointBatch(table, lon, lat, share)
        except pa.ArrowInvalid as error:
            raise BadInput(f"{self.path.name} cannot be read: {str(error).splitlines()[0]}") from None

    def _positions(self, table: pa.RecordBatch) -> tuple[Array, Array]:
        if self.geometry:
            import shapely

            points = shapely.from_wkb(table.column(self.geometry).to_numpy(zero_copy_only=False), on_invalid="ignore")
            # of anything but a point shapely gives NaN
            lon, lat = shapely.get_x(points), shapely.get_y(points)
        else:
            lon, lat = (_numbers(table.column(name)) for name in (self._lon, self._lat))
        on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        return np.where(on_earth, lon, np.nan), np.where(on_earth, lat, np.nan)


class _Parquet:
    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        # with its usual buffering the reader keeps all that it has read until it ends
        self._file = pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)
        self.schema = self._file.schema_arrow

    def batches(self) -> Iterator[tuple[pa.RecordBatch, float]]:
        rows, done = max(1, self._file.metadata.num_rows), 0
        for table in self._file.iter_batches(BATCH):
            done += table.num_rows
            yield table, done / rows


class _Csv:
    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self.schema = self._open(file).schema

    def _open(self, file: Any) -> Any:
        from pyarrow import csv

        # a column of which the first block tells nothing is text
        return csv.open_csv(file, read_options=csv.ReadOptions(block_size=_CSV_BLOCK))

    def batches(self) -> Iterator[tuple[pa.RecordBatch, float]]:
        size = max(1, self._path.stat().st_size)
        with self._path.open("rb") as file:
            for table in self._open(file):
                yield table, min(1.0, file.tell() / size)


def _geometry_of(path: Path, schema: pa.Schema) -> str:
    """Return the column of points that GeoParquet's metadata names; "" where there is none."""
    told = (schema.metadata or {}).get(b"geo")
    if told is None:
        return ""
    try:
        geo = orjson.loads(told)
        name = str(geo["primary_column"])
        column = geo["columns"][name]
        encoding, crs = column["encoding"], column.get("crs", {})
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BadInput(f"{path.name}: its GeoParquet metadata cannot be read") from None
    if encoding != "WKB":
        raise BadInput(f"{path.name}: points are stored as {encoding}; write them as WKB")
    if crs and not _is_wgs84(crs):
        raise BadInput(f"{path.name}: points are in {crs.get('name', 'another system')}; write them in WGS84")
    return name


def _is_wgs84(crs: Any) -> bool:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return bool(CRS.from_user_input(crs).equals(CRS(4326), ignore_axis_order=True))
    except CRSError:
        return False


def _columns_of(path: Path, schema: pa.Schema) -> tuple[str, str]:
    """Return the columns of longitude and latitude."""
    folded = {name.casefold().strip(): name for name in reversed(schema.names)}
    found = [next((folded[each] for each in names if each in folded), "") for names in (LON_NAMES, LAT_NAMES)]
    if not all(found):
        raise BadInput(f"{path.name}: has neither GeoParquet metadata nor columns lon and lat")
    return found[0], found[1]


def _numbers(column: pa.Array) -> Array:
    """Return a column as numbers; NaN for what is none."""
    import pandas as pd

    return np.asarray(pd.to_numeric(column.to_pandas(), errors="coerce"), dtype=float)


def _look_swapped(lon: Array, lat: Array) -> bool:
    left, bottom, right, top = REGION_BBOX
    there = np.isfinite(lon)
    if not there.any():
        return False
    x, y = lon[there], lat[there]
    inside = (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
    swapped = (y >= left) & (y <= right) & (x >= bottom) & (x <= top)
    return float(inside.mean()) < 0.5 and float(swapped.mean()) > 0.9
