"""The plan as a GeoPackage that opens styled in QGIS: legs, stops, water."""

from __future__ import annotations

import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely import LineString, Point

from data.units import CRS_WGS84
from maps.exporter import Exporter
from maps.plan_view import PlanView

#: Symbol of each layer as QGIS reads it from the table `layer_styles`: class of the symbol layer and its options.
STYLES = {
    "legs": ("line", "SimpleLine", {"line_color": "180,0,0,255", "line_width": "1.2"}),
    "stops": ("marker", "SimpleMarker", {"name": "circle", "color": "255,255,255,255", "size": "3"}),
    "water": ("marker", "SimpleMarker", {"name": "triangle", "color": "43,140,190,255", "size": "3"}),
}


def plan_gpkg(view: PlanView) -> bytes:
    """Return the GeoPackage; its dates are the plan's day, so the same plan gives the same bytes."""
    layers = {"legs": _legs(view), "stops": _stops(view), "water": _water(view)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{view.plan.on.isoformat()}T00:00:00.000Z"})
        try:
            for name, layer in layers.items():
                pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG", append=path.exists())
            pyogrio.write_dataframe(_styles(), path, layer="layer_styles", driver="GPKG", append=True)
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()


def _legs(view: PlanView) -> gpd.GeoDataFrame:
    rows = [
        {
            "plan_id": view.plan_id,
            "convoy": convoy.plan.convoy.convoy_id,
            "date": convoy.plan.on.isoformat(),
            "leg": number,
            "leg_id": run.leg_id,
            "from_name": run.start_name,
            "to_name": run.end_name,
            "surface": run.mode,
            "km": run.km,
            "hours": run.hours,
            "fuel_l": run.fuel_l,
            "people_expected": run.expected_people_reached,
            "geometry": LineString(run.lonlat),
        }
        for convoy in view.convoys
        for number, run in enumerate(convoy.runs, start=1)
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS_WGS84)


def _stops(view: PlanView) -> gpd.GeoDataFrame:
    rows = [
        {
            "convoy": convoy.plan.convoy.convoy_id,
            "date": convoy.plan.on.isoformat(),
            "leg": number,
            "name": run.end_name,
            "geometry": Point(run.lonlat[-1]),
        }
        for convoy in view.convoys
        for number, run in enumerate(convoy.runs, start=1)
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS_WGS84)


def _water(view: PlanView) -> gpd.GeoDataFrame:
    columns = ["water_id", "name", "kind", "reliability", "probability", "verified_on", "precision_km"]
    points = gpd.points_from_xy(view.water_points["lon"], view.water_points["lat"])
    return gpd.GeoDataFrame(view.water_points[columns].reset_index(drop=True), geometry=points, crs=CRS_WGS84)


def _styles() -> pd.DataFrame:
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": name,
            "f_geometry_column": "geom",
            "styleName": "guelta",
            "styleQML": _qml(*style),
            "styleSLD": "",
            "useAsDefault": True,
            "description": "Guelta",
            "owner": "",
            "ui": "",
            "update_time": "",
        }
        for name, style in STYLES.items()
    ]
    return pd.DataFrame(rows)


def _qml(kind: str, symbol: str, options: dict[str, str]) -> str:
    """Return the smallest style document QGIS takes: one symbol for all features."""
    values = "".join(f'<Option type="QString" name="{name}" value="{value}"/>' for name, value in options.items())
    return (
        '<!DOCTYPE qgis PUBLIC "" "SYSTEM"><qgis version="3.22"><renderer-v2 type="singleSymbol"><symbols>'
        f'<symbol type="{kind}" name="0" alpha="1"><layer class="{symbol}" enabled="1"><Option type="Map">{values}'
        "</Option></layer></symbol></symbols></renderer-v2></qgis>"
    )


EXPORTER = Exporter(
    "gpkg",
    "application/geopackage+sqlite3",
    lambda view: {"plan.gpkg": plan_gpkg(view)} if any(convoy.runs for convoy in view.convoys) else {},
)
