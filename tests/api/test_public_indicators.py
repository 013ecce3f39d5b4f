"""What is published of indicators gives nothing else away: attacks with all that the attacker can know."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests_access import FREELY, client_of, new_store
from tests_indicators import case_events, closing, fill, found, group, report

from api.access.audience import Audience
from api.access.audit import MemoryAudit
from api.access.cells import LEAST
from api.access.setup import Access
from api.access.who import Identity
from api.context import RegionContext
from api.store.store import open_store
from api.usecases import public_indicators as public
from api.usecases.editions import CATEGORIES, PATROLS
from api.usecases.indicator_document import published_document
from api.usecases.indicators import ALL, Month
from api.usecases.public_indicators import LEAST_CASES, public_document, public_indicators

TODAY = date(2026, 9, 10)
CORRIDORS = ("niger-libya", "niger-algeria", "chad-libya", "unknown")
YEAR = [Month(2025, number) for number in range(1, 13)]
CELLS = st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(CORRIDORS), st.sampled_from(YEAR))
COUNTS = st.dictionaries(CELLS, st.sampled_from([1, 1, 2, 3, 4, 4, 5, 6, 9]), max_size=90)
#: Category to the indicator that gives its count.
COUNTED = {name: shown[0][:2] for name, shown in public._SHOWN.items()}


def editions(counts, hand_overs=(), hours=(), patrols=()):
    """Months in which something was counted, each group of three people."""
    made = {month: {"counts": [], "hand_overs": [], "response_h": [], "cases": []} for month in YEAR}
    for (category, corridor, month), n in counts.items():
        made[month]["counts"].append([category, corridor, n, 3.0 * n, 0.0])
    for (corridor, month), n in dict(patrols).items():
        made[month]["counts"].append([PATROLS, corridor, n, 312.0 * n, 11.0 * n])
    for place, n in hand_overs:
        made[YEAR[0]]["hand_overs"].append([place, n])
    made[YEAR[0]]["response_h"] = [[each, each] for each in hours]
    return made


def told(rows, category: str) -> dict[tuple[str, str, str], int]:
    """Return what a reader sees of a category: window and corridor to its count."""
    return {
        (row.begins, row.ends, row.corridor): int(row.value)
        for row in rows
        if (row.indicator, row.of) == COUNTED[category]
    }


def inside(window: tuple[str, str, str], corridor: str, month: Month) -> bool:
    begins, ends, where = window
    return where in (ALL, corridor) and begins <= month.begins.isoformat() and month.ends.isoformat() <= ends


@settings(max_examples=25, deadline=None)
@given(COUNTS, st.lists(st.tuples(st.sampled_from(["agadez", "dirkou"]), st.integers(1, 40)), max_size=2), st.data())
def test_linear_programs_over_all_that_is_published_leave_every_hidden_count_four_wide(
    counts, hand_overs, data: st.DataObject
) -> None:
    """The attacker knows where anybody works, all categories, all windows, hand-overs, and the rule of five."""
    rows = public_indicators(editions(counts, dict(hand_overs).items()), TODAY)
    active = sorted({corridor for _, corridor, _ in counts})
    seen = {name: told(rows, name) for name in CATEGORIES}
    month_windows = {month: (month.begins.isoformat(), month.ends.isoformat()) for month in YEAR}
    hidden = [
        each for each in product(CATEGORIES, active, YEAR) if (*month_windows[each[2]], each[1]) not in seen[each[0]]
    ]
    at = {each: number for number, each in enumerate(hidden)}
    equal, sums = [], []
    for name in CATEGORIES:
        for window, count in seen[name].items():
            line = np.zeros(len(hidden))
            known = 0
            for corridor, month in product(active, YEAR):
                if inside(window, corridor, month):
                    if (name, corridor, month) in at:
                        line[at[name, corridor, month]] = 1
                    else:
                        known += seen[name][(*month_windows[month], corridor)]
            equal.append(line)
            sums.append(count - known)
    # whoever was handed over was reached: at least so many in all categories with people
    handed = sum(row.value for row in rows if row.indicator == "groups_handed_over")
    reached = np.array([-float(name != "case_none") for name, _, _ in hidden])
    shown = sum(
        seen[name].get((*month_windows[month], corridor), 0)
        for name, corridor, month in product(CATEGORIES, active, YEAR)
        if name != "case_none"
    )
    if not hidden:
        return
    asked = data.draw(st.lists(st.sampled_from(range(len(hidden))), min_size=1, max_size=4, unique=True))
    for number in asked:
        goal = np.zeros(len(hidden))
        goal[number] = 1
        ends = [
            sign * linprog(
                sign * goal, A_eq=np.array(equal) if equal else None, b_eq=sums if equal else None,
                A_ub=[reached], b_ub=[shown - handed], bounds=(0, LEAST - 1),
            ).fun
            for sign in (1, -1)
        ]  # fmt: skip
        assert ends[1] - ends[0] >= LEAST - 1 - 1e-6, (hidden[number], ends)


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_every_count_is_large_and_true(counts) -> None:
    rows = public_indicators(editions(counts), TODAY)
    for name in CATEGORIES:
        for window, value in told(rows, name).items():
            true = sum(n for (category, corridor, month), n in counts.items()
                       if category == name and inside(window, corridor, month))  # fmt: skip
            assert value == true >= LEAST


@settings(max_examples=40, deadline=None)
@given(
    COUNTS, st.sampled_from(["whole", "month", "corridor", "month-corridor"]), st.integers(1, 12), st.integers(1, 12)
)
def test_every_view_is_a_part_of_what_is_published(counts, by, first: int, last: int) -> None:
    made = editions(counts)
    whole = public_document(made, TODAY, None, (), "v")["indicators"]
    months = YEAR[min(first, last) - 1 : max(first, last)]
    for part in (public_document(made, TODAY, by, (), "v"), public_document(made, TODAY, None, months, "v")):
        assert all(row in whole for row in part["indicators"])
    views = [public_document(made, TODAY, each, (), "v")["indicators"] for each in ("whole", "month", "corridor")]
    assert sorted(map(str, whole)) == sorted(str(row) for view in views for row in view)


def test_the_one_corridor_that_is_hidden_is_not_told_by_the_year() -> None:
    counts = {("patrol_alive", "niger-libya", month): 6 for month in YEAR} | {
        ("patrol_alive", "chad-libya", YEAR[3]): 3
    }
    windows = told(public_indicators(editions(counts), TODAY), "patrol_alive")
    assert len(windows) == 13 and all(corridor == "niger-libya" for *_, corridor in windows)
    # where it is one of several it may be any of them
    counts |= {("patrol_alive", "niger-algeria", YEAR[5]): 4, ("patrol_dead", "unknown", YEAR[5]): 1}
    windows = told(public_indicators(editions(counts), TODAY), "patrol_alive")
    assert windows[("2025-01-01", "2025-12-31", ALL)] == 79


def test_kilometres_are_of_years_and_many_patrols_and_rounded() -> None:
    patrols = {("niger-libya", month): 2 for month in YEAR} | {("chad-libya", YEAR[0]): 4}
    rows = public_indicators(editions({}, patrols=patrols), TODAY)
    assert {(row.corridor, row.indicator): row.value for row in rows} == {
        ("niger-libya", "patrol_km"): 7500, ("niger-libya", "patrol_hours"): 260
    }  # fmt: skip


def test_response_times_rest_on_many_published_cases() -> None:
    few = {("case_alive", "niger-libya", month): 5 for month in YEAR[:3]}
    enough = {("case_alive", "niger-libya", month): 5 for month in YEAR[:4]}
    hours = [3.2] * 8 + [7.6] * 12
    for counts, shown in ((few, []), (enough, [8.0, 8.0])):
        rows = public_indicators(editions(counts, hours=hours), TODAY)
        assert [row.value for row in rows if row.indicator.startswith("response")] == shown
    assert LEAST_CASES == 20


def test_hand_overs_are_told_where_many_and_no_more_than_the_groups_told_of() -> None:
    counts = {("patrol_alive", "niger-libya", YEAR[0]): 8}
    for places, shown in (({"agadez": 7, "dirkou": 4}, ["agadez"]), ({"agadez": 9}, [])):
        rows = public_indicators(editions(counts, places.items()), TODAY)
        assert [row.of for row in rows if row.indicator == "groups_handed_over"] == shown


def a_store(tmp_path, today: datetime):
    """A store with twelve groups in March 2025 and one in April, and its clock."""
    now = [today]
    store = open_store(f"sqlite:///{tmp_path}/s.db", clock=lambda: now[0])
    met = [group(f"2025-03-{day:02d}T09:00Z", adults=4, handed_to="agadez") for day in range(3, 15)]
    rows = [("r-1", report(left="2025-03-02T05:00Z", out_h=24 * 20, km=900, groups=met))]
    rows.append(("r-2", report("car-2", "2025-04-02T05:00Z", km=90, groups=[group("2025-04-02T06:00Z", adults=77)])))
    return fill(store, [("patrol_report", name, body, "patrol") for name, body in rows]), now


def shown_in(context: RegionContext, store) -> list[dict]:
    return published_document(context, store, None, None, None)["indicators"]


def test_what_comes_in_later_changes_nothing_published(tmp_path, context: RegionContext) -> None:
    store, now = a_store(tmp_path, datetime(2025, 4, 29, tzinfo=UTC))
    assert shown_in(context, store) == []  # the delay is not over
    now[0] += timedelta(days=1)
    first = shown_in(context, store)
    assert {row["indicator"]: row["value"] for row in first} == {
        "groups_reached_patrol": 12, "people_reached_patrol": 50
    }  # fmt: skip
    late = report("car-3", "2025-03-02T05:00Z", groups=[group("2025-03-02T06:00Z", adults=9)])
    store.put("patrol_report", "r-9", late, "patrol")
    known = store.get("patrol_report", "r-1")
    store.put("patrol_report", "r-1", known.body | {"groups": []}, "patrol", if_version=known.etag)
    assert shown_in(context, store) == first
    now[0] = datetime(2026, 9, 10, tzinfo=UTC)
    assert all(row in shown_in(context, store) for row in first)


def test_open_cases_count_nowhere_and_closed_ones_once(tmp_path, context: RegionContext) -> None:
    store, now = a_store(tmp_path, datetime(2025, 5, 10, tzinfo=UTC))
    rows = []
    for number in range(6):
        told_at = f"2025-03-{number + 3:02d}T06:00Z"
        rows += [("case_event", *each) for each in case_events(f"C-{number}", told_at, found(told_at, 9, alive=30))]
    fill(store, rows)
    before = shown_in(context, store)
    assert not any("alert" in row["indicator"] or "case" in row["indicator"] for row in before)
    for number in range(6):
        told_at = f"2025-03-{number + 3:02d}T06:00Z"
        events = list(case_events(f"C-{number}", told_at, found(told_at, 9, alive=30), *closing(24 * 40)))
        fill(store, [("case_event", *each) for each in events[2:]])
    now[0] = datetime(2025, 6, 10, tzinfo=UTC)
    after = {(row["begins"], row["indicator"]): row["value"] for row in shown_in(context, store)}
    assert after["2025-04-01", "cases_people_alive"] == 6 and after["2025-04-01", "people_reached_alert"] == 180
    # opened and closed again they are not counted anew
    again = {"what": "reopen", "reason": "once more"}
    for number in range(6):
        told_at = f"2025-03-{number + 3:02d}T06:00Z"
        voices = [(24 * 60 + h, "decision", again, by) for h, by in ((0, "desk"), (1, "chief"))]
        events = list(case_events(
            f"C-{number}", told_at, found(told_at, 9, alive=30), *closing(24 * 40), *voices, *closing(24 * 70)
        ))  # fmt: skip
        fill(store, [("case_event", *each) for each in events[4:]])
    now[0] = datetime(2026, 9, 10, tzinfo=UTC)
    months = [
        row for row in shown_in(context, store) if row["indicator"] == "cases_people_alive" and row["ends"] < "2025-12"
    ]
    assert [row["begins"] for row in months] == ["2025-04-01"]


def test_a_new_field_never_appears(context: RegionContext, monkeypatch) -> None:
    @dataclass(frozen=True)
    class Salted(public.Indicator):
        informant: str = "secret-93"

    counts = {("patrol_alive", "niger-libya", YEAR[0]): 8}
    plain = public_indicators(editions(counts), TODAY)
    monkeypatch.setattr(public, "public_indicators", lambda *_: [Salted(**asdict(each)) for each in plain])
    document = public_document(editions(counts), TODAY, None, (), "v")
    assert "secret-93" not in str(document) and set(document["indicators"][0]) == {
        "begins", "ends", "corridor", "indicator", "of", "value", "unit"
    }  # fmt: skip


@dataclass(frozen=True)
class Tokens:
    """An issuer whose tokens are names of audiences, with scopes."""

    def identity(self, token: str, now: datetime) -> Identity | None:
        word, _, scopes = token.partition(":")
        return Identity(Audience.named(word), "oidc:test", frozenset(scopes.split("+")), "rescue")


@pytest.mark.parametrize("key", ["", "researcher:facts+risk", "planner:facts", "planner:facts+plans"])
def test_others_than_planners_of_all_see_what_is_published(tmp_path, context: RegionContext, key: str) -> None:
    store, _ = a_store(tmp_path, datetime(2026, 9, 10, tzinfo=UTC))
    access = replace(Access.closed(), tokens=Tokens(), limits=FREELY)
    client = client_of(context, access, key, store=store)
    document = client.get("/indicators?from=2025-03&to=2025-04&by=month").json()
    assert document["audience"] == "public" and document["indicators"]
    texts = [client.get(f"/indicators{end}?from=2025-03&to=2025-04").text for end in ("", ".csv", ".html", ".svg")]
    for text in texts:
        said = re.sub(r"(?s)<style.*?</style>|<svg.*", "", text)
        assert "77" not in said and "car-1" not in said and "records" not in said.lower()
    assert client.get("/patrol-reports").status_code in (401, 403) or "plans" in key
    assert client_of(context, access, "", store=store).get("/patrol-reports").status_code == 401


def test_planners_see_all_and_the_audit_knows(tmp_path, context: RegionContext) -> None:
    store, _ = a_store(tmp_path, datetime(2026, 9, 10, tzinfo=UTC))
    audit = MemoryAudit()
    access = replace(Access.closed(), tokens=Tokens(), limits=FREELY, audit=audit)
    client = client_of(context, access, "planner:facts+plans+cases", store=store)
    document = client.get("/indicators?from=2025-04&to=2025-04").json()
    values = {row["indicator"]: (row["value"], row["records"]) for row in document["indicators"]}
    assert document["audience"] == "planner" and values["people_reached_patrol"] == (77, 1)
    client.get("/patrol-reports/r-1")
    assert "indicators" in str(audit.__dict__) and "patrol_report" in str(audit.__dict__)


def test_an_empty_store_publishes_nothing(context: RegionContext) -> None:
    store = new_store()
    assert shown_in(context, store) == [] and shown_in(context, store) == []
