"""Plans read back, changed, compared and diverted."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from tests_checker import faults_of
from tests_days import JUNE
from tests_plans import plan_day

from api.usecases.edit import Changes, changed_request, comparison
from api.usecases.patrol import plan_request
from api.usecases.plan_file import read_plan
from api.usecases.replan import replan
from api.usecases.under_way import read_reports
from api.usecases.visits import debt_table, read_visits
from data.errors import BadInput, NoAnswer
from maps.exporters.json_plan import EXPORTER, document
from routes.positions import read_position


@pytest.fixture(scope="module")
def plan_path(june_plan, tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    path.write_bytes(EXPORTER.render(june_plan)["plan.json"])
    return path


@pytest.fixture(scope="module")
def plan(context, plan_path):
    return read_plan(context, plan_path)


def test_a_plan_is_read_back_as_it_was(plan, june_plan):
    assert plan.plan_id == june_plan.plan_id and plan.people == pytest.approx(june_plan.plan.expected_people_reached)
    for read, made in zip(plan.convoys, june_plan.plan.convoys, strict=True):
        assert [step.segment_id for step in read.steps] == [piece.segment_id for piece in made.pieces]
        assert read.start == made.start
        last = read.steps[-1]
        assert abs((made.end - last.at).total_seconds() / 3600 - last.hours) < 1e-3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is no JSON"),
        (b"[]", "is no plan"),
        (b'{"kind": "patrol-plan"}', "plan_id: Field required"),
        (b'{"kind": "patrol-plan", "request": [], "days": 0}', "days: Input should be greater"),
    ],
)
def test_files_that_are_no_plans_are_told(context, tmp_path, content, said):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=said):
        read_plan(context, path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_plan(context, tmp_path / "none.json")


def test_segments_of_another_region_are_told(context, plan_path, tmp_path):
    text = plan_path.read_text().replace("achegour--dirkou", "achegour--mars")
    path = tmp_path / "mars.json"
    path.write_text(text)
    with pytest.raises(BadInput, match="achegour--mars"):
        read_plan(context, path)


def test_locks_stay_and_the_rest_is_planned_around_them(context, plan):
    request = changed_request(context, plan, Changes(lock=("agadez-1",), add=("seguedine--madama:004",)))
    view = plan_request(context, request)
    old = {convoy.convoy_id: [step.segment_id for step in convoy.steps] for convoy in plan.convoys}
    new = {convoy.convoy.convoy_id: [piece.segment_id for piece in convoy.pieces] for convoy in view.plan.convoys}
    assert new["agadez-1"] == old["agadez-1"]
    assert "seguedine--madama:004" in new["dirkou-1"]
    assert faults_of(document(view), context.pack, context.network.segments) == []
    both = comparison(plan.document, document(view))
    assert both["plans"][0]["expected_people_reached"] > both["plans"][1]["expected_people_reached"]
    assert "seguedine--madama:004" in {each["segment_id"] for each in both["only_after"]}
    assert {line["convoy"] for line in both["convoys"] if line["before"] != line["after"]} == {"dirkou-1-d1"}


def test_faults_of_changes_come_together(context, plan):
    with pytest.raises(BadInput) as caught:
        changed_request(context, plan, Changes(lock=("gao-1", "agadez-1:3"), add=("nope",), drop=("neither",)))
    assert len(caught.value.faults) == 4
    driven = plan.convoys[0].steps[0].segment_id
    with pytest.raises(BadInput, match="locked convoy drives it"):
        changed_request(context, plan, Changes(lock=("agadez-1",), drop=(driven,)))


def test_the_soonest_able_convoy_is_diverted(context, plan):
    now = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
    alert = read_position("19.0,7.0", context.pack.places)
    reports = read_reports(context, plan, ["agadez-1=18.2,7.6;7;150"])
    found = replan(context, plan, now, alert, reports)
    assert found.chosen.convoy_id == "agadez-1" and found.chosen.able
    assert found.chosen.arrives == min(each.arrives for each in found.candidates)
    assert context.network.segments.index[found.chosen.way[-1][0]] == found.alert_segment
    diverted = next(each for each in found.rest.plan.convoys if each.convoy.convoy_id == "agadez-1")
    ids = [piece.segment_id for piece in diverted.pieces]
    assert found.alert_segment in ids and diverted.ends_at == "agadez" and diverted.hours <= 7 + 1e-6
    assert sum(piece.fuel_l for piece in diverted.pieces) <= 150
    other = next(each for each in found.rest.plan.convoys if each.convoy.convoy_id == "dirkou-1")
    assert other.ends_at == "dirkou" and other.pieces
    assert not set(found.dropped) & {piece.segment_id for each in found.rest.plan.convoys for piece in each.pieces}


def test_nobody_able_is_said_and_nobody_at_all_is_no_answer(context, plan):
    now = datetime(2026, 6, 15, 15, 30, tzinfo=UTC)
    far = replan(context, plan, now, read_position("21.9,13.6", context.pack.places), {})
    assert not far.chosen.able and far.chosen.margin_h < 0
    with pytest.raises(NoAnswer):
        replan(context, plan, now, read_position("24.1,32.9", context.pack.places), {})
    with pytest.raises(BadInput, match="no day of plan"):
        replan(context, plan, now.replace(day=20), read_position("19.0,7.0", context.pack.places), {})


def test_odd_reports_are_told(context, plan):
    with pytest.raises(BadInput) as caught:
        read_reports(
            context, plan, ["gao-1=17,8", "agadez-1=nowhere at all", "dirkou-1=19,13;x", "dirkou-1=19,13;-1;5"]
        )
    assert len(caught.value.faults) == 4


def test_debt_falls_where_patrols_drove(context, plan, plan_path):
    tomorrow = JUNE.replace(day=16)
    visits = read_visits(context, [plan_path], tomorrow)
    before, after = (debt_table(context, tomorrow, each, 168.0) for each in ({}, visits))
    driven = {step.segment_id for convoy in plan.convoys for step in convoy.steps}
    assert set(visits) == driven
    assert (after.loc[list(driven), "debt"] < before.loc[list(driven), "debt"] + 1e-15).all()
    rest = [name for name in before.index if name not in driven]
    assert (after.loc[rest, "debt"] == before.loc[rest, "debt"]).all()
    assert after["debt"].is_monotonic_decreasing
    row = after.iloc[0]
    assert row["debt"] == pytest.approx(row["days_unseen"] * row["risk_per_km_day"] * row["km"])


def test_the_request_is_in_the_file(plan_path):
    asked = orjson.loads(plan_path.read_bytes())["request"]
    assert asked["bases"] == ["agadez:2:pickup_4x4", "dirkou:2:pickup_4x4"] and asked["explore"] == 0.15


@pytest.fixture(scope="module")
def nights(context, tmp_path_factory):
    """A plan of two days with a night away, read back."""
    view = plan_day(context, JUNE, ["dirkou:2"], 12, days=2)
    path = tmp_path_factory.mktemp("nights") / "plan.json"
    path.write_bytes(EXPORTER.render(view)["plan.json"])
    plan = read_plan(context, path)
    assert plan.convoys[0].ends_at != "dirkou"
    return plan


def test_who_has_too_little_left_is_not_able(context, plan):
    now = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
    reports = read_reports(context, plan, ["agadez-1=18.74,7.39;0;0"])
    found = replan(context, plan, now, read_position("18.0,8.0", context.pack.places), reports)
    candidate = next(each for each in found.candidates if each.convoy_id == "agadez-1")
    assert candidate.margin_h < 0 and candidate.margin_l < 0 and not candidate.able


def test_convoys_under_way_keep_their_night(context, nights):
    evening = datetime(2026, 6, 15, 11, 0, tzinfo=UTC)
    found = replan(context, nights, evening, read_position("19.5,12.9", context.pack.places), {})
    assert {convoy.ends_at for convoy in found.rest.plan.convoys} == {nights.convoys[0].ends_at}
    morning = datetime(2026, 6, 16, 4, 0, tzinfo=UTC)
    found = replan(context, nights, morning, read_position("20.3,13.0", context.pack.places), {})
    assert found.stands["dirkou-1"].under_way.node == nights.convoys[0].ends_at
    (convoy,) = found.rest.plan.convoys
    assert convoy.begins_at == nights.convoys[0].ends_at and convoy.ends_at == "dirkou"
    litres = sum(piece.fuel_l for piece in convoy.pieces)
    assert convoy.fuel_l == pytest.approx(litres / 0.8)


def test_reports_from_nowhere_and_alerts_at_sea_are_told(context, plan):
    now = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
    reports = read_reports(context, plan, ["dirkou-1=31.0,-8.0"])
    with pytest.raises(BadInput, match="km from any segment"):
        replan(context, plan, now, read_position("18.0,8.0", context.pack.places), reports)
    with pytest.raises(NoAnswer, match="at sea"):
        replan(context, plan, now, read_position("34.0,12.0", context.pack.places), {})


def test_a_lock_that_cannot_be_driven_is_told(context, plan):
    request = changed_request(context, plan, Changes(lock=("agadez-1",), bases=("agadez:2:truck_6x6",)))
    with pytest.raises(BadInput, match="locked day 1: it takes"):
        plan_request(context, request)


def test_zones_stay_with_a_plan(context, tmp_path):
    zone = tmp_path / "zones.csv"
    zone.write_text("segment_id,skill\nagadez--arlit:000,mines\n")
    view = plan_day(context, JUNE, ["agadez:2"], 9, zones_file=zone)
    path = tmp_path / "plan.json"
    path.write_bytes(EXPORTER.render(view)["plan.json"])
    again = plan_request(context, changed_request(context, read_plan(context, path), Changes()))
    assert "agadez--arlit:000" not in {piece.segment_id for each in again.plan.convoys for piece in each.pieces}
    assert again.plan.aim >= view.plan.aim - 1e-9


def test_other_fuel_or_place_of_safety_is_another_plan(context):
    usual = plan_day(context, JUNE, ["dirkou:2"], 9)
    assert plan_day(context, JUNE, ["dirkou:2"], 9, room=("dirkou:3",)).plan_id != usual.plan_id
    assert plan_day(context, JUNE, ["dirkou:3"], 9).plan_id != usual.plan_id
