"""Faults are told in the language of the page, with what was typed in them as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from api.context import RegionContext
from api.planner_page import Form
from api.usecases.case_tracks import stretch, way_between
from api.usecases.inputs import convoys_of
from api.usecases.report_desk import REPORT_KINDS, read_field_report
from data.errors import BadInput
from maps.fault_words import FORMS, fault_words
from maps.words import LANGUAGES, Language
from routes.positions import read_position

WATER, CLOSURE, INCIDENT = REPORT_KINDS
NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


def reported(kind: Any, **body: Any) -> Callable[[RegionContext], Any]:
    return lambda context: read_field_report(kind, context, body, NOW)


BEGINS = "2026-06-15T06:00:00Z"
BOW_TIE = [(8.0, 19.0), (9.0, 20.0), (9.0, 19.0), (8.0, 20.0)]
WRONG: dict[str, Callable[[RegionContext], Any]] = {
    "unknown place": lambda context: read_position("Agadezz", context.pack.places),
    "nothing like it": lambda context: read_position("qqqqqq", context.pack.places),
    "outside": lambda context: read_position("60.0, 80.0", context.pack.places),
    "no position": lambda context: read_position("19.5, 300", context.pack.places),
    "no way named": lambda context: way_between(context, "", ""),
    "no number": lambda context: Form({"litres": ["abc"]}).number("litres"),
    "no whole number": lambda context: Form({"adults": ["2.5"]}).whole("adults"),
    "beyond the end": lambda context: stretch(way_between(context, "dirkou", "achegour"), 0, 900),
    "vehicle type": lambda context: convoys_of(context.pack, ["agadez:2:boat"]),
    "nothing closed": reported(CLOSURE, begins=BEGINS, reason="sand"),
    "crossed": reported(CLOSURE, begins=BEGINS, reason="sand", area=BOW_TIE),
    "unknown segment": reported(CLOSURE, begins=BEGINS, reason="sand", segments=["zz"]),
    "unknown well": reported(WATER, water_id="zz", seen_at=BEGINS, state="dry", grade="B"),
    "well of tomorrow": reported(WATER, water_id="dirkou", seen_at="2026-06-17T06:00:00Z", state="dry", grade="B"),
}


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_faults_as_they_are_raised_are_known(
    context: RegionContext, wrong: Callable[[RegionContext], Any], language: Language
) -> None:
    with pytest.raises(BadInput) as told:
        wrong(context)
    for line in told.value.faults:
        assert fault_words(line, "en") == line
        assert fault_words(line, language) != line, line


def test_what_was_typed_is_taken_over_as_it_is() -> None:
    typed = "{0} {text} <b> \\g<1>"
    assert typed in fault_words(f"place '{typed}' is not known", "fr")
    assert fault_words("a fault nobody has a form for", "fr") == "a fault nobody has a form for"


def test_the_more_particular_form_wins() -> None:
    assert "vouliez-vous dire agadez" in fault_words("place 'Agadezz' is not known; did you mean agadez?", "fr")


def test_forms_keep_their_gaps_in_every_language() -> None:
    assert len(set(FORMS)) == len(FORMS)
    for form in FORMS:
        line = form.replace("{", "").replace("}", "")
        for language in LANGUAGES:
            assert fault_words(line, language)
