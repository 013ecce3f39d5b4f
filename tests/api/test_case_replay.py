"""The state of a case from its log: every message kept, and any state there again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import numpy as np
import pytest
from tests_worlds import KM, km_between

from api.usecases.case_events import read_event
from api.usecases.case_evidence import Logged, driven_pod
from api.usecases.case_replay import replay, status_of
from data.errors import BadInput
from sar.belief import GENUINE
from sar.scenarios import OUTSIDE

TOLD = datetime(2026, 6, 15, 6, tzinfo=UTC)
NOW = TOLD + timedelta(hours=8)
COUNT = 1500
ALERT = dict(kind="opened", where="60 km west of Dirkou", told_at=TOLD, adults=20, children=3, litres=100.0,
             hours_stranded=10.0, grade="B")  # fmt: skip


def hour(later: float) -> datetime:
    return TOLD + timedelta(hours=later)


def logged(*events, alert=ALERT):
    """An alert and what came after it: (hours later, values) or (hours later, values, by)."""
    log = [Logged(1, TOLD, "desk", read_event(alert))]
    for number, (later, values, *by) in enumerate(events, 2):
        log.append(Logged(number, hour(later), by[0] if by else "desk", read_event(values)))
    return log


@pytest.fixture(scope="module")
def state_of(context):
    def replayed(*events, now=NOW, alert=ALERT, case_id="C-1"):
        return replay(context, case_id, logged(*events, alert=alert), now, count=COUNT)

    return replayed


@pytest.fixture(scope="module")
def before(state_of):
    return state_of()


def same(one, other):
    return (
        np.array_equal(one.belief.weight, other.belief.weight)
        and one.belief.outside == other.belief.outside
        and np.array_equal(one.belief.particles.lon, other.belief.particles.lon)
        and (one.looked_for, one.status, one.gains) == (other.looked_for, other.status, other.gains)
    )


def driven(lonlat, begins, ends, **more):
    times = [hour(each) for each in np.linspace(begins, ends, len(lonlat))]
    return {"kind": "driven", "lonlat": [tuple(each) for each in lonlat], "times": times, **more}


def through(state, km=15.0, at=(0.5, 0.5)):
    """A line through where people are thought to be."""
    particles = state.belief.particles
    lon, lat = (float(np.quantile(each, share)) for each, share in zip(particles.at(12.0), at, strict=True))
    return [(lon - km * KM, lat), (lon, lat), (lon + km * KM, lat)]


def far_clue(later=3.0, what="sighting", **more):
    return later, dict(kind="clue", what=what, where="far", lon=13.9, lat=20.6, seen_at=hour(later - 0.5),
                       radius_km=2.0, **more)  # fmt: skip


def test_the_same_log_gives_the_same_state(state_of, before):
    events = ((2.0, driven(through(before), 0, 2)), far_clue(), (4.0, dict(kind="found", alive=2, where="x", lon=12.0,
              lat=19.0, found_at=hour(4))))  # fmt: skip
    assert same(state_of(*events), state_of(*events))
    assert not same(state_of(*events), state_of(*events, case_id="C-2"))


def test_the_belief_begins_with_the_grade_of_the_source(state_of):
    for grade, outside in OUTSIDE.items():
        state = state_of(alert=ALERT | {"grade": grade})
        assert state.belief.outside == outside
        assert state.belief.weight.sum() + outside == pytest.approx(1)


def test_what_was_withdrawn_was_never_told(state_of, before):
    search = driven(through(before), 0, 2)
    withdrawn = state_of((2.0, search), (3.0, {"kind": "withdrawn", "event": 2}))
    assert same(withdrawn, state_of((2.0, {"kind": "note", "text": "x"})))
    again = state_of((2.0, search), (3.0, {"kind": "withdrawn", "event": 2}), (4.0, {"kind": "withdrawn", "event": 3}))
    assert same(again, state_of((2.0, search))) and not same(again, withdrawn)


def test_what_was_not_yet_told_does_not_count(state_of, before):
    search = (2.0, driven(through(before), 0, 2))
    later = (
        (5.0, {"kind": "withdrawn", "event": 2}), (5.5, {"kind": "facts", "litres": 900.0}), far_clue(6.0),
        (6.5, {"kind": "decision", "what": "close", "reason": "all found"}, "b"),
        (6.6, {"kind": "decision", "what": "close", "reason": "all found"}, "c"),
        (6.8, {"kind": "storm", "begins": hour(6), "ends": hour(9)}),
    )  # fmt: skip
    assert same(state_of(search, *later, now=hour(4)), state_of(search, now=hour(4)))
    assert not same(state_of(search, *later, now=hour(7)), state_of(search, now=hour(7)))


def test_looking_later_moves_nobody(state_of):
    early, late = (state_of(far_clue(), now=hour(each)) for each in (4.0, 60.0))
    hours = early.belief.particles.hours + 1
    assert late.belief.particles.hours > hours
    assert np.array_equal(early.belief.particles.lon, late.belief.particles.lon[:hours])
    assert early.belief.weight == pytest.approx(late.belief.weight, abs=1e-12)


def test_no_order_of_searches_matters(state_of, before):
    searches = [(2.0, driven(through(before, at=(at, 0.5)), 0, 2)) for at in (0.2, 0.5, 0.8)]
    ends = [state_of(*order) for order in permutations(searches)]
    for each in ends[1:]:
        assert each.belief.weight == pytest.approx(ends[0].belief.weight, abs=1e-12)
        assert each.pos == pytest.approx(ends[0].pos, abs=1e-9)


def test_searches_lower_where_they_looked_and_raise_the_outside(state_of, before):
    search = read_event(driven(through(before), 0, 2))
    pod = driven_pod(before.belief, before.skies, search)
    after = state_of((2.0, driven(through(before), 0, 2)))
    looked = pod > np.quantile(pod, 0.95)
    assert pod.max() > 0.4 and 0 < after.gains[0][1] <= before.belief.weight[pod > 0].sum()
    assert after.belief.weight[looked].sum() < before.belief.weight[looked].sum()
    assert after.belief.outside > before.belief.outside
    assert after.belief.weight.sum() + after.belief.outside == pytest.approx(1)
    twice = state_of((2.0, driven(through(before), 0, 2)), (4.0, driven(through(before), 2, 4)))
    assert twice.pos > after.pos and twice.gains[1][1] < twice.gains[0][1]


def test_a_track_far_from_everybody_is_told_of(state_of, before):
    after = state_of((2.0, driven([(30.0, 5.0), (30.1, 5.0)], 0, 1)))
    assert after.belief.weight == pytest.approx(before.belief.weight, abs=1e-12) and after.gains == ((2, 0.0),)
    assert any("covers nowhere" in each for each in after.remarks)


def test_a_track_before_the_stranding_says_nothing(state_of, before):
    yesterday = read_event(driven(through(before), -20, -14))
    assert not driven_pod(before.belief, before.skies, yesterday).any()
    half = read_event(driven(through(before), -14, 0))
    assert driven_pod(before.belief, before.skies, half).any()


def test_a_receiver_that_writes_every_second_makes_no_track_slower(before):
    first, last = np.array(through(before, 1.0))[[0, 2]]
    seconds = np.linspace(0, 1, 100)[:, None]
    quick = first + seconds * (last - first)
    pods = [
        driven_pod(before.belief, before.skies, read_event(driven(points, 0.0, 99 / 3600)))
        for points in (quick, quick[[0, -1]])
    ]
    assert pods[0] == pytest.approx(pods[1], abs=0.02) and pods[0].max() > 0.05


def test_a_storm_hides_everything(before, state_of):
    stormy = state_of((0.5, {"kind": "storm", "begins": hour(0), "ends": hour(3)}))
    assert not driven_pod(stormy.belief, stormy.skies, read_event(driven(through(before), 0.1, 2.5))).any()
    assert driven_pod(before.belief, before.skies, read_event(driven(through(before), 0.1, 2.5))).any()
    assert not stormy.belief.particles.walks[10:13].any()


def test_haze_told_of_later_does_not_undo_a_search(state_of, before):
    search, haze = driven(through(before), 1, 3), {"kind": "sight", "visibility_km": 0.1}
    clear = state_of((3.5, search))
    assert state_of((3.5, search), (4.0, haze)).gains[0][1] == clear.gains[0][1]
    assert state_of((3.5, search), (4.0, haze)).skies.visibility_km == 0.1
    for told in (0.5, 2.0):
        assert state_of((told, haze), (3.5, search)).gains[0][1] < clear.gains[0][1] / 2
    lifted = (0.5, haze), (2.0, {"kind": "sight", "visibility_km": 20.0}), (3.5, search)
    assert state_of(*lifted).gains[0][1] < clear.gains[0][1] / 2


@pytest.mark.parametrize("grade", list("ABCD"))
@pytest.mark.parametrize("what", ["sighting", "vehicle"])
def test_a_clue_far_off_moves_the_belief_there_with_its_grade(state_of, what, grade):
    after = state_of(far_clue(what=what, grade=grade))
    lon, lat = after.belief.particles.at(0.0 if what == "vehicle" else 12.5)
    near = km_between(lon, lat, 13.9, 20.6) < 12
    assert after.belief.weight[near].sum() == pytest.approx(GENUINE[grade], abs=0.02)
    assert after.belief.outside == pytest.approx(OUTSIDE["B"] * (1 - GENUINE[grade]), abs=1e-9)
    assert after.belief.weight.sum() + after.belief.outside == pytest.approx(1)


def test_nobody_waits_at_an_empty_vehicle(state_of):
    after = state_of(far_clue(what="empty vehicle"))
    lon, lat = after.belief.particles.at(0.0)
    near = km_between(lon, lat, 13.9, 20.6) < 12
    assert near.any() and not after.belief.particles.waits[near].any()


def test_searches_hold_for_people_a_later_clue_puts_there(state_of):
    line = [(13.9 - 6 * KM, 20.6), (13.9, 20.6), (13.9 + 6 * KM, 20.6)]
    clue = far_clue(3.0, "vehicle")
    plain, searched = state_of(clue), state_of((2.0, driven(line, 0.0, 2.0)), clue)
    lon, lat = plain.belief.particles.at(0.0)
    near = km_between(lon, lat, 13.9, 20.6) < 12
    odds = [each.belief.weight[near].sum() / each.belief.weight[~near].sum() for each in (plain, searched)]
    assert odds[1] < 0.9 * odds[0]
    late = state_of(clue, (4.0, driven(line, 0.0, 2.0)))
    assert late.belief.weight == pytest.approx(searched.belief.weight, rel=1e-9)


def test_a_second_clue_at_the_same_place_makes_it_surer(state_of):
    once, twice = state_of(far_clue(grade="C")), state_of(far_clue(grade="C"), far_clue(4.0, grade="C"))

    def there(state):
        lon, lat = state.belief.particles.at(13.0)
        return state.belief.weight[km_between(lon, lat, 13.9, 20.6) < 12].sum()

    assert there(twice) > there(once)


def test_a_clue_among_the_particles_moves_them_by_bayes(state_of, before):
    lon, lat = (float(np.median(each)) for each in before.belief.particles.at(12.5))
    clue = dict(kind="clue", what="sighting", where="x", lon=lon, lat=lat, seen_at=hour(2.5), radius_km=5.0, grade="A")
    after = state_of((3.0, clue))
    at_lon, at_lat = before.belief.particles.at(12.5)
    near = km_between(at_lon, at_lat, lon, lat) < 10
    assert len(after.belief.particles) == COUNT  # nobody was drawn anew
    assert after.belief.weight[near].sum() > before.belief.weight[near].sum() + 0.2


VOICES = [("close", "a"), ("close", "b")]


@pytest.mark.parametrize(
    ("voices", "status"),
    [
        ([], "open"),
        ([("close", "a")], "open"),
        ([("close", "a"), ("close", "a")], "open"),
        (VOICES, "closed"),
        ([("close", "a"), ("suspend", "b")], "open"),
        ([("close", "a"), ("suspend", "b"), ("suspend", "a")], "suspended"),
        ([("suspend", "a"), ("suspend", "b")], "suspended"),
        ([*VOICES, ("reopen", "a")], "closed"),
        ([*VOICES, ("reopen", "a"), ("reopen", "a")], "closed"),
        ([*VOICES, ("reopen", "a"), ("reopen", "c")], "open"),
        ([*VOICES, ("reopen", "a"), ("reopen", "c"), ("close", "b")], "open"),
        ([("close", "a"), ("suspend", "a"), ("close", "b")], "open"),
    ],
)
def test_a_change_takes_two_people_of_one_mind(voices, status):
    decisions = [(1 + n, dict(kind="decision", what=what, reason="told so"), by) for n, (what, by) in enumerate(voices)]
    assert status_of(logged(*decisions)) == status


def test_who_was_found_is_looked_for_no_more(state_of, before):
    assert before.looked_for == 23
    found = dict(kind="found", alive=4, dead=1, where="x", lon=12.0, lat=19.0, found_at=hour(1))
    after = state_of((1.0, found), (2.0, found))
    assert (after.looked_for, after.found_alive, after.found_dead) == (13, 8, 2)
    assert state_of((1.0, found | {"alive": 500})).looked_for == 0
    assert state_of((1.0, found), (2.0, {"kind": "withdrawn", "event": 2})).looked_for == 23


def test_facts_change_what_they_tell_of_and_no_more(state_of, before):
    after = state_of((2.0, {"kind": "facts", "adults": 30, "litres": 600.0}))
    assert (after.alert.adults, after.alert.children, after.alert.litres) == (30, 3, 600.0)
    assert after.alert.stranded_at == before.alert.stranded_at
    assert after.belief.alive(72.0) > before.belief.alive(72.0)
    waiting = state_of((2.0, {"kind": "facts", "movement": "waiting"}))
    assert waiting.belief.scenarios()["stayed"] > before.belief.scenarios()["stayed"] + 0.2


def test_hours_stranded_count_from_when_they_are_told(state_of):
    after = state_of((2.0, {"kind": "facts", "hours_stranded": 15.0}))
    assert after.alert.stranded_at == hour(2.0 - 15.0)
    assert state_of((2.0, {"kind": "facts", "hours_stranded": 1.0})).alert.stranded_at <= TOLD


def test_the_planner_s_weights_stand_and_searches_are_counted_on(state_of):
    after = state_of((1.0, {"kind": "weights", "weights": {"to-town": 0.9}}))
    assert after.belief.scenarios()["to-town"] == pytest.approx(0.9, abs=0.01)
    with pytest.raises(BadInput, match="none of"):
        state_of((1.0, {"kind": "weights", "weights": {"flown": 0.9}}))


def test_assets_are_where_they_last_were(state_of):
    asset = dict(asset_id="d-1", at="dirkou", lon=12.895, lat=19.005, ready=hour(1), endurance_h=20.0)
    told = (1.0, {"kind": "assets", "assets": [asset]})
    (waiting,) = state_of(told).searchers
    assert (waiting.lon, waiting.ready_h, waiting.endurance_h) == (12.895, 18.0, 20.0)  # rested, ready now
    (not_yet,) = state_of(told, now=hour(0.5)).searchers or (None,)
    assert not_yet is None
    (moved,) = state_of(told, (6.0, driven([(12.9, 19.0), (12.5, 19.0)], 2, 5, asset_id="d-1"))).searchers
    assert (moved.lon, moved.lat, moved.ready_h) == (12.5, 19.0, 15.0) and moved.home_lon == 12.895
    assert moved.endurance_h == pytest.approx(16.0)
    rested = asset | {"ready": hour(7), "endurance_h": 24.0}
    events = (
        told,
        (6.0, driven([(12.9, 19.0), (12.5, 19.0)], 2, 5, asset_id="d-1")),
        (7, {"kind": "assets", "assets": [rested]}),
    )
    (fresh,) = state_of(*events).searchers
    assert (fresh.lon, fresh.endurance_h) == (12.895, 24.0)
    assert state_of(*events, (7.5, {"kind": "released", "asset_id": "d-1"})).searchers == ()


def test_a_case_has_to_begin_with_an_alert_that_is_understood(context):
    for log in ([], [Logged(1, TOLD, "a", read_event({"kind": "note", "text": "x"}))]):
        with pytest.raises(BadInput, match="begin with an alert"):
            replay(context, "C-1", log, NOW, count=10)
    with pytest.raises(BadInput):
        replay(context, "C-1", logged(alert=ALERT | {"where": "somewhere"}), NOW, count=10)
