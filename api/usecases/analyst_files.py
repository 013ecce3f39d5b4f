"""What the analyst takes along of what is seen: table, features, raster."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd

from api.access.audience import Audience
from api.access.policy import allowed
from api.context import RegionContext
from api.usecases.analyst import View, seen
from api.usecases.risk import risk_record
from data.errors import NoAnswer
from data.grid import GridFrame, RasterGrid
from data.units import REGION_BBOX
from maps.analyst_layers import shown_layer
from maps.geotiff import write_geotiff
from maps.hxl_table import hxl_csv

#: Side of a cell of the raster, degrees; a line is burnt into every cell it touches.
CELL_DEG = 0.05
#: Field of a record to heading and HXL tag.
COLUMNS = (
    ("segment_id", "#loc+segment+id"),
    ("leg_id", "#loc+leg+id"),
    ("corridor", "#loc+corridor"),
    ("mode", "#access+road+type"),
    ("km_from", "#distance+from+km"),
    ("km_to", "#distance+to+km"),
    ("lon", "#geo+lon"),
    ("lat", "#geo+lat"),
    ("risk_per_km_day", "#indicator+risk+per_km_day"),
    ("risk_low", "#indicator+risk+low+per_km_day"),
    ("risk_high", "#indicator+risk+high+per_km_day"),
    ("incident_rate_per_km_day", "#indicator+strandings+per_km_day"),
    ("death_probability", "#indicator+lethality"),
    ("expected_water_km", "#indicator+water+km"),
    ("distance_to_water_km", "#indicator+water+nearest+km"),
    ("heat", "#indicator+water_loss+l_per_day"),
    ("tmax_degc", "#indicator+temperature+max+degc"),
    ("survival_h", "#indicator+survival+h"),
    ("walk_h", "#indicator+walk+h"),
    ("arrival_h", "#indicator+remoteness+h"),
    ("change", "#indicator+risk+change"),
)
Box = tuple[float, float, float, float]


def records_seen(context: RegionContext, view: View, audience: Audience) -> list[dict[str, Any]]:
    """Return the assessed segments of a view as records an audience may see, worst first."""
    table = seen(context, view).dropna(subset=["risk_per_km_day"])
    if table.empty:
        raise NoAnswer("nothing assessed is in sight")
    table = table.sort_values("risk_per_km_day", ascending=False, kind="stable")
    return [allowed("risk", _record(row, view), audience) for _, row in table.iterrows()]


def _record(row: pd.Series, view: View) -> dict[str, Any]:
    record = {**risk_record(row), "date": view.on.isoformat(), "stranded_at_h": view.hour}
    if view.other is not None:
        record |= {"other_date": view.other.isoformat(), "change": _number(row["change"])}
    return record


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def segments_csv(context: RegionContext, view: View, audience: Audience) -> bytes:
    """Return the segments in sight as CSV with a row of HXL tags."""
    rows = []
    for record in records_seen(context, view, audience):
        low, high = record["interval"]
        full = {**record, "risk_low": low, "risk_high": high}
        rows.append([view.on.isoformat(), view.hour, *(_cell(full.get(name)) for name, _ in COLUMNS)])
    return hxl_csv((("date", "#date"), ("stranded_at_h", "#date+hour"), *COLUMNS), rows)


def _cell(value: object) -> object:
    """Return six significant digits: more than anything here is known to."""
    return f"{value:.6g}" if isinstance(value, float) else value


def segments_geojson(context: RegionContext, view: View, audience: Audience) -> bytes:
    """Return the segments in sight as GeoJSON (RFC 7946)."""
    lines = context.network.segments.geometry
    features = [
        {
            "type": "Feature",
            "id": record["segment_id"],
            "geometry": {
                "type": "LineString",
                "coordinates": np.round(np.asarray(lines[record["segment_id"]].coords), 6).tolist(),
            },
            "properties": record,
        }
        for record in records_seen(context, view, audience)
    ]
    document = {"type": "FeatureCollection", "data_version": context.pack.version, "features": features}
    return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)


def box_of(context: RegionContext, view: View) -> Box:
    """Return the box a view shows: its own, that of its corridor, or the region's."""
    if view.bbox is not None:
        return view.bbox
    segments = context.network.segments
    if view.corridor:
        segments = segments[segments["corridor"] == view.corridor]
        left, bottom, right, top = (float(edge) for edge in segments.total_bounds)
        return left - 0.5, bottom - 0.5, right + 0.5, top + 0.5
    return REGION_BBOX


def layer_geotiff(context: RegionContext, view: View) -> bytes:
    """Return the layer in sight as GeoTIFF: the lines burnt into cells, the worst value of a cell on top.

    Raises
    ------
    NoAnswer
        If nothing of the layer is known in sight.
    """
    import rasterio
    from rasterio.features import rasterize

    shown, table = shown_layer(view.layer), seen(context, view)
    values = shown.values(table)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) == 0:
        raise NoAnswer("nothing of this layer is known in sight")
    known = known[np.argsort(values[known] * (-1 if shown.low_is_bad else 1), kind="stable")]
    frame = GridFrame.over(box_of(context, view), CELL_DEG)
    lines = context.network.segments.geometry.loc[table.index].to_numpy()
    cells = rasterize(
        zip(lines[known], values[known], strict=True),
        out_shape=(frame.rows, frame.columns),
        fill=np.nan,
        transform=rasterio.Affine(CELL_DEG, 0, frame.left, 0, -CELL_DEG, frame.top),
        all_touched=True,
        dtype="float32",
    )
    grid = RasterGrid(cells, frame.left, frame.top, CELL_DEG, shown.name, shown.unit, shown.description)
    tags = {"date": view.on.isoformat(), "stranded_at_h": str(view.hour), "data_version": context.pack.version}
    if view.other is not None:
        tags["other_date"] = view.other.isoformat()
    with tempfile.TemporaryDirectory() as folder:
        return write_geotiff(grid, Path(folder) / "layer.tif", {**tags, "source": "Guelta"}).read_bytes()
