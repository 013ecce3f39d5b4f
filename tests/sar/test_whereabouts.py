"""Descriptions understood in two languages, and where they put people."""

from __future__ import annotations

import numpy as np
import pytest

from api.usecases.locate import gazetteer, locate, location_document
from data.errors import BadInput
from routes.described import read_described
from routes.geodesy import bearing_deg, distance_m


@pytest.mark.parametrize(
    ("text", "kind", "numbers"),
    [
        ("90 km west of Dirkou", "offset", (90, 270, None)),
        ("about 90 km west of Dirkou.", "offset", (90, 270, None)),
        ("à 90 km à l'ouest de Dirkou", "offset", (90, 270, None)),
        ("environ 12,5 km au nord-est d'Agadez", "offset", (12.5, 45, None)),
        ("20 km after the well of Achegour", "beyond", (20, None, None)),
        ("20 km après le puits d'Achegour", "beyond", (20, None, None)),
        ("15 km de Bilma", "beyond", (15, None, None)),
        ("between Séguédine and Madama", "between", (None, None, None)),
        ("quelque part entre Séguédine et Madama", "between", (None, None, None)),
        ("two days from Agadez towards Libya", "travel", (None, None, 48)),
        ("à 2 jours d'Agadez vers la Libye", "travel", (None, None, 48)),
        ("3 heures de Dirkou vers Agadez", "travel", (None, None, 3)),
        ("19.0,12.0", "at", (None, None, None)),
        ("Dirkou", "at", (None, None, None)),
    ],
)
def test_what_people_say_is_understood(context, text, kind, numbers):
    said = read_described(text, gazetteer(context))
    assert said.kind == kind and (said.km, said.bearing_deg, said.hours) == numbers
    assert said.place.read_as in said.read_as


@pytest.mark.parametrize("text", ["19.0,12.0 ± 5 km", "19.0,12.0 within 5 km", "19.0,12.0 à 5 km près"])
def test_an_error_radius_is_taken(context, text):
    assert read_described(text, gazetteer(context)).radius_km == 5


@pytest.mark.parametrize(
    "text", ["somewhere", "20 km after the well of Nowhere", "90 km west of Nowhere", "", "12.9,19.0"]
)
def test_what_is_not_understood_is_asked(context, text):
    with pytest.raises(BadInput):
        read_described(text, gazetteer(context))


@pytest.mark.parametrize(
    "text", ["90 km west of Dirkou", "between Séguédine and Madama", "à 2 jours d'Agadez vers la Libye", "19.0,12.0"]
)
def test_chances_sum_to_one(context, text):
    said, found = locate(context, text)
    assert found.weight.sum() == pytest.approx(1) and (found.weight >= 0).all()
    document = location_document(context, text, said, found)
    assert document["on_tracks"] + document["open_ground"] == pytest.approx(1)
    assert sum(each["probability"] for each in document["segments"]) <= document["on_tracks"] + 1e-9


def test_distance_and_direction_are_kept(context):
    said, found = locate(context, "90 km west of Dirkou")
    start = (said.place.lon, said.place.lat)
    away = np.array([distance_m(start, each) / 1000 for each in zip(found.lon, found.lat, strict=True)])
    toward = np.array([bearing_deg(start, each) for each in zip(found.lon, found.lat, strict=True)])
    assert np.average(away, weights=found.weight) == pytest.approx(90, abs=8)
    assert np.average(toward % 360, weights=found.weight) == pytest.approx(270, abs=15)


def test_between_two_places_lies_on_the_way(context):
    _, found = locate(context, "between Séguédine and Madama")
    legs = context.network.segments["leg_id"].to_numpy()[found.segment]
    on_leg = found.weight[np.isin(legs, ["seguedine--madama"])].sum()
    assert (found.segment >= 0).all() and on_leg > 0.95


def test_a_goal_leaves_out_the_way_back(context):
    _, free = locate(context, "3 hours from Dirkou")
    _, bound = locate(context, "3 hours from Dirkou towards Madama")
    assert np.average(bound.lat, weights=bound.weight) > np.average(free.lat, weights=free.weight) + 0.2
    assert bound.lat[bound.weight > 1e-3].min() > 18.9


def test_a_wider_radius_spreads_more(context):
    _, narrow = locate(context, "19.0,12.0 ± 5 km")
    _, wide = locate(context, "19.0,12.0 ± 40 km")

    def spread(found):
        return np.sqrt(np.average((found.lat - np.average(found.lat, weights=found.weight)) ** 2, weights=found.weight))

    assert spread(wide) > 2 * spread(narrow)
