"""The plan as GeoJSON (RFC 7946): a line for each leg driven, points for bases and water."""

from __future__ import annotations

from typing import Any

import orjson

from maps.exporter import Exporter
from maps.plan_view import ConvoyView, PlanView

#: 1e-6 degrees are 0.1 m: finer than any fact of the region.
DECIMALS = 6


def _point(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    position = [round(lon, DECIMALS), round(lat, DECIMALS)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": position}, "properties": properties}


def _lines(convoy: ConvoyView) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": {
                "type": "LineString",
                "coordinates": [[round(float(value), DECIMALS) for value in point] for point in run.lonlat],
            },
            "properties": {
                "feature": "patrol-leg",
                "convoy_id": convoy.plan.convoy.convoy_id,
                "date": convoy.plan.on.isoformat(),
                "order": order,
                "leg_id": run.leg_id,
                "mode": run.mode,
                "from": run.start_name,
                "to": run.end_name,
                "km": run.km,
                "hours": run.hours,
                "fuel_l": run.fuel_l,
                "bearing_deg": run.bearing_deg,
                "expected_people_reached": run.expected_people_reached,
            },
        }
        for order, run in enumerate(convoy.runs, start=1)
    ]


def collection(view: PlanView) -> dict[str, Any]:
    """Return the plan as a feature collection; coordinates lon, lat in WGS84."""
    features = [line for convoy in view.convoys for line in _lines(convoy)]
    for base in dict.fromkeys(convoy.plan.convoy.base.place_id for convoy in view.convoys):
        place = view.places.loc[base]
        features.append(
            _point(place["lon"], place["lat"], {"feature": "base", "place_id": base, "name": place["name"]})
        )
    for water in view.water_points.itertuples():
        features.append(
            _point(
                water.lon,
                water.lat,
                {
                    "feature": "water-point",
                    "water_id": water.water_id,
                    "name": water.name,
                    "kind": water.kind,
                    "reliability": water.reliability,
                    "probability": round(water.probability, 3),
                    "precision_km": water.precision_km,
                },
            )
        )
    return {"type": "FeatureCollection", "features": features}


EXPORTER = Exporter(
    "geojson",
    "application/geo+json",
    lambda view: {
        "plan.geojson": orjson.dumps(collection(view), option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)
    },
)
