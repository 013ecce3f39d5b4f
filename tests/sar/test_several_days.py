"""Plans of several days and their limits, through the independent checker; the bound; wishes that change a plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests_checker import faults_of
from tests_days import JUNE
from tests_plans import plan_day

from api.usecases.patrol import debts, plan_request
from api.usecases.visits import hours_since
from api.usecases.wishes import Wishes, read_request
from data.errors import BadInput, NoAnswer
from maps.exporters.json_plan import document
from sar.benefit import VisitParameters
from sar.bound import bound_of
from sar.columns import Pool
from sar.schedule import Schedule, build
from sar.workspace import prepare

BASES = ("agadez:2", "dirkou:2")


@pytest.fixture(scope="module")
def three_days(context):
    return plan_day(context, JUNE, BASES, 12, days=3)


def test_three_days_hold_what_they_claim(context, three_days):
    assert faults_of(document(three_days), context.pack, context.network.segments) == []
    assert 0.8 < three_days.plan.share_of_best <= 1
    assert len(three_days.plan.convoys) == 6


def test_three_days_do_not_drive_the_same_loop_three_times(three_days):
    seen: list[set[str]] = [set(), set(), set()]
    for name in ("agadez-1", "dirkou-1"):
        days = [convoy for convoy in three_days.plan.convoys if convoy.convoy.convoy_id == name]
        ways = {tuple((piece.segment_id, piece.forward) for piece in convoy.pieces) for convoy in days}
        assert len(ways) == 3
        for convoy in days:
            seen[convoy.day] |= {piece.segment_id for piece in convoy.pieces}
    assert len(set.union(*seen)) > 1.3 * max(len(day) for day in seen)


def test_nights_away_reach_more_than_coming_home(context, three_days):
    home = plan_day(context, JUNE, BASES, 12, days=3, home_each_night=True)
    assert faults_of(document(home), context.pack, context.network.segments) == []
    assert all(convoy.ends_at == convoy.convoy.base.place_id for convoy in home.plan.convoys)
    assert home.plan.expected_people_reached < three_days.plan.expected_people_reached


def test_a_closed_segment_opens_on_its_day(context):
    closed = "agadez--arlit:003"
    view = plan_day(context, JUNE, ["agadez:2"], 12, days=2, closed=(f"{closed}=2026-06-16",), required=(closed,))
    days = [
        any(piece.segment_id == closed for piece in convoy.pieces)
        for convoy in sorted(view.plan.convoys, key=lambda each: each.day)
    ]
    assert days == [False, True]
    assert faults_of(document(view), context.pack, context.network.segments) == []


def test_a_zone_opens_with_the_skill(context, tmp_path):
    zone = tmp_path / "zones.csv"
    leg = [name for name in context.network.segments.index if name.startswith("achegour--dirkou:")]
    zone.write_text("segment_id,skill\n" + "".join(f"{name},sand\n" for name in leg))
    without = plan_day(context, JUNE, ["dirkou:2"], 10, zones_file=zone)
    with_skill = plan_day(context, JUNE, ["dirkou:2"], 10, zones_file=zone, skills=("dirkou:sand",))

    def driven(view):
        return {piece.segment_id for convoy in view.plan.convoys for piece in convoy.pieces}

    assert not any(name.startswith("achegour--dirkou") for name in driven(without))
    assert any(name.startswith("achegour--dirkou") for name in driven(with_skill))
    assert "zone" in {left.why.code for left in without.plan.left_out}
    zone.write_text("segment_id,skill\nnope,sand\nagadez--arlit:003,\n")
    with pytest.raises(BadInput) as caught:
        read_request(context, JUNE, Wishes(("dirkou:2",), zones_file=zone))
    assert len(caught.value.faults) == 2


def test_a_plan_can_end_elsewhere_and_rest_from_the_heat(context):
    view = plan_day(context, JUNE, ["agadez:2"], 12, ends=("agadez:arlit",), rest="12:00-14:00")
    (convoy,) = view.plan.convoys
    assert convoy.ends_at == "arlit" and convoy.hours <= 10 + 1e-9
    assert (convoy.end - convoy.start).total_seconds() / 3600 == pytest.approx(convoy.hours + 2)
    assert faults_of(document(view), context.pack, context.network.segments) == []


def test_variation_keeps_most_of_the_aim_and_differs(context):
    best = plan_day(context, JUNE, ["dirkou:2"], 12)
    drawn = [plan_day(context, JUNE, ["dirkou:2"], 12, vary=0.1, seed=seed) for seed in (1, 2)]
    assert all(each.plan.aim >= 0.9 * best.plan.aim - 1e-9 for each in drawn)
    assert any(each.plan_id != best.plan_id for each in drawn)
    ways = [tuple(piece.segment_id for piece in each.plan.convoys[0].pieces) for each in (best, *drawn)]
    assert len(set(ways)) > 1


def test_exploration_moves_the_aim_not_the_promise(context):
    plain = plan_day(context, JUNE, ["dirkou:2"], 12, explore=0.0).plan
    curious = plan_day(context, JUNE, ["dirkou:2"], 12, explore=0.6).plan
    assert plain.aim == pytest.approx(plain.expected_people_reached)
    assert curious.expected_people_reached <= plain.best_aim + 1e-9
    assert curious.aim != pytest.approx(curious.expected_people_reached)


@pytest.mark.parametrize(
    "more", [("agadez:4", "dirkou:2"), ("agadez:2", "dirkou:4"), ("agadez:2", "dirkou:2", "arlit:2")]
)
def test_more_vehicles_never_reach_fewer(context, june_plan, more):
    plan = plan_day(context, JUNE, more, 12, seed=1).plan
    assert plan.aim >= june_plan.plan.aim - 1e-9
    assert plan.expected_people_reached >= june_plan.plan.expected_people_reached - 1e-9


@pytest.mark.parametrize("base", ["dirkou:2", "tamanrasset:2"])
def test_more_hours_and_more_fuel_never_reach_fewer(context, base):
    def reached(hours, reserve):
        request = replace(read_request(context, JUNE, Wishes((base,), hours, explore=0.0)), reserve_share=reserve)
        return plan_request(context, request).plan.expected_people_reached

    by_hours = [reached(hours, 0.2) for hours in (6, 10, 15)]
    assert all(low <= high + 1e-9 for low, high in zip(by_hours[:-1], by_hours[1:], strict=True))
    by_fuel = [reached(12, reserve) for reserve in (0.85, 0.6, 0.2)]
    assert all(low <= high + 1e-9 for low, high in zip(by_fuel[:-1], by_fuel[1:], strict=True))


def test_the_bound_holds_for_plans_found_otherwise(context):
    request = read_request(context, JUNE, Wishes(BASES, 12, days=2))
    people, aim = debts(context, request, VisitParameters(), 168.0)
    space = prepare(context.network.segments, people, aim, request)
    schedule = Schedule.standing(space, Pool(space))
    build(schedule, list(range(len(space.slots))), lambda share: None)
    bounds = [bound_of(schedule.pool, rounds).value for rounds in (1, 2, 4)]
    assert bounds[0] >= bounds[1] - 1e-9 >= bounds[2] - 2e-9  # more rounds only lower it
    assert schedule.value <= bounds[2] + 1e-9
    assert plan_day(context, JUNE, BASES, 12, days=2).plan.aim <= bounds[0] + 1e-9


def test_what_was_seen_yesterday_is_worth_less(context, june_plan):
    seen = {piece.segment_id: convoy.start for convoy in june_plan.plan.convoys for piece in convoy.pieces}
    since = hours_since(context, seen, JUNE.replace(day=16), 168.0)
    assert (since < 30).sum() == len(seen) and since.max() == 168.0
    request = read_request(context, JUNE.replace(day=16), Wishes(("dirkou:2",), 12))
    after = plan_request(context, request, hours_since=since).plan
    fresh = plan_request(context, request, hours_since=np.full_like(since, 168.0)).plan
    assert after.expected_people_reached < fresh.expected_people_reached


def test_people_are_handed_over_where_there_is_room_and_service(context):
    full = plan_day(context, JUNE, ["dirkou:2"], 10, room=("dirkou:3",)).plan.convoys[0].hand_over
    usual = plan_day(context, JUNE, ["dirkou:2"], 10).plan.convoys[0].hand_over
    assert usual.place.place_id == "dirkou" and usual.extra_h == 0 and usual.trips == 2
    assert full is not None and full.place.place_id != "dirkou" and full.extra_h > 0
    algeria = plan_day(context, JUNE, ["tamanrasset:2"], 10).plan.convoys[0]
    assert algeria.hand_over is None
    agreed = plan_day(context, JUNE, ["tamanrasset:2"], 10, agreed=("arlit=a signed protocol",)).plan.convoys[0]
    assert agreed.hand_over.place.place_id == "arlit" and agreed.hand_over.place.agreed_by == "a signed protocol"
    with pytest.raises(BadInput, match="not marked as a place of safety"):
        read_request(context, JUNE, Wishes(("agadez:2",), room=("sabha:100",)))


def test_an_end_out_of_reach_is_no_answer(context):
    with pytest.raises(NoAnswer, match="niamey"):
        plan_day(context, JUNE, ["agadez:2"], 6, ends=("agadez:niamey",))


def test_what_opens_later_can_be_the_place_for_a_night(context):
    segment = "ingall--assamaka:030"
    view = plan_day(context, JUNE, ["agadez:2"], 12, days=3, closed=(f"{segment}=2026-06-17",), required=(segment,))
    (last,) = [convoy for convoy in view.plan.convoys if convoy.day == 2]
    assert segment in {piece.segment_id for piece in last.pieces} and last.begins_at != "agadez"
    assert faults_of(document(view), context.pack, context.network.segments) == []


def test_options_that_change_nothing_are_told(context):
    with pytest.raises(BadInput) as caught:
        read_request(
            context, JUNE, Wishes(("agadez:2",), skills=("agadez:sand",), closed=("agadez--arlit:000=2026-06-01",))
        )
    assert len(caught.value.faults) == 2
    outside = plan_day(context, JUNE, ["agadez:2"], 8, rest="21:00-22:00").plan.convoys[0]
    assert "rest_outside" in {note.code for note in outside.notes} and outside.rest is None


def test_a_far_end_is_reached_over_a_night(context):
    one_day = read_request(context, JUNE, Wishes(("agadez:2",), 9, ends=("agadez:assamaka",)))
    with pytest.raises(NoAnswer, match="assamaka"):
        plan_request(context, replace(one_day, hours=6))
    view = plan_day(context, JUNE, ["agadez:2"], 6, days=2, ends=("agadez:assamaka",))
    assert [convoy.ends_at for convoy in view.plan.convoys][-1] == "assamaka"
    assert faults_of(document(view), context.pack, context.network.segments) == []
