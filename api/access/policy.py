"""One policy for map, tile, table, API and error text: which fields of what each audience sees.

Every output is an allow-list. A field that does not stand in `FIELDS` is seen by nobody, so a column added to a table
stays inside until somebody decides here (`tests/api/access/test_access_policy.py` holds the table against the schemas).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from api.access.audience import Audience, Sensitivity
from api.access.cells import DELAY, LEAST, PublicCell, public_cells

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = [
    "DELAY",
    "FIELDS",
    "LEAST",
    "PublicCell",
    "public_cells",
    "public_frame",
    "public_table",
    "restrict",
    "visible",
]

_OPEN, _GENERALISED = Sensitivity.OPEN, Sensitivity.GENERALISED
_RESEARCH, _OPERATIONAL, _INTERNAL = Sensitivity.RESEARCH, Sensitivity.OPERATIONAL, Sensitivity.INTERNAL


def _all(names: str, sensitivity: Sensitivity) -> dict[str, Sensitivity]:
    return dict.fromkeys(names.split(), sensitivity)


_NAMED = _all("name name_fr name_ar", _OPEN)

#: Class of every field of everything there is; reasons beside those that are not plain.
FIELDS: dict[str, dict[str, Sensitivity]] = {
    "places": {
        **_all("place_id name name_fr name_ar country lon lat geometry kind precision_km source", _OPEN),
        # tells where cars stand and where people found are taken
        **_all("roles", _RESEARCH),
    },
    "legs": {
        **_all("leg_id from_id to_id mode corridor length geometry", _OPEN),
        **_all("via_lonlat precision_km source", _RESEARCH),
        # may come from a patrol's own track
        **_all("confidence last_seen", _OPERATIONAL),
    },
    "segments": {
        **_all("segment_id leg_id km_from km_to length mode corridor lon lat geometry country", _OPEN),
        **_all("from_node to_node", _INTERNAL),
    },
    "water_points": {
        **_all("water_id name name_fr name_ar country lon lat geometry kind precision_km source", _RESEARCH),
        # the state of a single well tells who can pass, and draws those who would spoil or guard it
        **_all("reliability verified_on", _RESEARCH),
        **_all("probability", _OPERATIONAL),
    },
    "incidents": {
        **_all("incident_id date_precision corridor country place precision_km source_grade source url", _RESEARCH),
        **_all("dead missing survivors cause", _RESEARCH),
        **_all("date lon lat geometry", _GENERALISED),
    },
    "incident_cells": _all("cell_id level begins ends incidents west south side_deg geometry", _OPEN),
    "climate_stations": _all(
        "station_id name country lon lat elevation_m period rh_basis precision source url", _OPEN
    ),
    "climate_normals": _all("station_id month tmax_degc tmin_degc rh_pct", _OPEN),
    "vehicles": {
        **_all("vehicle_type", _OPEN), **_NAMED,
        **_all("tank_l cans_l l_per_100km_paved l_per_100km_track l_per_100km_desert", _OPERATIONAL),
        **_all("speed_paved_kph speed_track_kph speed_desert_kph seats_rescued crew water_l", _OPERATIONAL),
        **_all("crew_hours precision source", _OPERATIONAL),
    },
    "countries": _all("country_name left bottom right top precision_deg source", _OPEN),
    "water_shapes": {
        **_all("shape_id name name_fr name_ar kind shape lonlat precision_km source", _OPEN),
        **_all("reliability", _RESEARCH),
    },
    "sand_seas": _all("sand_id name name_fr name_ar lonlat precision_km source", _OPEN),
    "blocked_areas": _all(
        "area_id name kind applies_to lonlat valid_from valid_to precision_km source", _RESEARCH
    ),
    "sea_stations": _all("station_id name lon lat precision_degc source", _OPEN),
    "sea_normals": _all("station_id month water_degc", _OPEN),
    "sea_corridors": _all("corridor incidents dead_missing years group_size source", _RESEARCH),
    "places_of_safety": _all("place_id room services precision source", _OPERATIONAL),
    "bases": _all(
        "base_id vehicle_type vehicles timezone curfew_start curfew_end precision source", _OPERATIONAL
    ),
    "risk": {
        **_all("segment_id leg_id corridor country mode km_from km_to lon lat risk_per_km_day", _RESEARCH),
        **_all("distance_to_water_km expected_water_km tmax_degc heat water_degc rescue_h survival_h", _RESEARCH),
        **_all("group_size death_probability incident_rate_per_km_day blocked arrival_h ruggedness_m sand", _RESEARCH),
        **_all("slope_deg walk_h weather_hours_from_file survival_interval_h log_ratio distance_km", _RESEARCH),
        **_all("overlay top_share interval shares date stranded_at_h other_date change", _RESEARCH),
    },
    # what the public page says of a corridor: classes and climate, nothing of a single well, track or incident
    "corridor_facts": _all("corridor view months dry_beyond_km sea_degc in_water_h", _OPEN),
    "cases": _all(
        "kind case_id status now understood alert people hours_left alive_now scenarios poa searches pos residual"
        " assets_assumed next next_pos next_alive questions effort remarks data_version read same_event told",
        _OPERATIONAL,
    ),
    "patrol_reports": _all(
        "report_id version etag plan_id asset_id left_at back_at km hours corridor segments groups remark", _OPERATIONAL
    ),
    "water_reports": _all(
        "report_id version etag water_id seen_at state lon lat depth_m litres_per_h grade remark", _OPERATIONAL
    ),
    "closures": _all("report_id version etag begins ends segments area reason remark", _OPERATIONAL),
    # as reported, before it goes through the rules of the public cells; who told of it can be guessed from it
    "incident_reports": _all(
        "report_id version etag date date_precision corridor country place lon lat precision_km dead missing"
        " survivors cause source_grade source url",
        _OPERATIONAL,
    ),
    # what is published of them went through `api.usecases.public_indicators`; how many records, and how far they
    # spread, would tell of single ones
    "indicators": {
        **_all("begins ends corridor indicator of value unit", _OPEN),
        **_all("low high records", _OPERATIONAL),
    },
    "plans": _all(
        "kind plan_id data_version date days hours seed reserve_share expected_people_reached at_least_share_of_best"
        " aim best_aim request people_in_area convoys left_out status bases etag replaces diversion",
        _OPERATIONAL,
    ),
}  # fmt: skip

#: Rows of which the public may know: towns and ports, and the roads and ferries anybody's map shows. Wells, mines,
#: landing beaches, border points and tracks through open desert are where people hide, die or are waited for.
_PUBLIC_ROWS: dict[str, tuple[str, frozenset[str]]] = {
    "places": ("kind", frozenset({"city", "town", "port"})),
    "legs": ("mode", frozenset({"paved"})),
    "segments": ("mode", frozenset({"paved"})),
}


def visible(kind: str, audience: Audience) -> frozenset[str]:
    """Return the fields of a kind of thing that an audience sees; none for a kind that is not known.

    Parameters
    ----------
    kind : str
        A table of the region pack, "segments", "incident_cells", "risk", "cases" or "plans"; hyphens as underscores.
    audience : Audience
    """
    fields = FIELDS.get(kind.replace("-", "_"), {})
    return frozenset(
        name for name, sensitivity in fields.items() if sensitivity.least is not None and sensitivity.least <= audience
    )


def is_visible(kind: str, audience: Audience) -> bool:
    """Return whether an audience sees anything of a kind: whether it may be named, listed or counted before it."""
    return bool(visible(kind, audience))


def is_served(kind: str, id_column: str, audience: Audience) -> bool:
    """Return whether an audience sees features of a kind: their ids and where they are."""
    return {id_column, "geometry"} <= visible(kind, audience)


def restrict(kind: str, frame: pd.DataFrame, audience: Audience) -> pd.DataFrame:
    """Return of a table the rows and columns an audience sees; nothing else may be served, counted or searched.

    Ids and extents have to be taken from what this returns, never from the whole table.
    """
    kind = kind.replace("-", "_")
    if audience is Audience.PUBLIC and kind in _PUBLIC_ROWS:
        column, allowed = _PUBLIC_ROWS[kind]
        frame = frame[frame[column].isin(allowed)]
    seen = visible(kind, audience)
    return frame[[name for name in frame.columns if name in seen]]


def allowed(kind: str, document: Mapping[str, Any], audience: Audience) -> dict[str, Any]:
    """Return of a document the fields an audience sees."""
    seen = visible(kind, audience)
    return {name: value for name, value in document.items() if name in seen}


def public_table(cells: Iterable[PublicCell]) -> pd.DataFrame:
    """Return published cells as the table that CSV, GeoParquet and tiles are made of; WKT in `geometry`."""
    import pandas as pd

    rows = []
    for cell in cells:
        ring = cell.feature()["geometry"]["coordinates"][0]
        text = ", ".join(f"{lon:g} {lat:g}" for lon, lat in ring)
        rows.append({**cell.properties(), "geometry": f"POLYGON (({text}))"})
    columns = ["cell_id", "level", "begins", "ends", "incidents", "west", "south", "side_deg", "geometry"]
    return restrict("incident_cells", pd.DataFrame(rows, columns=columns), Audience.PUBLIC)


def public_frame(cells: Iterable[PublicCell]) -> gpd.GeoDataFrame:
    """Return published cells as a GeoDataFrame in WGS84: for GeoParquet, tiles and maps."""
    import geopandas as gpd

    table = public_table(cells)
    return gpd.GeoDataFrame(
        table.drop(columns="geometry"), geometry=gpd.GeoSeries.from_wkt(table["geometry"], crs="EPSG:4326")
    )


def cells_document(incidents: pd.DataFrame, today: date, data_version: str) -> dict[str, Any]:
    """Return everything the public may know of incidents as a GeoJSON feature collection."""
    features = [cell.feature() for cell in public_cells(incidents, today)]
    for feature in features:
        feature["properties"] = allowed("incident_cells", feature["properties"], Audience.PUBLIC)
    return {
        "type": "FeatureCollection",
        "features": features,
        "note": f"fewer than {LEAST} incidents, or less than {DELAY.days} days ago: not shown, not told from none",
        "data_version": data_version,
    }
