"""What the field has reported since the region was compiled, put into the region: wells, closures, incidents.

The region as shipped stays as it is for what everybody may read; plans, cases and risk for planners start from the
region as reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from api.context import RegionContext
from api.store.store import Store, Stored
from sar.alert import SourceGrade

if TYPE_CHECKING:
    import pandas as pd

    from data.region_pack import RegionPack

#: What a report makes of a well, as the reliabilities of `data.schemas`. Judgement: water nobody can drink is none.
RELIABILITY = {
    "gives": "perennial",
    "little": "seasonal",
    "brackish": "brackish",
    "guarded": "unknown",
    "dry": "reported_dry",
    "fouled": "reported_dry",
    "not found": "reported_dry",
}
#: Hearsay closes a well but opens none: a "gives" of these grades leaves it unknown.
WEAK = (SourceGrade.C.value, SourceGrade.D.value)
#: Half the side of the square that stands for a closed segment, degrees: 55 m.
_HALF_DEG = 0.0005
_SQUARE = ((-_HALF_DEG, -_HALF_DEG), (_HALF_DEG, -_HALF_DEG), (_HALF_DEG, _HALF_DEG), (-_HALF_DEG, _HALF_DEG))
_KINDS = ("water_report", "closure", "incident")


@dataclass(eq=False)
class FieldRegion:
    """The region as reported, made anew when something was reported.

    Attributes
    ----------
    base : RegionContext
    """

    base: RegionContext
    _kept: dict[str, tuple[int, RegionContext]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, store: Store) -> RegionContext:
        """Return the region with everything reported into a store."""
        newest = store.newest(_KINDS)
        if not newest:
            return self.base
        with self._lock:
            known = self._kept.get(store.database.shown)
            if known is None or known[0] != newest:
                known = newest, reported_region(self.base, store, newest)
                self._kept = {store.database.shown: known}
            return known[1]


def reported_region(base: RegionContext, store: Store, newest: int) -> RegionContext:
    """Return a region with the reports of a store in its tables; its version tells how many changes it knows."""
    pack = base.pack
    changed = replace(
        pack,
        water_points=with_water_reports(pack.water_points, store.everything("water_report")),
        incidents=with_incidents(pack, store.everything("incident")),
        blocked_areas=with_closures(pack.blocked_areas, base.network.segments, store.everything("closure")),
        version=f"{pack.version}-{newest}",
    )
    return RegionContext(changed, base.network, base.weather_file, base.elevation, base.climate)


def with_water_reports(water: pd.DataFrame, reports: Iterable[Stored]) -> pd.DataFrame:
    """Return water points in the state last seen.

    A report later than the table's own verification takes its place: its day, and what it says by `RELIABILITY`. From
    then on its word fades to what is usual for the kind, as any other does.
    """
    newest: dict[str, dict[str, Any]] = {}
    for each in sorted(reports, key=lambda one: (one.body["seen_at"], one.record_id)):
        newest[each.body["water_id"]] = each.body
    changed = water.copy()
    reliability, verified = (changed[name].to_numpy(object, copy=True) for name in ("reliability", "verified_on"))
    ids = water["water_id"].to_numpy(object)
    for row in np.flatnonzero(water["water_id"].isin(newest)):
        body = newest[ids[row]]
        day = str(body["seen_at"])[:10]
        if day >= verified[row]:
            weak = body["state"] == "gives" and body.get("grade") in WEAK
            reliability[row], verified[row] = "unknown" if weak else RELIABILITY[body["state"]], day
    changed["reliability"], changed["verified_on"] = reliability, verified
    return changed


def with_incidents(pack: RegionPack, reports: Iterable[Stored]) -> pd.DataFrame:
    """Return incidents with those reported; one without a corridor is of none and counts by where it was."""
    import pandas as pd

    rows = []
    for each in reports:
        body = each.body
        rows.append(
            {
                "incident_id": "field-" + each.record_id.lower().replace(".", "-").replace("_", "-").replace(":", "-"),
                "date": body["date"],
                "date_precision": body["date_precision"],
                "corridor": body.get("corridor", ""),
                "country": body.get("country", ""),
                **{name: body[name] for name in ("place", "lon", "lat", "precision_km", "cause", "source_grade")},
                **{name: body.get(name) for name in ("dead", "missing", "survivors")},
                "source": body["source"],
                "url": body.get("url", ""),
            }
        )
    if not rows:
        return pack.incidents
    added = pd.DataFrame(rows).reindex(columns=pack.incidents.columns)
    for name, kind in pack.incidents.dtypes.items():
        added[name] = added[name].astype(kind)
    return pd.concat([pack.incidents, added], ignore_index=True)


def with_closures(areas: pd.DataFrame, segments: pd.DataFrame, closures: Iterable[Stored]) -> pd.DataFrame:
    """Return the closed areas with those reported, for all traffic, on every day that a closure touches.

    A segment closed by its id is a small square around its middle, which is where the network asks.
    """
    import pandas as pd

    rows = []
    for each in closures:
        body, rings = each.body, {}
        if body.get("area") is not None:
            rings[each.record_id] = body["area"]
        for name in segments.index.intersection(body["segments"]):
            lon, lat = float(segments.at[name, "lon"]), float(segments.at[name, "lat"])
            rings[f"{each.record_id}:{name}"] = [(lon + x, lat + y) for x, y in _SQUARE]
        rows += [_closed_area(area_id, ring, body) for area_id, ring in rings.items()]
    if not rows:
        return areas
    return pd.concat([areas, pd.DataFrame(rows).reindex(columns=areas.columns)], ignore_index=True)


def _closed_area(area_id: str, ring: list[tuple[float, float]], body: dict[str, Any]) -> dict[str, Any]:
    closed = ring if tuple(ring[0]) == tuple(ring[-1]) else [*ring, ring[0]]
    return {
        "area_id": area_id,
        "name": body.get("remark") or f"closed ({body['reason']})",
        "kind": body["reason"],
        "applies_to": "all",
        "lonlat": ";".join(f"{lon:.5f} {lat:.5f}" for lon, lat in closed),
        "valid_from": str(body["begins"])[:10],
        "valid_to": str(body.get("ends") or "")[:10],
        "precision_km": 1.0,
        "source": "field report",
    }
