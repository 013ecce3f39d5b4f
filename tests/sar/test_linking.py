"""Alerts of one event find each other, alerts of two do not, and nothing is merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.usecases.locate import tracks_of
from api.usecases.read_alert import read_alert
from sar.linking import LinkParameters, propose_links, same_case_score
from sar.whereabouts import whereabouts

TOLD = datetime(2026, 6, 15, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def case(context):
    def told(text, hours=0.0):
        reading = read_alert(context, text, TOLD + timedelta(hours=hours))
        return reading.alert, whereabouts(reading.said, context.network, tracks_of(context))

    return told


OPEN = "27 people, car broken down about 90 km west of Dirkou since yesterday 09:00, 40 litres left"
SAME = [
    ("une trentaine de personnes en panne à 100 km à l'ouest de Dirkou depuis hier matin", 2),
    ("26 personnes, véhicule en panne entre Achegour et Dirkou depuis hier matin", 5),
    ("broken down car seen at 19.05,12.08 with some 25 people", 8),
    ("27 people broken down near Achegour since 2026-06-14, some started walking north", 20),
]
OTHER = [
    ("27 people, car broken down 90 km west of Arlit since yesterday 09:00", 2),
    ("4 personnes perdues à 60 km au sud de Madama depuis ce matin 3h", 3),
    ("27 people, broken down 90 km west of Dirkou since this morning 03:00", 8 * 24),
]


@pytest.mark.parametrize(("text", "hours"), SAME)
def test_one_event_told_twice_is_proposed(case, text, hours):
    links = propose_links(*case(text, hours), {"c1": case(OPEN)})
    assert [link.case_id for link in links] == ["c1"] and links[0].score > 0.8
    assert all(reason.en and reason.fr for reason in links[0].reasons)


@pytest.mark.parametrize(("text", "hours"), OTHER)
def test_another_place_or_day_is_not_proposed(case, text, hours):
    assert propose_links(*case(text, hours), {"c1": case(OPEN)}) == []


def test_another_number_counts_against_and_is_not_proposed_where_the_place_is_vague(case):
    few = case("3 people, car broken down about 90 km west of Dirkou since yesterday 21:00", 2)
    many = case("27 people, car broken down about 90 km west of Dirkou since yesterday 21:00", 2)
    score, full = (same_case_score(*each, *case(OPEN)).score for each in (few, many))
    assert score < full and score < LinkParameters().threshold


def test_the_order_of_two_alerts_does_not_matter(case):
    first, second = case(OPEN), case(SAME[0][0], 2)
    assert same_case_score(*first, *second).score == pytest.approx(same_case_score(*second, *first).score, abs=0.01)


def test_cases_are_listed_likeliest_first_and_left_as_they_are(case):
    alert, where = case(SAME[0][0], 2)
    cases = {"near": case(SAME[1][0]), "same": case(OPEN), "far": case(OTHER[0][0])}
    before = dict(cases)
    links = propose_links(alert, where, cases)
    assert "far" not in [link.case_id for link in links]
    assert [link.score for link in links] == sorted((link.score for link in links), reverse=True)
    assert cases == before and cases["same"] is before["same"]


def test_facts_not_told_neither_help_nor_hinder(case):
    alert, where = case(OPEN)
    bare = replace(alert, adults=0, hours_stranded=None)
    assert 0 <= same_case_score(bare, where, alert, where).score <= 1
    people = next(each for each in same_case_score(bare, where, alert, where).reasons if "people" in each.en)
    assert people.times == 1.0
