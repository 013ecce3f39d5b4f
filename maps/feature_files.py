"""Tables of features as files for other programs: CSV, FlatGeobuf, GeoParquet, GPX."""

from __future__ import annotations

import csv
import io
from typing import Any

import geopandas as gpd
import gpxpy.gpx
import pandas as pd
import shapely

#: Properties and their HXL tags; others get "#meta" and their name.
HXL_TAGS = {
    "id": "#meta+id",
    "geometry": "#geo+wkt",
    "lon": "#geo+lon",
    "lat": "#geo+lat",
    "precision_km": "#geo+precision+km",
    "name": "#loc+name",
    "name_fr": "#loc+name+i_fr",
    "name_ar": "#loc+name+i_ar",
    "place": "#loc+description",
    "country": "#country+code+v_iso2",
    "kind": "#loc+type",
    "corridor": "#loc+corridor",
    "roles": "#loc+role",
    "mode": "#access+road+type",
    "length": "#distance+m",
    "reliability": "#status+water",
    "verified_on": "#date+verified",
    "date": "#date+occurred",
    "date_precision": "#date+precision",
    "dead": "#affected+killed",
    "missing": "#affected+missing",
    "survivors": "#affected+survivors",
    "cause": "#cause",
    "source": "#meta+source",
    "source_grade": "#meta+source+grade",
    "url": "#meta+url",
}


def hxl_tag(name: str) -> str:
    """Return the HXL tag of a property."""
    return HXL_TAGS.get(name, f"#meta+{name.replace('_', '+')}")


def as_csv(table: gpd.GeoDataFrame, hxl: bool = False) -> bytes:
    """Return CSV (UTF-8 with a mark for spreadsheets, comma, point), the geometry last as well-known text.

    Parameters
    ----------
    table : GeoDataFrame
    hxl : bool
        Whether a row of HXL tags follows the heading.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    names = [str(name) for name in table.columns if name != "geometry"]
    writer.writerow([*names, "geometry"])
    if hxl:
        writer.writerow([hxl_tag(name) for name in (*names, "geometry")])
    shapes = shapely.to_wkt(table.geometry.to_numpy(), rounding_precision=-1)
    for record, shape in zip(table[names].itertuples(index=False, name=None), shapes, strict=True):
        writer.writerow(["" if pd.isna(value) else value for value in record] + [shape])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_flatgeobuf(table: gpd.GeoDataFrame, name: str) -> bytes:
    """Return FlatGeobuf with its spatial index; the layer bears the name given."""
    import pyogrio

    file = io.BytesIO()
    # without rows there is nothing from which the driver could take a type or build an index
    options: dict[str, Any] = {"SPATIAL_INDEX": "YES" if len(table) else "NO"}
    if not len(table):
        options["geometry_type"] = "Unknown"
    pyogrio.write_dataframe(table, file, driver="FlatGeobuf", layer=name, **options)
    return file.getvalue()


def as_geoparquet(table: gpd.GeoDataFrame) -> bytes:
    """Return GeoParquet 1.1 with the box of each row, so that readers can skip what they do not need."""
    file = io.BytesIO()
    table.to_parquet(file, index=False, write_covering_bbox=True, schema_version="1.1.0", compression="zstd")
    return file.getvalue()


def as_gpx(table: gpd.GeoDataFrame, ids: list[str], title: str) -> bytes:
    """Return GPX 1.1: points as waypoints, lines as tracks.

    Parameters
    ----------
    table : GeoDataFrame
        In longitude and latitude.
    ids : list of str
        Aligned with the table; the name of what has none.
    title : str
    """
    gpx = gpxpy.gpx.GPX()
    gpx.creator, gpx.name = "Guelta", title
    names = table["name"].tolist() if "name" in table else ids
    notes = _notes(table)
    for name, note, shape in zip(names, notes, table.geometry, strict=True):
        if shape.geom_type == "Point":
            gpx.waypoints.append(
                gpxpy.gpx.GPXWaypoint(latitude=shape.y, longitude=shape.x, name=str(name), description=note)
            )
        else:
            track = gpxpy.gpx.GPXTrack(name=str(name), description=note)
            points = [
                gpxpy.gpx.GPXTrackPoint(latitude=lat, longitude=lon) for lon, lat in shapely.get_coordinates(shape)
            ]
            track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
            gpx.tracks.append(track)
    return str(gpx.to_xml(version="1.1")).encode()


def _notes(table: gpd.GeoDataFrame) -> list[str]:
    told = [name for name in ("kind", "mode", "reliability", "date", "cause", "corridor") if name in table]
    return [
        ", ".join(str(value) for value in record if not pd.isna(value) and value != "")
        for record in table[told].itertuples(index=False, name=None)
    ]
