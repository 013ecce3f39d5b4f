"""Whole messages read into alerts, in two languages: what is understood, what is asked, what is never lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.cli.main import exit_code
from api.usecases.read_alert import AlertFields, read_alert, reading_document
from data.errors import BadInput
from sar.alert import Alert, Movement, Reporter, VehicleState

#: Four in the morning of a Monday, local time.
TOLD = datetime(2026, 6, 15, 3, tzinfo=UTC)
BROKEN, STUCK, NO_FUEL = VehicleState.BROKEN_DOWN, VehicleState.STUCK, VehicleState.NO_FUEL
LOST, LEFT = VehicleState.LOST, VehicleState.LEFT_BEHIND
SPLIT, WALKING, WAITING = Movement.SPLIT, Movement.WALKING, Movement.WAITING

MESSAGES = [
    (
        "27 people, car broken down about 90 km west of Dirkou since yesterday morning, 40 litres left, some started "
        "walking north.",
        dict(adults=27, vehicle=BROKEN, hours_stranded=20.5, litres=40, movement=SPLIT, walked_towards="north"),
    ),
    (
        "12 hommes, 3 femmes enceintes et deux bébés, à 2 jours d'Agadez vers la Libye, plus d'eau, batterie à 5%, "
        "dernier appel hier à 22h",
        dict(adults=12, pregnant=3, children=2, litres=0, battery_pct=5, last_contact=TOLD - timedelta(hours=6)),
    ),
    (
        "Nous sommes 27 dont 4 enfants, en panne 20 km après le puits d'Achegour depuis hier matin, deux bidons de 20 "
        "litres",
        dict(adults=23, children=4, litres=40, vehicle=BROKEN, hours_stranded=20.5, reported_by=Reporter.IN_GROUP),
    ),
    (
        "a family of five stuck in the sand between Séguédine and Madama, no water, they are waiting with the car, "
        "battery 12 %",
        dict(adults=5, vehicle=STUCK, litres=0, movement=WAITING, battery_pct=12),
    ),
    (
        "Partis d'Agadez il y a 3 jours pour la Libye, tombés en panne à 40 km au nord-est de Dirkou hier soir, une "
        "trentaine de personnes, ils marchent vers le puits",
        dict(adults=30, vehicle=BROKEN, hours_stranded=9, movement=WALKING, walked_towards="water"),
    ),
    (
        "on the Agadez-Dirkou road 22 people out of fuel three days ago",
        dict(adults=22, vehicle=NO_FUEL, hours_stranded=72),
    ),
    (
        "N18°41'07\" E12°55'00\" within 5 km, 8 men, no more water, phone at 5%",
        dict(adults=8, litres=0, battery_pct=5),
    ),
    ("33Q 280272 2067274 six people stuck, call +227 00 11 22 33", dict(adults=6, vehicle=STUCK)),
    ("18,45 12,93 sept personnes", dict(adults=7)),
    (
        "Mon frère est dans le désert, une quinzaine de personnes, à 60 km au sud de Madama depuis 2 jours, presque "
        "plus d'eau, sans nouvelles depuis hier soir",
        dict(adults=15, hours_stranded=48, litres=None, reported_by=Reporter.RELATIVE),
    ),
    (
        "We are lost, 5 people incl. 2 children, on the way from Agadez to Dirkou since 14:00, 3 litres each",
        dict(adults=3, children=2, vehicle=LOST, hours_stranded=14, litres=15),
    ),
    (
        "Gendarmerie signale un camion en panne d'essence à Tchibarakaten, 40 migrants dont 6 femmes enceintes, "
        "dernier contact il y a 3 heures",
        dict(
            adults=34,
            pregnant=6,
            vehicle=NO_FUEL,
            last_contact=TOLD - timedelta(hours=3),
            reported_by=Reporter.AUTHORITY,
        ),
    ),
    (
        "31 people stuck since Friday 20 km from Bilma, 2 jerrycans of 20 litres, 20.5 litres of diesel, not walking",
        dict(adults=31, litres=40, vehicle=STUCK, movement=Movement.UNKNOWN),
    ),
    ("lon 12.3 lat 18.9 : 8 adults, 3 kids, half walked to Dirkou", dict(adults=8, children=3, movement=SPLIT)),
    (
        "The driver abandoned them 15 km from Bilma, 12 women of whom 3 are pregnant, they walk towards Dirkou",
        dict(adults=9, pregnant=3, vehicle=LEFT, movement=WALKING, walked_towards="Dirkou"),
    ),
    ("Puits Espoir, 14 personnes, ensablés depuis 06:00", dict(adults=14, vehicle=STUCK, hours_stranded=22)),
    (
        "vingt-sept personnes près de Dirkou, dix litres d'eau, restés sur place",
        dict(adults=27, litres=10, movement=WAITING),
    ),
    (
        "18.95,12.10 ± 3 km; 4 pers; voiture ensablée; 15 l d'eau; téléphone 20 %",
        dict(adults=4, litres=15, battery_pct=20),
    ),
    ("entre Séguédine et Madama, 25 passagers, moteur cassé depuis avant-hier", dict(adults=25, vehicle=BROKEN)),
    (
        "a group of 18 near Achegour, broke down yesterday at 3 pm, 2 bottles of 1.5 l",
        dict(hours_stranded=13, litres=3),
    ),
    (
        "45 km au sud-ouest de Fachi, un chauffeur signale 9 hommes perdus",
        dict(adults=9, vehicle=LOST, reported_by=Reporter.DRIVER),
    ),
    ("two hours from Dirkou towards Agadez, a dozen people on foot", dict(adults=12, movement=WALKING)),
    ("une femme enceinte et un bébé à Séguédine", dict(adults=0, pregnant=1, children=1)),
    ("20-25 people 30 km north of Dirkou, not much water", dict(adults=25, litres=None)),
    ("Survivor says 60 km north-west of Madama, 16 people, water finished, others waiting", dict(adults=16, litres=0)),
    ("20°12'N 12°58'E, 33 migrants, bloqués dans le sable depuis ce matin 2h", dict(adults=33, hours_stranded=2)),
    ("well of Achegour: 3 men, no phone, broken down last night", dict(adults=3, vehicle=BROKEN)),
    ("Alarme Phone: 52 personnes, panne sèche, 120 km de Dirkou vers Agadez, 100 litres", dict(adults=52, litres=100)),
    (
        "we are eleven, 35 km east of Agadez, flat tyre since 6 am, twenty litres",
        dict(adults=11, hours_stranded=22, litres=20),
    ),
    ("33QTA8027267274 cinq hommes, deux parties à pied vers l'ouest", dict(adults=5)),
    (
        "à 3 heures de Dirkou vers Séguédine, 19 personnes, il reste 8 litres, marchons",
        dict(adults=19, litres=8, movement=WALKING),
    ),
    (
        "ils sont 14, 70 km à l'est d'Arlit, abandonnés par le chauffeur depuis 2026-06-14",
        dict(adults=14, vehicle=LEFT),
    ),
]


@pytest.fixture(scope="module", autouse=True)
def warm(context):
    read_alert(context, "19.0,12.1, 90 km west of Dirkou", TOLD)


@pytest.mark.parametrize(("text", "wanted"), MESSAGES, ids=[text[:40] for text, _ in MESSAGES])
def test_a_message_is_read(context, text, wanted):
    began = perf_counter()
    reading = read_alert(context, text, TOLD)
    assert perf_counter() - began < 1
    for name, value in wanted.items():
        assert getattr(reading.alert, name) == (pytest.approx(value) if isinstance(value, float) else value), name
    # what the alert keeps as its place is understood again, alone
    assert read_alert(context, "", TOLD, AlertFields(where=reading.alert.where)).said == reading.said
    for field in reading.fields:
        assert field.source != "message" or field.words
        assert field.sentence.en and field.sentence.fr
    assert reading.read_back("en") != reading.read_back("fr")


QUESTIONS = [
    ("27 people or 31 persons near Dirkou", ["27 people", "31 persons"]),
    ("27 people and 4 children near Dirkou", ["27 in all, or 31"]),
    ("5 personnes dont 12 hommes à Dirkou", ["make 12"]),
    ("12 people, 90 km west of Dirkou or 150 km south of Madama", ["90 km west of Dirkou", "150 km south of Madama"]),
    ("18.5,11.2, 90 km west of Dirkou, 10 people", ["18.50000N 11.20000E", "90 km west of Dirkou"]),
    ("15 people broken down north of Dirkou", ["how far", "40 km north of Dirkou"]),
    ("12 people in the Agadez region", ["where in it"]),
    ("8 people at Dirkou, no water, 30 litres left", ["no water", "30 litres"]),
    ("8 people at Dirkou, stuck depuis 6h", ["since 06:00", "for 6 hours"]),
    ("8 people at Dirkou, stuck since Monday", ["today or a week ago"]),
    ("8 people at Dirkou, stuck since yesterday, broken down three days ago", ["yesterday", "three days ago"]),
    ("8 people at Dirkou, they walk, they wait", ["walk or wait"]),
    ("at Dirkou, 2 litres each", ["for how many people"]),
    ("90 km west of Dirku, 5 people", ["did you mean dirkou", "coordinates"]),
    ("Agades, 27 people", ["did you mean agadez"]),
    ("hello we need help", ["90 km west of Dirkou"]),
    ("left Agadez for Libya two days ago, 20 people", ["90 km west of Dirkou"]),
    ("", ["90 km west of Dirkou"]),
]


@pytest.mark.parametrize(("text", "said"), QUESTIONS, ids=[text[:40] for text, _ in QUESTIONS])
def test_what_is_ambiguous_is_asked_with_both_readings(context, text, said):
    with pytest.raises(BadInput) as caught:
        read_alert(context, text, TOLD)
    with pytest.raises(BadInput) as french:
        read_alert(context, text, TOLD, language="fr")
    assert all(each in str(caught.value) for each in said)
    assert str(french.value) != str(caught.value) or "did you mean" in str(caught.value)
    assert all("\n" not in fault for fault in caught.value.faults)


def test_all_questions_come_at_once(context):
    with pytest.raises(BadInput) as caught:
        read_alert(context, "27 people, 31 persons, no water, 30 litres, at Dirkou or 200 km south of Bilma", TOLD)
    assert len(caught.value.faults) == 3


def test_a_stretch_of_time_is_told_with_its_range(context):
    reading = read_alert(context, MESSAGES[0][0], TOLD)
    line = next(field.sentence for field in reading.fields if field.name == "hours_stranded")
    assert "16-22 h" in line.en and "local time (UTC+1)" in line.en and "heure locale" in line.fr


def test_what_is_given_wins_and_the_contradiction_is_told(context):
    given = AlertFields(where="Bilma", adults=10, litres=5.0, vehicle=STUCK, hours_stranded=3.0, movement=WAITING)
    reading = read_alert(context, MESSAGES[0][0], TOLD, given)
    alert = reading.alert
    assert (alert.where, alert.people, alert.litres, alert.hours_stranded) == ("Bilma", 10, 5.0, 3.0)
    notes = "\n".join(note.en for note in reading.notes)
    assert all(each in notes for each in ("27", "40", "20.5", "broken down", "split", "90 km west"))


def test_a_question_about_what_is_given_does_not_stop(context):
    reading = read_alert(context, "27 people, 31 persons at Dirkou", TOLD, AlertFields(adults=30))
    assert reading.alert.people == 30 and any("31 persons" in note.en for note in reading.notes)


def test_words_not_understood_are_listed(context):
    reading = read_alert(context, "12 people at Dirkou, the camel is purple, 3 bananas", TOLD)
    assert reading.not_used == ("the camel is purple", "3 bananas")
    assert "the camel is purple" in reading.read_back("fr")


def test_no_telephone_number_is_kept(context):
    reading = read_alert(context, "12 people at Dirkou, call +227 00 11 22 33", TOLD)
    assert "11 22" not in json.dumps(reading_document(reading))


@pytest.mark.parametrize("text", ["ils ont besoin de plus d'eau", "30 litres d'essence", "peu d'eau"])
def test_what_is_no_amount_of_water_is_not_taken_for_one(context, text):
    assert read_alert(context, f"à Dirkou, {text}", TOLD).alert.litres is None


@pytest.mark.parametrize(
    "text",
    ["they are not lost", "la voiture n'est pas en panne", "ils ne marchent pas", "elles ne sont plus ensablées"],
)
def test_what_is_denied_is_not_taken(context, text):
    alert = read_alert(context, f"at Dirkou, {text}", TOLD).alert
    assert alert.vehicle == VehicleState.UNKNOWN and alert.movement == Movement.UNKNOWN


PIECES = [piece for text, _ in MESSAGES for piece in text.replace(",", " ,").split()] + [
    "depuis",
    "6h",
    "25:99",
    "12/45",
    "-",
]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=150), st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)))
def test_any_text_is_read_or_asked_about_in_a_second(context, text):
    began = perf_counter()
    try:
        assert isinstance(read_alert(context, text, TOLD).alert, Alert)
    except BadInput as error:
        assert all("\n" not in fault for fault in error.faults)
    assert perf_counter() - began < 1.5


def test_the_command_reads_back_in_two_languages(capsys):
    told = ("--told", "2026-06-15T03:00Z")
    assert exit_code(("case", "read", MESSAGES[0][0], *told)) == 0
    out = capsys.readouterr().out
    assert "90 km west (270°) of Dirkou" in out and "16-22 h before the alert" in out and "some started walking" in out
    assert exit_code(("case", "read", MESSAGES[0][0], *told, "--lang", "fr")) == 0
    assert "à 90 km à l'ouest (270°) de Dirkou" in capsys.readouterr().out
    assert exit_code(("case", "read", MESSAGES[0][0], *told, "--people", "30", "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    values = {field["name"]: field["value"] for field in document["fields"]}
    assert values["people"] == {"adults": 30, "children": 0, "pregnant": 0} and values["movement"] == "split"
    assert exit_code(("case", "read", "help", *told)) == 2
