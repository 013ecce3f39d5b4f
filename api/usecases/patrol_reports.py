"""Returns of patrols: checked against the region, words screened, each patrol kept once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from api.access.screen import ALL, screened
from api.context import RegionContext
from api.store.kinds import read_body
from api.store.patrol_kinds import LONGEST_PATROL, PatrolReport
from api.store.store import MOST_LISTED, Store, Stored
from data.errors import BadInput

KIND = "patrol_report"


def every(store: Store, kind: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[Stored]:
    """Yield all records of a kind, by id, however many there are; see `Store.list`."""
    after: str | None = None
    while page := store.list(kind, since=since, until=until, limit=MOST_LISTED, after=after):
        yield from page
        after = page[-1].record_id


def read_report(context: RegionContext, body: Mapping[str, Any]) -> tuple[PatrolReport, tuple[str, ...]]:
    """Check a report against its contract and the region.

    Returns
    -------
    PatrolReport
        Telephone numbers, mail addresses and coordinates taken out of its remark.
    tuple of str
        What was taken out: "phone", "mail", "position".

    Raises
    ------
    BadInput
        With every fault: of the contract, segments and places that are none.
    """
    report = read_body(KIND, body)
    assert isinstance(report, PatrolReport)
    segments = {*report.segments, *(each.segment for each in report.groups if each.segment)}
    faults = [f"segment '{each}' is not known" for each in sorted(segments - set(context.network.segments.index))]
    places = {each.handed_to for each in report.groups if each.handed_to}
    faults += [f"handed to '{each}': no such place" for each in sorted(places - set(context.pack.places.index))]
    if faults:
        raise BadInput(faults)
    said = screened(report.remark, ALL)
    return report.model_copy(update={"remark": said.text[:400]}), said.found


def report_id_of(report: PatrolReport) -> str:
    """Return the id of a report that brings none: an asset leaves once at a time, so that telling twice is seen."""
    return f"{report.asset_id}.{report.left_at:%Y%m%dT%H%M%SZ}"


def told_before(store: Store, record_id: str, report: PatrolReport) -> list[str]:
    """Return a fault for each other report of the same asset in the same hours."""
    near = every(store, KIND, report.left_at - LONGEST_PATROL, report.back_at)
    return [
        f"{report.asset_id} was out in these hours by report {each.record_id}"
        for each in near
        if each.record_id != record_id
        and each.body["asset_id"] == report.asset_id
        and datetime.fromisoformat(each.body["back_at"]) > report.left_at
    ]


def keep_report(
    store: Store, record_id: str | None, report: PatrolReport, author: str, *, if_version: str | None = None,
    idempotency_key: str | None = None,
) -> Stored:  # fmt: skip
    """Write a report that `read_report` has read; raises as `Store.put` does, and BadInput for a patrol told twice."""
    name = record_id or report_id_of(report)
    if faults := told_before(store, name, report):
        raise BadInput(faults)
    body = report.model_dump(mode="json", exclude_none=True)
    return store.put(KIND, name, body, author, if_version=if_version, idempotency_key=idempotency_key)
