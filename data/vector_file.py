"""Vector files that GDAL reads (shapefile, GeoPackage, GeoJSON), in WGS84."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import BadInput
from data.source import Reading
from data.source_found import MOST_FEATURES, Found

if TYPE_CHECKING:
    import geopandas as gpd


def read_vector(path: Path, reading: Reading, found: Found, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read the features of a file that touch the region.

    A file without a projection is a fault (noted, not raised): its numbers may be anything. Numbers that cannot be the
    projection's degrees are one too.

    Raises
    ------
    BadInput
        If GDAL cannot read it, or it holds too many features.
    """
    import pyogrio
    import shapely
    from pyogrio.errors import DataLayerError, DataSourceError

    name = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else str(path)
    try:
        info = pyogrio.read_info(name, layer=layer)
        crs = info["crs"]
        # the filter is told in the file's own projection; a projected file is read whole
        degrees = crs is not None and ("4326" in crs or crs == "OGC:CRS84")
        if not degrees and info["features"] > MOST_FEATURES:
            raise BadInput(f"{path.name}: {info['features']} features are more than {MOST_FEATURES}; cut it first")
        bounds = info.get("total_bounds")
        astray = degrees and bounds is not None and max(map(abs, bounds)) > 360
        frame = pyogrio.read_dataframe(
            name, layer=layer, bbox=reading.bbox if degrees and not astray else None, max_features=MOST_FEATURES
        )
    except (DataSourceError, DataLayerError) as error:
        raise BadInput(f"{path.name} cannot be read: {str(error).splitlines()[0][:160]}") from None
    if not hasattr(frame, "geometry") or frame.empty:
        left = int(info["features"]) if info["features"] > 0 else 0
        raise BadInput(f"{path.name}: " + (f"none of {left} features lies in the region" if left else "no feature"))
    if crs is None:
        found.refuse(
            "crs", f"{path.name} names no projection (a shapefile needs its .prj); its numbers may be anything"
        )
        return frame.set_crs("EPSG:4326")
    if astray:
        words = f"positions up to {max(map(abs, bounds)):.0f}, which are no degrees"
        found.refuse("crs", f"{path.name} says it is in degrees (WGS84) but holds {words}: the projection is wrong")
    if not degrees:
        found.remarks.append(f"turned from {str(crs)[:60]} to WGS84")
        frame = frame.to_crs("EPSG:4326")
        box = shapely.box(*reading.bbox)
        inside = frame.geometry.intersects(box)
        if not inside.all():
            found.remarks.append(f"{int((~inside).sum())} features outside the region were left out")
            frame = frame[inside]
    return frame.reset_index(drop=True)


def column(frame: Any, *names: str) -> str | None:
    """Return the first column that goes by one of some names, whatever its case."""
    folded = {str(each).casefold(): str(each) for each in frame.columns}
    return next((folded[name.casefold()] for name in names if name.casefold() in folded), None)


def single_lines(geometry: Any) -> list[Any]:
    """Return the lines of a line or multi-line; nothing for other shapes."""
    if geometry is None or geometry.is_empty:
        return []
    if geometry.geom_type == "LineString":
        return [geometry]
    return list(geometry.geoms) if geometry.geom_type == "MultiLineString" else []
