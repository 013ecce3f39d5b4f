"""Very many points joined to the segments of the network, a batch at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from api.context import RegionContext
from data.errors import BadInput
from data.point_file import PointBatch, PointFile
from data.units import M_PER_KM
from routes.nearest_segment import Nearest, SegmentIndex

if TYPE_CHECKING:
    import pyarrow as pa

#: What is added to each row: segment, its leg, km along that, and metres away; nothing in rows not joined.
ADDED = ("segment_id", "leg_id", "leg_km", "segment_distance_m")
#: Segments named in the report.
_MOST = 10


@dataclass(eq=False)
class Joined:
    """What came of a join.

    Attributes
    ----------
    rows, joined, beyond, unplaced : int
        Rows read; joined to a segment; farther than was asked for; without a position on Earth.
    of_segment : array of int
        Points of each segment, aligned with the network's table.
    """

    of_segment: NDArray[np.int64]
    rows: int = 0
    joined: int = 0
    beyond: int = 0
    unplaced: int = 0


def join_points(
    context: RegionContext,
    points: Path,
    out: Path,
    within_m: float = np.inf,
    progress: Callable[[float], None] = lambda share: None,
) -> Joined:
    """Write the rows of a file of points with the segment nearest to each, as GeoParquet.

    Memory is bounded however many rows there are. Every row is written, in its order; `out` appears when all is done.

    Raises
    ------
    BadInput
        If the points cannot be read, have columns of the names that are added, or `out` is the file itself.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = PointFile(points)
    taken = [name for name in ADDED if name in source.schema.names]
    faults = [f"{points.name}: has a column {name} already" for name in taken]
    if out.exists() and out.samefile(points):
        faults.append(f"{out}: is the file of points itself")
    if faults:
        raise BadInput(faults)
    segments = context.network.segments
    index, found = SegmentIndex(segments), Joined(np.zeros(len(segments), dtype=np.int64))
    names, legs = (pa.array(each, type=pa.string()) for each in (segments.index, segments["leg_id"]))
    from_km = segments["km_from"].to_numpy(float)
    schema = _schema_out(source)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.stem}-", dir=out.parent) as folder:
        part = Path(folder) / "part.parquet"
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            for batch in source.batches():
                nearest = _count(found, index, batch, within_m)
                none = nearest.row < 0
                row = pa.array(nearest.row, mask=none)
                km = from_km[nearest.row] + nearest.along_m / M_PER_KM
                numbers = (pa.array(values, mask=none) for values in (km, nearest.distance_m))
                added = [names.take(row), legs.take(row), *numbers]
                places = [] if source.geometry else [_wkb(batch)]
                columns = [*batch.table.columns, *places, *added]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
                progress(batch.share_read)
        part.replace(out)
    return found


def _count(found: Joined, index: SegmentIndex, batch: PointBatch, within_m: float) -> Nearest:
    """Find the nearest segments of a batch and count them."""
    placed = np.flatnonzero(np.isfinite(batch.lon))
    near = index.nearest(batch.lon[placed], batch.lat[placed], within_m)
    row = np.full(len(batch.lon), -1)
    away_m, along_m = np.full((2, len(batch.lon)), np.nan)
    row[placed], away_m[placed], along_m[placed] = near.row, near.distance_m, near.along_m
    joined = near.row >= 0
    found.of_segment += np.bincount(near.row[joined], minlength=len(found.of_segment))
    found.rows += len(row)
    found.unplaced += len(row) - len(placed)
    found.joined += int(joined.sum())
    found.beyond += int((~joined).sum())
    return Nearest(row, away_m, along_m)


def _schema_out(source: PointFile) -> pa.Schema:
    """Return the columns of the file with those added; points get a geometry where they have none."""
    import pyarrow as pa

    schema = source.schema
    if not source.geometry:
        if "geometry" in schema.names:
            raise BadInput(f"{source.path.name}: has a column geometry, but no GeoParquet metadata on it")
        schema = schema.append(pa.field("geometry", pa.binary()))
        about = {"encoding": "WKB", "geometry_types": ["Point"]}
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
        schema = schema.with_metadata({**(schema.metadata or {}), b"geo": orjson.dumps(geo)})
    types = (pa.string(), pa.string(), pa.float64(), pa.float64())
    for name, kind in zip(ADDED, types, strict=True):
        schema = schema.append(pa.field(name, kind))
    return schema


def _wkb(batch: PointBatch) -> pa.Array:
    """Return the positions of a batch as points in WKB, empty where there is none."""
    import pyarrow as pa

    points = np.zeros(len(batch.lon), dtype=[("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])
    points["order"], points["kind"], points["lon"], points["lat"] = 1, 1, batch.lon, batch.lat
    offsets = np.arange(len(points) + 1, dtype=np.int32) * points.itemsize
    known = np.packbits(np.isfinite(batch.lon), bitorder="little")
    buffers = [pa.py_buffer(part) for part in (known, offsets, points)]
    return pa.Array.from_buffers(pa.binary(), len(points), buffers)


def joined_document(context: RegionContext, found: Joined, out: Path) -> dict[str, Any]:
    """Return a join as a JSON-ready document."""
    most = np.argsort(-found.of_segment, kind="stable")[:_MOST]
    ids = context.network.segments.index
    return {
        "kind": "joined_points",
        "data_version": context.version,
        "rows": found.rows,
        "joined": found.joined,
        "beyond_reach": found.beyond,
        "without_position": found.unplaced,
        "segments_met": int((found.of_segment > 0).sum()),
        "most_met": {str(ids[row]): int(found.of_segment[row]) for row in most if found.of_segment[row]},
        "file": str(out),
    }
