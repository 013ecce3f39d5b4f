"""The book of cases: each case and each of its events is a record of the store, and events are only ever added.

Two stores that were apart may both add to a case. Its events are then read in the order they were written, by the
clocks of those who wrote; a clock that runs behind what its store has already seen is moved on.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches

from api.case_record import CaseRecord, Event
from api.store.changes import canonical
from api.store.errors import Missing
from api.store.kinds import CaseEventBody
from api.store.records import Stored
from api.store.store import MOST_LISTED, Store
from api.store.writer import Writer, beginning
from data.errors import BadInput, NoAnswer

#: Newer events told of in a conflict, and cases of one day.
MOST_NEWER = 3
MOST_CASES = 999
#: Day, number of the day, and the beginning of the id of the store it was opened in: two stores never give one id.
CASE_ID = re.compile(r"(C-[0-9]{8}-(?:0[1-9]|[1-9][0-9]{1,2}))-[0-9a-f]{3}")
_SAID = re.compile(r"C-[0-9]{8}-(?:0[1-9]|[1-9][0-9]{1,2})(?:-[0-9a-f]{1,3})?")
_CASE, _EVENT = "case", "case_event"


class CaseBook:
    """The cases of a store.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def ids(self) -> list[str]:
        """Return the cases, by day and number."""
        found: list[str] = []
        while page := self.store.list(_CASE, limit=MOST_LISTED, after=found[-1] if found else None):
            found += [each.record_id for each in page]
        return sorted(found, key=lambda case: (case[:10], int(case.split("-")[2]), case))

    def id_of(self, said: str) -> str:
        """Return the case that is meant: the end that names its store may be left out where that is clear.

        Raises
        ------
        BadInput
            If it is no id, or more than one fit.
        Missing
            If there is none.
        """
        if not isinstance(said, str) or not _SAID.fullmatch(said):
            raise BadInput(f"{str(said)[:40]!r} is no case id; they look like C-20260615-01")
        with self.store.database.reading() as connection:
            fitting = [each.record_id for each in beginning(connection, _CASE, said)]
        if said.count("-") == 2:
            fitting = [each for each in fitting if each.rpartition("-")[0] == said]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise BadInput(f"{said}: two stores have opened one of that number: {' or '.join(fitting)}")
        close = get_close_matches(said, self.ids(), n=5, cutoff=0.7)
        raise Missing(
            f"{said}: there is no such case; " + (f"near it: {', '.join(close)}" if close else "none like it")
        )

    def create(self, on: date, first: Event) -> str:
        """Open a case with its first event; return its id.

        Parameters
        ----------
        on : date
            Day of the alert.
        first : Event
            Its data say where.

        Raises
        ------
        NoAnswer
            If the day has no number left.
        """
        sign = self.store.node_id[:3]
        day = f"C-{on.year:04d}{on.month:02d}{on.day:02d}-"
        with self.store.writing() as writer:
            taken = [int(each.record_id.split("-")[2]) for each in writer.beginning(_CASE, day)]
            number = max(taken, default=0) + 1
            if number > MOST_CASES:
                raise NoAnswer(f"{on.isoformat()} has {MOST_CASES} cases already")
            case_id = f"{day}{number:02d}-{sign}"
            brief = {
                "opened_at": first.at.isoformat(),
                "status": "open",
                "where": str(first.data.get("where", ""))[:400],
            }
            writer.put(_CASE, case_id, brief, first.by)
            self._put(writer, case_id, (), first)
        return case_id

    def append(self, case_id: str, event: Event, expected: int | None = None, status: str | None = None) -> int:
        """Add an event; it is on the disk when this returns.

        Parameters
        ----------
        case_id : str
            As `id_of` gives it.
        event : Event
        expected : int, optional
            `CaseRecord.last` as the writer has seen it; nothing is written if the case has moved on since.
        status : str, optional
            Of the case with this event.

        Returns
        -------
        int
            Number of the event.

        Raises
        ------
        Missing
            If there is no such case.
        NoAnswer
            If others have added events since.
        """
        with self.store.writing() as writer:
            rows = _in_order(writer.beginning(_EVENT, f"{case_id}."))
            if expected is not None and expected != len(rows):
                raise NoAnswer(_conflict(case_id, rows, expected))
            self._put(writer, case_id, rows, event)
            brief = writer.find(_CASE, case_id)
            if brief is None:
                raise Missing(f"{case_id}: there is no such case")
            if status is not None and brief.body["status"] != status:
                body = brief.body | {"status": status}
                writer.put(_CASE, case_id, body, event.by, if_version=brief.etag)
        return len(rows) + 1

    def read(self, case_id: str) -> CaseRecord:
        """Read a case; `Missing` if there is none of exactly that id."""
        with self.store.database.reading() as connection:
            rows = beginning(connection, _EVENT, f"{case_id}.")
        return record_of(case_id, rows)

    def rewrite(self, case_id: str, change: Callable[[CaseRecord, bytes], Sequence[Event] | None]) -> bool:
        """Put other events in the place of a case's, for good: the only way anything of a case is ever taken away.

        Parameters
        ----------
        change : callable
            From the case, and a digest of it under a key of this store, to all events of the new one: first those
            there were, then others to add. None leaves the case as it is. Nobody else writes meanwhile.

        Returns
        -------
        bool
            Whether it was changed. Backups and other stores are not reached by this.
        """
        key = self.store.secret("retention")
        with self.store.writing() as writer:
            rows = _in_order(writer.beginning(_EVENT, f"{case_id}."))
            record = record_of(case_id, rows)
            said = canonical([[each.record_id, each.body] for each in rows]).encode()
            events = change(record, hmac.digest(key, said, "sha256"))
            if events is None:
                return False
            known = len(record.events)
            for number, event in zip(record.numbers, events[:known], strict=True):
                row = rows[number - 1]
                body = row.body | {"data": _kept(event, rows), **_position(event)}
                writer.put(_EVENT, row.record_id, body, "guelta", if_version=row.etag)
            for event in events[known:]:
                rows = (*rows, self._put(writer, case_id, rows, event))
            brief = writer.find(_CASE, case_id)
            if brief is not None:
                body = brief.body | {"where": str(events[0].data.get("where", ""))[:400]}
                writer.put(_CASE, case_id, body, "guelta", if_version=brief.etag)
        self.forget(case_id)
        return True

    def forget(self, case_id: str) -> None:
        """Erase what was replaced in a case from the history, also what came from other stores.

        The bytes leave the files with `Database.tidy`.
        """
        with self.store.writing() as writer:
            for each in writer.beginning(_EVENT, f"{case_id}."):
                writer.forget(_EVENT, each.record_id)
            writer.forget(_CASE, case_id)

    def _put(self, writer: Writer, case_id: str, rows: Sequence[Stored], event: Event) -> Stored:
        """Write an event after those there are."""
        now = self.store.clock().astimezone(UTC)
        body = {
            "case_id": case_id,
            "n": len(rows) + 1,
            "at": event.at.isoformat(),
            "written_at": max([now, *(_written(each) for each in rows)]).isoformat(),
            "event": event.kind,
            "by": event.by,
            "data": _kept(event, rows),
            **_position(event),
        }
        name = f"{case_id}.{len(rows) + 1:05d}.{self.store.node_id[:6]}"
        return writer.put(_EVENT, name, body, event.by)


