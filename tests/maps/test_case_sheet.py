"""The sheet of a case: one page in each language whatever the case holds, and the numbers that count on it."""

import math
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree
from tests_case_views import WRITTEN, told_case

from maps.case_map import MOST_LEGS, case_map
from maps.case_pdf import case_pdf
from maps.case_sheet import MOST_CLUES, MOST_REMARKS, case_document
from maps.case_words import (
    CLUE,
    MOVEMENT,
    PLATFORM,
    QUESTION,
    REMARKS,
    REPORTER,
    SCENARIO,
    STATUS,
    VEHICLE,
    percent,
    remark_words,
    where_words,
)
from maps.words import catalogue
from routes.described import read_described
from sar.alert import Movement, Reporter, VehicleState
from sar.scenarios import Scenario
from sar.sweep import Platform

LANGUAGES = ("fr", "en", "ar")


def tool(name):
    if shutil.which(name) is None:
        if os.environ.get("GUELTA_REQUIRE_BROWSER"):
            pytest.fail(f"{name} has to be there")
        pytest.skip("needs Debian's poppler-utils")
    return name


def read(pdf, tmp_path):
    path = tmp_path / "case.pdf"
    path.write_bytes(pdf)
    info = subprocess.run([tool("pdfinfo"), path], capture_output=True, text=True, check=True).stdout
    text = subprocess.run([tool("pdftotext"), "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"Pages:\s+(\d+)", info)[1]), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_says_what_counts(language, tmp_path):
    view = told_case().view
    pages, text = read(case_pdf(view, language), tmp_path)
    assert pages == 1
    last = view.last_positions[0]
    said = [view.case_id, "10:40", "2026-06-15 09:40 UTC", f"{last.lat:.3f}, {last.lon:.3f}", view.data_version]
    said += [str(math.floor(each)) for each in view.hours_left if math.isfinite(each)]
    said += [each.asset_id for each in view.best_legs]
    said += [f"{round(100 * each.choice.pos)}" for each in view.best_legs]
    for each in said:
        assert each in text, each
    assert WRITTEN not in text and "∅" not in text
    assert len(re.findall(r"[\u0600-\u06ff\ufb50-\ufeff]", text)) > (500 if language == "ar" else -1)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_case_full_of_everything_is_one_page(language, tmp_path):
    view = told_case().view
    crowded = replace(
        view,
        next_legs=tuple(
            replace(view.best_legs[0], asset_id=f"base-of-a-long-name-{n}", rank=1) for n in range(15)
        ),
        idle=tuple(f"base-of-a-long-name-{n}" for n in range(15, 40)),
        clues=tuple(replace(view.clues[0], number=n) for n in range(10, 30)),
        storms=tuple((view.now + timedelta(hours=n), view.now + timedelta(hours=n + 1)) for n in range(9)),
        searches=view.searches * 9,
        ordered=tuple(
            replace(view.ordered[0], asset_id=f"car-{n}", times=(view.now, view.now + timedelta(hours=1)))
            for n in range(9)
        ),
        remarks=tuple(f"event {n}: the track covers nowhere that people are thought to be" for n in range(30)),
        assets_assumed=True,
        alert=replace(view.alert, adults=0, children=0, litres=None, hours_stranded=None, battery_pct=7),
    )  # fmt: skip
    document = case_document(crowded, language)
    assert len(document["legs"]) == MOST_LEGS and len(document["remarks"]) == MOST_REMARKS
    assert document["lines"][0][1].count("[") == MOST_CLUES - 1
    pages, text = read(case_pdf(crowded, language), tmp_path)
    assert pages == 1 and "9" in document["legs_notes"][0] and "17" in text


def test_a_closed_case_proposes_nothing():
    view = replace(told_case().view, status="closed", next_legs=(), idle=(), questions=())
    document = case_document(view, "en")
    assert document["legs"] == [] and "not open" in document["legs_notes"][0] and document["status"] == "closed case"


def test_when_all_are_found_no_hours_are_left(tmp_path):
    view = replace(told_case().view, looked_for=0, status="closed", next_legs=(), idle=(), questions=(), clues=())
    document = case_document(view, "fr")
    assert document["left"] == []
    pages, text = read(case_pdf(view, "fr"), tmp_path)
    assert pages == 1 and "Temps restant" not in text and "cas clos" in " ".join(text.split())


def test_hours_are_rounded_down_and_never_said_beyond_what_is_followed():
    view = replace(told_case().view, hours_left=(0.4, 17.99, math.inf), ahead_h=48.6)
    now, first, half, last = case_document(view, "en")["left"]
    assert first[1] == "in < 1\u00a0h" and half[1] == "in 17\u00a0h" and last[1:] == ["not within 48\u00a0h", ""]
    assert now[1] == f"{view.alive * view.looked_for:.0f} of 18"
    nobody = case_document(replace(view, hours_left=(0.0, 0.0, 0.0)), "en")["left"]
    assert [each[1] for each in nobody[1:]] == ["already"] * 3


def test_shares_are_not_rounded_to_certainty():
    assert [percent(each, "en") for each in (0.0, 0.001, 0.5, 0.999, 1.0)] == [
        "0\u00a0%", "< 1\u00a0%", "50\u00a0%", "> 99\u00a0%", "100\u00a0%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said, french",
    [
        ("90 km west of Dirkou", "90 km à l'ouest de Dirkou (cap 270°)"),
        ("à 2 jours d'Agadez vers la Libye", "à 2 jour(s) de trajet d'Agadez, vers Libye"),
        ("between Séguédine and Madama", "entre Séguédine et Madama"),
        ("20 km after Dirkou", "à 20 km de Dirkou par la piste"),
        ("19.0,12.0 ± 5 km", "à 19.000, 12.000 ± 5 km"),
        ("6 hours from Agadez", "à 6 h de trajet d'Agadez"),
    ],
)
def test_where_in_words(said, french, context):
    from api.usecases.locate import gazetteer

    view = replace(told_case().view, said=read_described(said, gazetteer(context)))
    assert where_words(view, "fr") == french
    assert where_words(view, "ar") and where_words(view, "en")


def test_all_that_a_case_can_hold_has_words():
    assert set(VEHICLE) == set(VehicleState) and set(MOVEMENT) == set(Movement) and set(REPORTER) == set(Reporter)
    assert set(SCENARIO) == set(Scenario) and set(PLATFORM) == set(Platform)
    words = catalogue("en")
    for table in (VEHICLE, MOVEMENT, REPORTER, SCENARIO, PLATFORM, CLUE, QUESTION, STATUS):
        assert set(table.values()) <= set(words)
    assert all(text in words for _, text in REMARKS)
    assert {each.asks for each in told_case().advice.questions} <= set(QUESTION)
    assert remark_words("event 7: the track covers nowhere that people are thought to be", "fr").startswith(
        "événement 7"
    )
    assert remark_words("something new", "fr") == "something new"


def test_the_map_is_sound():
    view = told_case().view
    for language in LANGUAGES:
        root = etree.fromstring(case_map(view, language).encode())
        assert root.tag.endswith("svg") and " km" in "".join(root.itertext())
