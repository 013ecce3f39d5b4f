"""Values at places on a day as CoverageJSON (OGC 21-069r2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

#: What is told: name to unit (UCUM; "1" for none) and words.
PARAMETERS: dict[str, tuple[str, str]] = {
    "risk_per_km_day": ("1/(km.d)", "Expected deaths per km and day"),
    "incident_rate_per_km_day": ("1/(km.d)", "Strandings per km and day"),
    "death_probability": ("1", "Probability that one of a stranded group dies unaided"),
    "survival_h": ("h", "Hours until half of those who stay with the vehicle are dead"),
    "distance_to_water_km": ("km", "Distance to the nearest known water"),
    "tmax_degc": ("Cel", "Temperature of the warmest hour"),
    "walk_h": ("h", "Walk to the quickest water"),
    "arrival_h": ("h", "Drive of the nearest rescue base"),
}


def coverage(records: Sequence[Mapping[str, Any]], on: date, names: Sequence[str]) -> dict[str, Any]:
    """Return a coverage of points: the middle of each segment, all on one day.

    Parameters
    ----------
    records : sequence of mapping
        With lon, lat and the parameters; None where a value has no meaning.
    on : date
    names : sequence of str
        Keys of `PARAMETERS`.
    """
    places = [[record["lon"], record["lat"]] for record in records]
    crs = {"type": "GeographicCRS", "id": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
    return {
        "type": "Coverage",
        "domain": {
            "type": "Domain",
            "domainType": "MultiPoint",
            "axes": {
                "t": {"values": [f"{on.isoformat()}T00:00:00Z"]},
                "composite": {"dataType": "tuple", "coordinates": ["x", "y"], "values": places},
            },
            "referencing": [
                {"coordinates": ["x", "y"], "system": crs},
                {"coordinates": ["t"], "system": {"type": "TemporalRS", "calendar": "Gregorian"}},
            ],
        },
        "parameters": {
            name: {
                "type": "Parameter",
                "description": {"en": PARAMETERS[name][1]},
                "unit": {"symbol": {"value": PARAMETERS[name][0], "type": "http://www.opengis.net/def/uom/UCUM/"}},
                "observedProperty": {"label": {"en": PARAMETERS[name][1]}},
            }
            for name in names
        },
        "ranges": {
            name: {
                "type": "NdArray",
                "dataType": "float",
                "axisNames": ["composite"],
                "shape": [len(records)],
                "values": [record.get(name) for record in records],
            }
            for name in names
        },
    }
