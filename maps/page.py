"""One page for a plan or for risk alone: a folium map with everything inlined, so that no request leaves it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import jinja2
import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray

from data.shapes import vertices
from data.units import PER_100KM_MONTH
from maps.classes import CLASS_EDGES, RAMP
from maps.compact import line_steps, significant
from maps.panel import convoy_title, look, plan_panel, risk_panel
from maps.plan_view import PlanView
from maps.sentences import name_column
from maps.words import LANGUAGE_NAMES, LANGUAGES, Language, catalogue, phrase
from risk.combine import CAUSES, TYPICAL_MODES
from risk.layer import layers
from risk.sea import SEA_CAUSES

Array = NDArray[np.float64]
ASSETS = Path(__file__).parent / "assets"
INTERVAL = ("risk_low", "risk_high")
ALL_CAUSES = tuple(dict.fromkeys((*CAUSES, *SEA_CAUSES)))
RISK_COLUMN, RATE_COLUMN = "risk_per_km_day", "incident_rate_per_km_day"
_PLACE_ZOOM = {"city": 5, "town": 7, "port": 6, "landing": 7, "oasis": 7, "border_post": 7, "junction": 12}
_OUTSIDE = re.compile(
    r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", re.IGNORECASE
)


@dataclass(frozen=True)
class PageData:
    """What a page draws.

    Attributes
    ----------
    on : date
    segments : GeoDataFrame
        With the columns of segment risk joined; NaN where not assessed.
    places, water_points, incidents : DataFrame
        `water_points` with `probability`.
    water_shapes, closed_areas : DataFrame
        Rivers, lakes, salt lakes and playas; areas closed by mines or fighting on the day.
    data_version : str
    plan : PlanView or None
    """

    on: date
    segments: gpd.GeoDataFrame
    places: pd.DataFrame
    water_points: pd.DataFrame
    incidents: pd.DataFrame
    water_shapes: pd.DataFrame
    closed_areas: pd.DataFrame
    data_version: str
    plan: PlanView | None = None


def render_page(page: PageData, language: Language) -> str:
    """Return the page as one HTML text without any outside address.

    Raises
    ------
    ValueError
        If something in it would make the browser ask another host.
    """
    carrier = folium.Map(tiles=None, zoom_control=True, max_zoom=14, min_zoom=3)
    # folium's own lists name ten files on other hosts; the page needs Leaflet alone and carries it
    carrier.default_js, carrier.default_css = [], []
    figure = carrier.get_root()
    html = str(figure.render())
    panel = _panel(page, language)
    styles = "".join(f"<style>{_asset(name)}</style>" for name in ("leaflet/leaflet.css", "page.css"))
    head = f"{styles}<script>{_asset('leaflet/leaflet.js')}</script>"
    script = f"{_asset('page.js')}\ngueltaPage({carrier.get_name()}, {_json(_payload(page, language))});"
    html = re.sub(r"url\(images/[\w.-]+\)", "none", html.replace("<head>", f"<head>{head}", 1))
    html = html.replace("</body>", f"{panel}</body>", 1)
    # folium's script stands after the body; ours has to follow it, once the map is made
    html = html.replace("</html>", f"<script>{script}</script></html>", 1)
    if found := _OUTSIDE.search(html.replace(_asset("leaflet/leaflet.js"), "")):
        raise ValueError(f"the page would ask another host: {html[found.start() : found.start() + 80]!r}")
    return html


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _json(value: Any) -> str:
    """Serialise for a script element: nothing in it can end the element or start a comment."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return (
        text.replace("<", "\\u003c").replace(">", "\\u003e").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _panel(page: PageData, language: Language) -> str:
    if page.plan is not None:
        parts = [plan_panel(page.plan, each) for each in LANGUAGES]
    else:
        worst = pd.DataFrame(page.segments.drop(columns="geometry")).nlargest(10, RISK_COLUMN)
        parts = [
            risk_panel(page.on, worst, page.places, PER_100KM_MONTH, page.data_version, each) for each in LANGUAGES
        ]
    environment = jinja2.Environment(
        autoescape=True, loader=jinja2.FileSystemLoader(ASSETS), undefined=jinja2.ChainableUndefined
    )
    template = environment.get_template("panel.html.j2")
    return template.render(parts=parts, language=language, language_names=LANGUAGE_NAMES)