def number_of_day(case_id: str) -> str:
    """Return the id of a case without the end that names its store."""
    found = CASE_ID.fullmatch(case_id)
    return found[1] if found else case_id


def _position(event: Event) -> dict[str, float | None]:
    lon, lat = event.data.get("lon"), event.data.get("lat")
    both = isinstance(lon, int | float) and isinstance(lat, int | float)
    return {"lon": float(lon), "lat": float(lat)} if both and lon is not None and lat is not None else {}


def _kept(event: Event, rows: Sequence[Stored]) -> dict[str, object]:
    """Return an event's data as they are kept: another event is named by its record, whatever its number becomes."""
    if event.kind != "withdrawn" or not isinstance(event.data.get("event"), int):
        return event.data
    number = event.data["event"]
    named = rows[number - 1].record_id if 1 <= number <= len(rows) else ""
    return {**event.data, "record": named}


def _written(row: Stored) -> datetime:
    return datetime.fromisoformat(row.body["written_at"])


def _in_order(rows: Sequence[Stored]) -> tuple[Stored, ...]:
    return tuple(sorted(rows, key=lambda each: (_written(each), each.body["n"], each.record_id)))


def record_of(case_id: str, rows: Sequence[Stored]) -> CaseRecord:
    """Return a case of the records of its events, whatever their order; `Missing` if there are none."""
    rows = _in_order(rows)
    if not rows:
        raise Missing(f"{case_id}: there is no such case")
    number = {each.record_id: n for n, each in enumerate(rows, start=1)}
    events, numbers, remarks = list[Event](), list[int](), list[str]()
    for row in rows:
        body = CaseEventBody.model_validate(row.body)
        data = dict(body.data)
        named = data.pop("record", None)
        if body.event == "withdrawn" and named is not None:
            if named not in number:
                remarks.append("an event is withdrawn that has not come here yet")
                continue
            data["event"] = number[named]
        events.append(Event(body.at, body.event, body.by, data))
        numbers.append(number[row.record_id])
        if row.conflicting:
            remarks.append(f"event {numbers[-1]}: two versions of it wait to be settled (guelta sync conflicts)")
    written_here = {each.body["n"] for each in rows}
    if len(written_here) < len(rows):
        remarks.append(
            "two desks wrote to this case apart from each other: events are numbered by when they were written"
        )
    if sum(each.kind == "opened" for each in events) > 1:
        remarks.append("two alerts opened this case: they may be different events")
    return CaseRecord(case_id, tuple(events), tuple(remarks), tuple(numbers), len(rows))


def _conflict(case_id: str, rows: Sequence[Stored], expected: int) -> str:
    if expected > len(rows):
        return f"{case_id}: you have seen {expected} events and there are {len(rows)}: some are lost"
    newer = [
        f"{n} {each.body['event']} by {each.body['by']} at {datetime.fromisoformat(each.body['at']):%H:%M}Z"
        for n, each in enumerate(rows, start=1)
        if n > expected
    ]
    more = ", ..." if len(newer) > MOST_NEWER else ""
    told = f"{len(newer)} added since you have read it ({', '.join(newer[:MOST_NEWER])}{more})"
    return f"{case_id}: {told}; nothing written, read it again"
