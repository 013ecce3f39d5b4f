"""Events of a case: what is read is what was written, and every fault has its line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.usecases.case_events import CaseEvent, Opened, read_event, written
from data.errors import BadInput

TOLD = datetime(2026, 6, 15, 6, tzinfo=UTC)
ALERT = dict(kind="opened", where="60 km west of Dirkou", told_at=TOLD, adults=20, grade="B")


def hour(later: float) -> datetime:
    return TOLD + timedelta(hours=later)


LINE = dict(lonlat=[(12.0, 19.0), (12.1, 19.05)], times=[hour(1), hour(2)])
EVENTS = [
    ALERT | dict(message="à l'aide, عرق", last_contact=hour(-1), vehicle="stuck", movement="walking", battery_pct=3.5),
    dict(kind="facts", where="Dirkou", movement="split", grade="A"),
    dict(kind="weights", weights={"stayed": 0.4}),
    dict(kind="assets", assets=[dict(asset_id="a-1", platform="drone", at="x", lon=1.0, lat=2.0, ready=hour(0))]),
    dict(kind="released", asset_id="a-1"),
    dict(kind="ordered", asset_id="a-1", to="x", searching=[True], **LINE),
    dict(kind="driven", said="clear to km 140", visibility_km=3.0, measured_rd_m=200.0, **LINE),
    dict(kind="clue", what="footprints", where="x", lon=1.0, lat=2.0, seen_at=hour(1), bearing_deg=12.5, grade="D"),
    dict(kind="storm", begins=hour(1), ends=hour(2)),
    dict(kind="sight", visibility_km=0.4),
    dict(kind="found", alive=3, where="x", lon=1.0, lat=2.0, found_at=hour(2), condition="weak"),
    dict(kind="withdrawn", event=2, reason="wrong"),
    dict(kind="decision", what="suspend", reason="night"),
    dict(kind="linked", case_id="C-20260615-01"),
    dict(kind="note", text="x"),
    dict(kind="retained", what="positions", before="0" * 64),
]  # fmt: skip


def test_all_kinds_of_event_are_tried():
    kinds = {each.model_fields["kind"].default for each in CaseEvent.__origin__.__args__}
    assert kinds == {each["kind"] for each in EVENTS}


@pytest.mark.parametrize("values", EVENTS, ids=lambda each: each["kind"])
def test_every_event_is_the_same_after_the_log(values):
    event = read_event(values)
    kept = json.loads(json.dumps(written(event), allow_nan=False))
    assert read_event({"kind": event.kind, **kept}) == event


@given(
    st.floats(-180, 180), st.floats(-90, 90), st.floats(1e-3, 200), st.one_of(st.none(), st.floats(0, 359.99)),
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.text('aé عN"\\', max_size=20),
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_numbers_and_times_lose_nothing_in_the_log(lon, lat, radius, bearing, seen, where):
    event = read_event(dict(kind="clue", what="body", where=where, lon=lon, lat=lat, seen_at=seen, radius_km=radius,
                            bearing_deg=bearing))  # fmt: skip
    assert read_event({"kind": "clue", **json.loads(json.dumps(written(event)))}) == event


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("x", ["dictionary"]),
        ({}, ["discriminator"]),
        (dict(kind="flown"), ["flown"]),
        (ALERT | dict(adults=-1, grade="E", told_at=datetime(2026, 6, 15)), ["adults", "grade", "told_at"]),
        (ALERT | dict(litres=float("nan"), battery_pct=101, more=1), ["litres", "battery_pct", "more"]),
        (dict(kind="driven", lonlat=[(1, 91), (1, 2)], times=[hour(1), hour(2)]), ["lonlat"]),
        (dict(kind="driven", lonlat=[(1, 2)], times=[hour(1)]), ["lonlat"]),
        (dict(kind="driven", lonlat=[(1, 2), (1, 3)], times=[hour(1)]), ["1 times for 2"]),
        (dict(kind="driven", lonlat=[(1, 2), (1, 3)], times=[hour(2), hour(1)]), ["must not fall"]),
        (dict(kind="driven", lonlat=[(1, 2), (1, 3)], times=[hour(2), datetime(2026, 6, 15)]), ["no time zone"]),
        (dict(kind="ordered", asset_id="a", to="x", searching=[], **LINE), ["0 pieces"]),
        (
            dict(kind="assets", assets=[dict(asset_id="a", at="x", lon=1, lat=2, ready=datetime(2026, 6, 15))]),
            ["ready"],
        ),
        (dict(kind="assets", assets=[]), ["assets"]),
        (dict(kind="storm", begins=hour(2), ends=hour(2)), ["ends before"]),
        (dict(kind="withdrawn", event=1), ["event"]),
        (dict(kind="decision", what="close", reason=""), ["reason"]),
        (
            dict(kind="clue", what="hat", where="x", lon=1, lat=2, seen_at="now", radius_km=0),
            ["what", "seen_at", "radius"],
        ),
    ],
)
def test_each_fault_has_its_line(values, words):
    with pytest.raises(BadInput) as caught:
        read_event(values)
    assert len(caught.value.faults) == len(words), caught.value.faults
    for word in words:
        assert sum(word in line for line in caught.value.faults) == 1
    assert not any("\n" in line or "Value error" in line for line in caught.value.faults)


def test_an_alert_is_not_told_twice():
    assert isinstance(read_event(ALERT), Opened)
