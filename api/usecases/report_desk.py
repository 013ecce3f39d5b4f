"""Incidents, wells and closures as the field reports them: checked against the region, words screened, then kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely

from api.access.screen import ALL, screened
from api.context import RegionContext
from api.store.kinds import read_body
from api.store.store import Store, Stored
from data.errors import BadInput

#: What is seen cannot lie ahead; clocks of laptops may differ by so much.
_AHEAD = timedelta(minutes=10)


@dataclass(frozen=True)
class ReportKind:
    """A kind of report.

    Attributes
    ----------
    kind : str
        Of the store.
    path : str
        Under which it is served, and the kind of `api.access.policy` with underscores.
    words : tuple of str
        Fields of free text.
    faults : callable
        From region, body and the time now to what is wrong with it beyond its contract.
    """

    kind: str
    path: str
    words: tuple[str, ...]
    faults: Callable[[RegionContext, Mapping[str, Any], datetime], list[str]]


def _water_faults(context: RegionContext, body: Mapping[str, Any], now: datetime) -> list[str]:
    faults = []
    if body["water_id"] not in set(context.pack.water_points["water_id"]):
        faults.append(f"water_id: there is no water point '{body['water_id'][:80]}'")
    if datetime.fromisoformat(body["seen_at"]) > now + _AHEAD:
        faults.append("seen_at: lies ahead")
    return faults


def _closure_faults(context: RegionContext, body: Mapping[str, Any], now: datetime) -> list[str]:
    unknown = sorted(set(body.get("segments", ())) - set(context.network.segments.index))
    faults = [f"segments: '{each[:80]}' is not known" for each in unknown]
    if body.get("area") is not None and not shapely.Polygon(body["area"]).is_valid:
        faults.append("area: its outline crosses itself")
    return faults


def _incident_faults(context: RegionContext, body: Mapping[str, Any], now: datetime) -> list[str]:
    ahead = datetime.fromisoformat(body["date"]).date() > (now + timedelta(days=1)).date()
    return ["date: lies ahead"] if ahead else []


REPORT_KINDS = (
    ReportKind("water_report", "water-reports", ("remark",), _water_faults),
    ReportKind("closure", "closures", ("remark",), _closure_faults),
    ReportKind("incident", "incident-reports", ("place", "source"), _incident_faults),
)


def read_field_report(
    what: ReportKind, context: RegionContext, body: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Check a report against its contract and the region.

    Returns
    -------
    dict
        The body to keep; telephone numbers, mail addresses and coordinates taken out of its words.
    tuple of str
        What was taken out: "phone", "mail", "position".

    Raises
    ------
    BadInput
        With every fault.
    """
    kept = read_body(what.kind, body).model_dump(mode="json", exclude_none=True)
    if faults := what.faults(context, kept, now):
        raise BadInput(faults)
    taken: list[str] = []
    for name in what.words:
        if name in kept:
            said = screened(kept[name], ALL)
            kept[name] = said.text[:400]
            taken += said.found
    return kept, tuple(dict.fromkeys(taken))


def latest(store: Store, kind: str, days: int, most: int) -> list[Stored]:
    """Return the reports of the last days, newest first."""
    found = store.list(kind, since=store.clock() - timedelta(days=days), limit=10_000)
    return sorted(found, key=lambda each: each.changed_at, reverse=True)[:most]