def _payload(page: PageData, language: Language) -> dict[str, Any]:
    shown = _shown_layers(page.segments)
    shares = [f"share_{cause}" for cause in ALL_CAUSES]
    columns = [*(layer["column"] for layer in shown), *INTERVAL, *shares, "log_ratio"]
    title = "Patrol plan" if page.plan else "Route risk"
    return {
        "language": language,
        "messages": {each: catalogue(each) for each in LANGUAGES},
        "titles": {each: f"Guelta – {phrase(title, each)} {page.on.isoformat()}" for each in LANGUAGES},
        "ramp": RAMP,
        "layers": shown,
        "interval": INTERVAL,
        "shares": [[cause, f"share_{cause}"] for cause in ALL_CAUSES],
        "legs": [leg.split("--") for leg in page.segments["leg_id"].unique()],
        "columns": columns,
        "segments": _segments(page.segments, columns),
        "places": _places(page),
        "water": [
            {
                "at": [row.lon, row.lat],
                "names": _names(row),
                "kind": row.kind,
                "reliability": row.reliability,
                "probability": round(row.probability, 2),
                "verified": row.verified_on,
                "precision": row.precision_km,
            }
            for row in page.water_points.itertuples()
        ],
        "shapes": [
            {
                "names": _names(row),
                "kind": row.kind,
                "state": row.reliability,
                "ring": row.shape == "polygon",
                "points": vertices(row.lonlat).tolist(),
            }
            for row in page.water_shapes.itertuples()
        ],
        "closed": [
            {"name": row.name, "kind": row.kind, "points": vertices(row.lonlat).tolist()}
            for row in page.closed_areas.itertuples(index=False)
        ],
        "incidents": [
            {
                "at": [row.lon, row.lat],
                "date": row.date,
                "cause": row.cause,
                "dead": _count(row.dead),
                "missing": _count(row.missing),
                "survivors": _count(row.survivors),
                "precision": row.precision_km,
                "source": row.source,
            }
            for row in page.incidents.itertuples()
        ],
        "plan": _plan(page.plan),
        "view": _view(page),
        "basemap": orjson.loads(_asset("basemap.json")),
    }


def _shown_layers(segments: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Risk and stranding rate, and every layer of the registry, each with its class edges and unit."""
    unpaved = segments[segments["mode"].isin(TYPICAL_MODES)]
    wanted = [
        ("risk", RISK_COLUMN, "deaths per 100 km and month", PER_100KM_MONTH, False),
        ("incidents", RATE_COLUMN, "strandings per 100 km and month", PER_100KM_MONTH, False),
    ]
    wanted += [
        (each.name, each.column, each.unit or "of those stranded", 1.0, each.low_is_bad)
        for each in layers().values()
        if each.kind == "measure" and each.column in segments and segments[each.column].notna().any()
    ]
    result = []
    for name, column, unit, scale, low_is_bad in wanted:
        shares = [1 - edge for edge in CLASS_EDGES][::-1] if low_is_bad else CLASS_EDGES
        edges = [_rounded(float(unpaved[column].quantile(share)) * scale) for share in shares]
        result.append({"name": name, "column": column, "unit": unit, "breaks": edges, "lowIsBad": low_is_bad})
    return result


def _rounded(value: float) -> float:
    """Two significant digits: an edge is read by people."""
    return float(f"{value:.2g}")


def _segments(segments: gpd.GeoDataFrame, columns: list[str]) -> list[dict[str, Any]]:
    """Compact records: leg number, kilometres, values by column, and the line as differences in 1e-4 degrees (11 m)."""
    leg_number = pd.factorize(segments["leg_id"])[0].tolist()
    values = segments[columns].to_numpy(float, copy=True)
    values[:, [columns.index(column) for column in (RISK_COLUMN, RATE_COLUMN, *INTERVAL)]] *= PER_100KM_MONTH
    km = segments[["km_from", "km_to"]].to_numpy(float).round(1).tolist()
    assessed = np.isfinite(values[:, columns.index(RISK_COLUMN)])
    records: list[dict[str, Any]] = []
    for row, (steps, shown) in enumerate(zip(line_steps(segments.geometry), significant(values).tolist(), strict=True)):
        record = {"l": leg_number[row], "k": km[row], "p": steps}
        records.append(record | {"v": shown} if assessed[row] else record)
    return records


def _names(row: Any) -> dict[str, str]:
    return {language: str(getattr(row, name_column(language))) for language in LANGUAGES}


def _count(value: float) -> int | None:
    return None if np.isnan(value) else int(value)


def _places(page: PageData) -> dict[str, Any]:
    bases = {convoy.plan.convoy.base.place_id for convoy in page.plan.convoys} if page.plan else set()
    return {
        row.place_id: {
            "at": [row.lon, row.lat],
            "names": _names(row),
            "base": row.place_id in bases,
            "zoom": 3 if row.place_id in bases else _PLACE_ZOOM.get(row.kind, 8),
        }
        for row in page.places.itertuples()
    }


def _plan(view: PlanView | None) -> list[dict[str, Any]]:
    if view is None:
        return []
    result = []
    names = [convoy.convoy_id for convoy in view.plan.request.convoys]
    for convoy in view.convoys:
        colour, dash = look(names.index(convoy.plan.convoy.convoy_id))
        titles = {each: convoy_title(convoy, each, view.places) for each in LANGUAGES}
        ends: dict[tuple[float, float], list[str]] = {}
        for number, run in enumerate(convoy.runs[:-1], start=1):
            lon, lat = run.lonlat[-1].round(4).tolist()
            ends.setdefault((lon, lat), []).append(str(number))
        stops = [{"at": list(at), "label": "·".join(numbers)} for at, numbers in ends.items()]
        result.append(
            {
                "colour": colour,
                "dash": dash,
                "titles": titles,
                "points": convoy.lonlat.round(4).tolist(),
                "stops": stops,
            }
        )
    return result


def _view(page: PageData) -> list[list[float]]:
    """Corners to open on: the plan's lines with a margin, else the desert belt."""
    track = (
        np.concatenate([np.zeros((0, 2)), *(convoy.lonlat for convoy in page.plan.convoys)])
        if page.plan
        else np.zeros((0, 2))
    )
    if len(track) == 0:
        return [[-10.0, 14.0], [36.0, 33.0]]
    return [(track.min(axis=0) - 0.5).tolist(), (track.max(axis=0) + 0.5).tolist()]
