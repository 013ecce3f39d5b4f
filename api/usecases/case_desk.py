"""The desk on which cases are opened, told of and closed; the store keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from api.case_book import CaseBook
from api.case_record import Event
from api.context import RegionContext
from api.store.store import Store
from api.usecases.case_advice import advice_of, ordered, searchers_of
from api.usecases.case_document import case_document
from api.usecases.case_events import CaseEvent, Decision, Opened, Ordered, Retained, Withdrawn, written
from api.usecases.case_evidence import Logged, logged_of
from api.usecases.case_replay import CaseState, alert_of, counting, replay, status_of
from api.usecases.case_screen import marks_in, without_contacts
from data.errors import BadInput, NoAnswer
from sar.alert import Alert

Progress = Callable[[float], None]
#: A case last told of so long ago is looked at as of then, unless another moment is asked for.
STALE = timedelta(days=10)


def _silent(share: float) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class CaseDesk:
    """Cases of one store over one region.

    Attributes
    ----------
    context : RegionContext
    store : Store
        Holds positions of people in danger.
    clock : callable
        Returns the time, aware.
    """

    context: RegionContext
    store: Store
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def book(self) -> CaseBook:
        """The book of cases."""
        return CaseBook(self.store)

    def open(self, opened: Opened, by: str) -> str:
        """Open a case as of when its alert was told; return its id. An alert that is not understood opens nothing."""
        opened = without_contacts(opened)
        first = Logged(1, opened.told_at, by, opened)
        # a case that cannot be read back must not be made
        replay(self.context, "C-new", (first,), opened.told_at, count=100)
        return self.book.create(opened.told_at.date(), Event(opened.told_at, "opened", by, written(opened)))

    def add(self, case_id: str, event: CaseEvent, by: str, at: datetime | None = None) -> int:
        """Write an event; return its number.

        Raises
        ------
        BadInput
            If the case would no longer be understood with it, or it does not fit the case.
        NoAnswer
            If the case is closed: it has to be reopened first.
        """
        if isinstance(event, Retained):
            raise BadInput("'retained' is written by `guelta retain` alone")
        event = without_contacts(event)
        case_id = self.book.id_of(case_id)
        record = self.book.read(case_id)
        logged = logged_of(record)
        moment = at or self.clock()
        if status_of(counting(logged)) == "closed" and not (isinstance(event, Decision) and event.what == "reopen"):
            raise NoAnswer(f"case {case_id} is closed; two people have to reopen it first")
        if isinstance(event, Withdrawn) and event.event not in {each.number for each in logged}:
            raise BadInput(f"case {case_id} has no event {event.event}")
        tried = (*logged, Logged(record.last + 1, moment, by, event))
        replay(self.context, case_id, tried, max(moment, logged[-1].at), count=100)
        made = Event(moment, event.kind, by, written(event))
        return self.book.append(case_id, made, expected=record.last, status=status_of(counting(tried)))

    def state(self, case_id: str, now: datetime | None = None, progress: Progress = _silent) -> CaseState:
        """Return what is known and believed at a moment; by default now."""
        case_id = self.book.id_of(case_id)
        return replay(self.context, case_id, self._logged(case_id), self.moment(case_id, now), progress)

    def told(self, case_id: str) -> tuple[str, Alert]:
        """Return status and alert of a case as last told, without working anything out."""
        counted = counting(self._logged(case_id))
        return status_of(counted), alert_of(counted)

    def moment(self, case_id: str, asked: datetime | None) -> datetime:
        """Return the moment a case is looked at: as asked, else now, else for old cases their last message."""
        if asked is not None:
            return asked
        last = max(each.at for each in self._logged(case_id))
        now = self.clock()
        return last if now - last > STALE or now < last else now

    def show(
        self, case_id: str, now: datetime | None = None, *, advise: bool = True, progress: Progress = _silent
    ) -> tuple[CaseState, dict[str, Any]]:
        """Return state and document; with the next legs unless they are not wanted."""
        state = self.state(case_id, now, lambda share: progress(0.5 * share))
        searchers, assumed = searchers_of(self.context, state)
        advice = None
        if advise and state.status == "open" and state.looked_for:
            advice = advice_of(self.context, state, searchers, lambda share: progress(0.5 + 0.5 * share))
        document = case_document(self.context, state, advice, searchers, assumed)
        document["remarks"] = [*self.book.read(state.case_id).remarks, *_taken_out(state.events), *document["remarks"]]
        return state, document

    def order(self, case_id: str, asset_id: str, by: str, rank: int = 1, now: datetime | None = None) -> Ordered:
        """Give an asset its best leg, or the one of another rank; the log keeps it.

        Raises
        ------
        BadInput, NoAnswer
            For an unknown asset or rank; where it can reach nothing in time.
        """
        state = self.state(case_id, now)
        searchers, _ = searchers_of(self.context, state)
        if asset_id not in {each.asset_id for each in searchers}:
            raise BadInput(f"no asset '{asset_id}': there are {', '.join(each.asset_id for each in searchers)}")
        advice = next(
            each for each in advice_of(self.context, state, searchers).assets if each.searcher.asset_id == asset_id
        )
        if advice.best is None:
            raise NoAnswer(f"{asset_id} can reach nothing worth searching and be home in time")
        choices = (advice.best, *advice.others)
        if not 1 <= rank <= len(choices):
            raise BadInput(f"leg {rank} of {asset_id} does not exist; there are {len(choices)}")
        event = ordered(state, choices[rank - 1])
        self.add(case_id, event, by, max(state.now, self._logged(case_id)[-1].at))
        return event

    def _logged(self, case_id: str) -> tuple[Logged, ...]:
        return logged_of(self.book.read(self.book.id_of(case_id)))


def _taken_out(events: Sequence[Logged]) -> list[str]:
    found = ((each.number, marks_in(each.event)) for each in events)
    return [f"event {number}: a {' and a '.join(kinds)} was taken out of its words" for number, kinds in found if kinds]


def summaries(store: Store) -> list[dict[str, Any]]:
    """Return every case without working any out: id, status, place, last message, number of events."""
    book, found = CaseBook(store), []
    for case_id in book.ids():
        logged = logged_of(book.read(case_id))
        opened = logged[0].event
        found.append(
            {
                "case_id": case_id,
                "status": status_of(counting(logged)),
                "where": opened.where if isinstance(opened, Opened) else "",
                "last": max(each.at for each in logged).isoformat(timespec="minutes"),
                "events": len(logged),
            }
        )
    return found


def event_log(store: Store, case_id: str) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the events of a case as told, withdrawn ones included, and remarks on the record."""
    book = CaseBook(store)
    record = book.read(book.id_of(case_id))
    gone = {each.event.event for each in logged_of(record) if isinstance(each.event, Withdrawn)}
    lines = []
    for number, each in zip(record.numbers, record.events, strict=True):
        short = {name: value for name, value in each.data.items() if not isinstance(value, list)}
        told = ", ".join(f"{name} {value}" for name, value in short.items())
        lines.append(
            {
                "n": number,
                "at": each.at.isoformat(timespec="minutes"),
                "kind": each.kind,
                "by": each.by,
                "told": ("withdrawn: " if number in gone else "") + told,
                "data": each.data,
            }
        )
    return lines, record.remarks
