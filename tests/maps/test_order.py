"""The printed order says what the plan says, in three languages, and coordinates read from left to right."""

import os
import re
import shutil
import subprocess
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from maps.exporters.pdf import vehicle_pdf
from maps.order import order_document
from maps.order_map import HEIGHT, MARGIN, WIDTH, Frame, order_map


def text_of(pdf: bytes, tmp_path) -> str:
    if shutil.which("pdftotext") is None:
        if os.environ.get("GUELTA_REQUIRE_BROWSER"):
            pytest.fail("pdftotext has to be there")
        pytest.skip("needs Debian's poppler-utils")
    path = tmp_path / "order.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_the_page_says_the_plan(june_plan, tmp_path, language):
    convoy = june_plan.convoys[1]
    name = convoy.plan.convoy.vehicle_ids[0]
    text = text_of(vehicle_pdf(june_plan, convoy, name, language), tmp_path)
    start = convoy.plan.start.astimezone(ZoneInfo(convoy.plan.convoy.base.timezone))
    for said in (name, june_plan.plan_id, f"{start:%H:%M}", f"{convoy.plan.km:.0f}", "19.050, 11.720"):
        assert said in text, said
    for run in convoy.runs:
        assert f"{run.bearing_deg:03.0f}°" in text
    assert "11.720, 19.050" not in text and "∅" not in text
    if language != "ar":
        for run in convoy.runs:
            assert f"{run.km:.0f}" in text
        assert {"fr": "Lieu sûr", "en": "place of safety"}[language] in text
    assert len(re.findall(r"[\u0600-\u06ff\ufb50-\ufeff]", text)) > (300 if language == "ar" else -1)


def test_every_text_of_the_page_is_translated(june_plan):
    pages = {each: order_document(june_plan, june_plan.convoys[0], "x", each) for each in ("fr", "en", "ar")}
    for key in ("title", "legs_title", "wells_title", "finding_title", "safety_title", "overdue", "well_note"):
        assert len({pages[each][key] for each in pages}) == 3, key
    assert len({tuple(pages[each]["finding"]) for each in pages}) == 3
    legs = {each: [row[2:6] for row in pages[each]["legs"]] for each in pages}
    assert legs["en"] == legs["ar"] and len(legs["fr"]) == len(june_plan.convoys[0].runs)


def test_nobody_is_taken_to_a_place_that_is_not_safe_or_over_a_border(june_plan):
    places = june_plan.places
    safe = places[places["roles"].str.contains("place_of_safety") & (places["country"] == "NE")]
    for convoy in june_plan.convoys:
        said = order_document(june_plan, convoy, "x", "en")["safety"]
        assert said.split(":")[0] in set(safe["name"])


def test_calls_fall_inside_the_patrol(june_plan):
    for convoy in june_plan.convoys:
        document = order_document(june_plan, convoy, "x", "en")
        zone = ZoneInfo(convoy.plan.convoy.base.timezone)
        start, end = (f"{moment.astimezone(zone):%H:%M}" for moment in (convoy.plan.start, convoy.plan.end))
        assert document["calls"] and all(start < call <= end for call in document["calls"])


def test_the_map_is_sound_and_holds_the_way(june_plan):
    for convoy in june_plan.convoys:
        root = etree.fromstring(order_map(june_plan, convoy, "ar").encode())
        assert root.tag.endswith("svg")
        frame = Frame.around(convoy.lonlat)
        for lon, lat in convoy.lonlat:
            x, y = frame.at(lon, lat)
            assert MARGIN <= x <= WIDTH - MARGIN and MARGIN <= y <= HEIGHT - MARGIN
        # a degree of latitude is as long as a degree of longitude is at the equator
        here, east, north = frame.at(8.0, 17.0), frame.at(9.0, 17.0), frame.at(8.0, 18.0)
        assert (here[1] - north[1]) > (east[0] - here[0]) > 0.9 * (here[1] - north[1])
