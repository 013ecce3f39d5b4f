"""What the store tells of patrols, alerts and searches, as the facts that indicators count; each is counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from api.context import RegionContext
from api.store.kinds import read_body
from api.store.patrol_kinds import MetGroup, PatrolReport
from api.store.store import Store, Stored
from api.usecases.corridors import UNKNOWN, Corridors
from api.usecases.patrol_reports import KIND, every
from api.usecases.search_facts import Search, searches_of
from data.units import M_PER_KM, S_PER_H
from routes.geodesy import as_array, line_lengths_m


@dataclass(frozen=True)
class Met:
    """People met by a patrol, or found by a search.

    Attributes
    ----------
    at : datetime
    corridor : str
    alive, dead : int
    case_id : str
        Of the alert they were looked for by; "" for those met on the way.
    handed_to : str
        Place; "" where they were not, or nobody said.
    """

    at: datetime
    corridor: str
    alive: int
    dead: int
    case_id: str = ""
    handed_to: str = ""


@dataclass(frozen=True)
class Patrol:
    """One patrol.

    Attributes
    ----------
    at : datetime
        When it left.
    shares : dict of str to float
        Corridor to its share of the way; they sum to 1.
    km, hours : float or None
        None where nobody said.
    """

    at: datetime
    shares: dict[str, float]
    km: float | None
    hours: float | None


@dataclass(frozen=True)
class Told:
    """An alert.

    Attributes
    ----------
    at : datetime
    corridor : str
    source : str
        Kind of who told it.
    grade : str
    """

    at: datetime
    corridor: str
    source: str
    grade: str


@dataclass(frozen=True)
class Facts:
    """Everything indicators count.

    Attributes
    ----------
    met : tuple of Met
        Those of reports and of searches, none twice.
    handed : tuple of Met
        Groups of reports that were handed over.
    patrols : tuple of Patrol
    alerts : tuple of Told
    searches : tuple of Search
    remarks : tuple of str
        What could not be counted, without ids.
    """

    met: tuple[Met, ...]
    handed: tuple[Met, ...]
    patrols: tuple[Patrol, ...]
    alerts: tuple[Told, ...]
    searches: tuple[Search, ...]
    remarks: tuple[str, ...]

    def moments(self) -> Iterator[datetime]:
        """Yield when each of them was."""
        yield from (each.at for each in self.met)
        yield from (each.at for each in self.patrols)
        yield from (each.at for each in self.alerts)
        yield from (each.told_at for each in self.searches)


def gather(context: RegionContext, store: Store) -> Facts:
    """Read the facts of a store.

    A group that a report gives with a case counts with the search: by what the case's events found or, where they found
    nothing, by the report. A track counts where no report of its asset tells of those hours; where a report gives no
    kilometres, its tracks do.
    """
    corridors = Corridors(context)
    reports = [read_body(KIND, each.body) for each in every(store, KIND)]
    told = [each for each in reports if isinstance(each, PatrolReport)]
    searches, remarks = searches_of(context, corridors, every(store, "case_event"))
    groups = [_met(corridors, report, group) for report in told for group in report.groups]
    finding = {each.case_id for each in searches if each.finds}
    met = [each for each in groups if each.case_id not in finding]
    met += [
        Met(find.at, find.corridor, find.alive, find.dead, search.case_id)
        for search in searches
        for find in search.finds
    ]
    patrols, left_out = _patrols(corridors, told, every(store, "patrol_track"))
    if left_out:
        remarks.append(f"{left_out} tracks are left out: a report, or another track of the asset, tells of those hours")
    without = sum(each.km is None for each in patrols)
    if without:
        remarks.append(f"{without} patrols came back without kilometres and without a track")
    return Facts(
        tuple(met), tuple(each for each in groups if each.handed_to), tuple(patrols),
        tuple(_alerts(corridors, store, searches)), tuple(_with_reports(searches, groups)), tuple(remarks),
    )  # fmt: skip


def _met(corridors: Corridors, report: PatrolReport, group: MetGroup) -> Met:
    segments = (group.segment,) if group.segment else report.segments
    place = report.corridor if report.corridor and not group.segment else corridors.main(segments)
    return Met(
        group.at, place or UNKNOWN, group.adults + group.children, group.dead, group.case_id or "",
        group.handed_to or "",
    )  # fmt: skip


def _with_reports(searches: Sequence[Search], groups: Sequence[Met]) -> Iterator[Search]:
    """Add to each search what reports tell of its people: those found where its events found none, and the place."""
    by_case = defaultdict(list)
    for group in groups:
        by_case[group.case_id].append(group)
    for search in searches:
        mine = by_case.get(search.case_id, [])
        if not search.finds and mine:
            search = replace(search, alive=sum(each.alive for each in mine), dead=sum(each.dead for each in mine))
        handed = [each for each in mine if each.handed_to]
        if handed:
            most = max(handed, key=lambda each: (each.alive, each.handed_to))
            search = replace(search, handed_to=most.handed_to)
        yield search


def _alerts(corridors: Corridors, store: Store, searches: Sequence[Search]) -> Iterator[Told]:
    """Return alerts of their own kind, and for each case of which there is none the one that opened it."""
    where = {each.case_id: each.corridor for each in searches}
    opened = set()
    for each in every(store, "alert"):
        body = each.body
        case_id = body.get("case_id", "")
        opened.add(case_id)
        place = where.get(case_id) or corridors.near(body.get("lon"), body.get("lat"))
        yield Told(datetime.fromisoformat(body["told_at"]), place, body["reported_by"], body["grade"])
    for search in searches:
        if search.case_id not in opened:
            yield Told(search.told_at, search.corridor, search.source, search.grade)


@dataclass(frozen=True)
class _Track:
    asset_id: str
    begins: datetime
    ends: datetime
    km: float
    shares: dict[str, float]


def _patrols(
    corridors: Corridors, reports: Sequence[PatrolReport], records: Iterable[Stored]
) -> tuple[list[Patrol], int]:
    tracks, left_out = _apart([_track(corridors, each) for each in records])
    patrols, used = [], set[int]()
    for report in reports:
        own = [
            number
            for number, each in enumerate(tracks)
            if each.asset_id == report.asset_id and each.begins < report.back_at and report.left_at < each.ends
        ]
        used.update(own)
        km = report.km
        if km is None and own:
            km = sum(tracks[number].km for number in own)
        else:
            left_out += len(own)
        hours = report.hours
        if hours is None:
            hours = (report.back_at - report.left_at).total_seconds() / S_PER_H
        shares = corridors.shares(report.segments) if report.segments else {report.corridor or UNKNOWN: 1.0}
        patrols.append(Patrol(report.left_at, shares, km, hours))
    for number, each in enumerate(tracks):
        if number not in used:
            hours = (each.ends - each.begins).total_seconds() / S_PER_H
            patrols.append(Patrol(each.begins, each.shares, each.km, hours))
    return patrols, left_out


def _track(corridors: Corridors, record: Stored) -> _Track:
    lonlat = as_array([(lon, lat) for lon, lat in record.body["lonlat"]])
    length_m = line_lengths_m(lonlat)
    times = [datetime.fromisoformat(each) for each in (record.body["times"][0], record.body["times"][-1])]
    shares = corridors.along((lonlat[:-1] + lonlat[1:]) / 2, length_m)
    return _Track(record.body["asset_id"], times[0], times[1], float(np.sum(length_m)) / M_PER_KM, shares)


def _apart(tracks: Sequence[_Track]) -> tuple[list[_Track], int]:
    """Return tracks of which no two of an asset are of the same hours, the longer kept; and how many are not."""
    kept: list[_Track] = []
    order = sorted(tracks, key=lambda each: (-each.km, each.begins, each.ends, each.asset_id))
    for one in order:
        if not any(
            each.asset_id == one.asset_id and one.begins < each.ends and each.begins < one.ends for each in kept
        ):
            kept.append(one)
    return kept, len(tracks) - len(kept)
