"""The analyst's doors: who may, what they say, what can be taken along, what is refused."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from fastapi.testclient import TestClient
from tests_access import client_of, local_client
from tests_days import JANUARY, JUNE

from api.access.setup import Access
from api.context import RegionContext
from api.usecases.analyst import View, change_ratio, deaths_a_day, risk_seen
from api.usecases.corridor_profile import profile_along
from data.errors import BadInput
from data.tables import read_hindcast
from maps.analyst_layers import RISK
from maps.words import LANGUAGES

DAY = f"date={JUNE}"
HOSTILE = "</script><img src=x onerror=alert(1)>`\u202e"


@pytest.fixture(scope="module")
def client(context: RegionContext) -> TestClient:
    return local_client(context)


def test_nobody_without_a_key_sees_any_of_it(context: RegionContext) -> None:
    public = client_of(context, Access.closed(), follow_redirects=False)
    for path in ("/analyst", "/analyst/segment?id=x", "/analyst/weights"):
        answer = public.get(path)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?next=/analyst")
    for path in ("values.json", "lines.json", "map.png", "segments.csv", "segments.geojson", "layer.tif", "hours.svg"):
        assert public.get(f"/analyst/{path}").status_code == 401


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "page", ["", "/segment?id=ingall--assamaka:029&hour=19", "/weights?heat=2", "/profile", "/hindcast"]
)
def test_every_page_is_whole_without_a_script(client: TestClient, page: str, language: str) -> None:
    answer = client.get(f"/analyst{page}{'&' if '?' in page else '?'}lang={language}&{DAY}")
    assert answer.status_code == 200 and f'lang="{language}"' in answer.text
    assert answer.text.count("<tr>") > 3 and "style=" not in answer.text
    assert "/analyst?" in answer.text or 'aria-current="page"' in answer.text


def test_values_are_those_of_the_model_and_aligned_with_the_lines(client: TestClient, context: RegionContext) -> None:
    lines = client.get("/analyst/lines.json?lang=fr").json()
    told = client.get(f"/analyst/values.json?{DAY}&hour=19").json()
    table = risk_seen(context, JUNE, 19)
    assert lines["ids"] == list(table.index) and len(told["layers"]["risk"]["classes"]) == len(table)
    np.testing.assert_allclose(told["layers"]["risk"]["values"], RISK.values(table), rtol=6e-3)
    at = lines["ids"].index("ingall--assamaka:029")
    assert int(told["layers"]["risk"]["classes"][at], 36) % 4 == 3
    sea = table["mode"].to_numpy() == "sea"
    assert {told["layers"]["water"]["classes"][row] for row in np.flatnonzero(sea)} == {"-"}


def test_what_is_taken_along_is_what_is_seen(client: TestClient, context: RegionContext) -> None:
    seen = f"{DAY}&hour=19&corridor=niger-libya&bbox=8,15,14,25"
    rows = list(csv.DictReader(io.StringIO(client.get(f"/analyst/segments.csv?{seen}").content.decode("utf-8-sig"))))
    tags, rows = rows[0], rows[1:]
    features = client.get(f"/analyst/segments.geojson?{seen}").json()["features"]
    assert tags["risk_per_km_day"].startswith("#indicator+risk")
    assert [row["segment_id"] for row in rows] == [each["id"] for each in features] and len(rows) > 50
    table = risk_seen(context, JUNE, 19)
    for row, each in zip(rows[:20], features[:20], strict=True):
        assert float(row["risk_per_km_day"]) == pytest.approx(table.at[row["segment_id"], "risk_per_km_day"], rel=1e-4)
        assert row["stranded_at_h"] == "19" and each["properties"]["corridor"] == "niger-libya"
        assert "still_there" not in each["properties"] and "from_node" not in each["properties"]
    picture = client.get(f"/analyst/map.png?{seen}&lang=ar")
    assert picture.content.startswith(b"\x89PNG") and "attachment" not in picture.headers["Content-Disposition"]
    with (
        rasterio.MemoryFile(client.get(f"/analyst/layer.tif?{seen}&layer=heat").content) as held,
        held.open() as raster,
    ):
        values = raster.read(1)
        inside = table[(table["corridor"] == "niger-libya")]["heat"]
        assert raster.crs.to_epsg() == 4326 and raster.tags()["stranded_at_h"] == "19"
        assert np.nanmax(values) <= inside.max() * 1.0001 and np.nanmin(values) >= inside.min() * 0.9999
        assert 0 < np.isfinite(values).mean() < 0.5


def test_two_days_compared(client: TestClient, context: RegionContext) -> None:
    now, then = risk_seen(context, JUNE), risk_seen(context, JANUARY)
    change = change_ratio(now, then)
    tenere = now["leg_id"] == "agadez--arbre_du_tenere"
    assert (change[tenere].dropna() > 1).all() and change.isna().any()
    both = change_ratio(now, now).dropna()
    assert (both == 1).all() and len(both) > 2000
    answer = client.get(f"/analyst/compare?{DAY}&other={JANUARY}&lang=en")
    assert answer.status_code == 200 and f"{deaths_a_day(now):.0f} expected deaths a day" in answer.text


def test_a_profile_goes_along_joined_legs(context: RegionContext) -> None:
    table = risk_seen(context, JUNE)
    found = profile_along(context, table, "niger-libya")
    steps = found.table[["at_from_km", "at_to_km"]].to_numpy()
    np.testing.assert_allclose(steps[1:, 0], steps[:-1, 1], atol=1e-6)
    assert steps[0, 0] == 0 and found.stops[0][1] == "agadez" and found.stops[-1][1] == "tripoli"
    with pytest.raises(BadInput, match="is not known"):
        profile_along(context, table, "nowhere")


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("hour=24", "hour '24' is not a whole hour from 0 to 23"),
        ("hour=٣", "is not a whole hour"),
        ("date=2026-13-01", "2026-13-01"),
        ("bbox=10,20,5,30", "is not left,bottom,right,top in degrees"),
        ("layer=change", "needs the other day"),
        (f"layer={HOSTILE}", "is not known"),
    ],
)
def test_what_is_no_view_is_said_on_the_page_and_nothing_breaks_out(client: TestClient, query: str, fault: str) -> None:
    answer = client.get(f"/analyst?lang=en&{query}")
    assert answer.status_code == 422 and fault in answer.text.replace("&#39;", "'")
    assert "<img" not in answer.text and "Traceback" not in answer.text


def test_weights_that_are_none_are_refused_and_equal_ones_rank(client: TestClient) -> None:
    refused = client.get(f"/analyst/weights?{DAY}&lang=en&water=-1")
    assert refused.status_code == 422 and "weight of water" in refused.text
    assert client.get(f"/analyst/weights?{DAY}&lang=en&water=1").text.count("<tr>") == 21


def test_a_segment_there_is_not_is_no_page_and_the_sea_has_no_hours(client: TestClient, context: RegionContext) -> None:
    assert client.get(f"/analyst/segment?id={HOSTILE}&{DAY}").status_code == 404
    sea = context.network.segments.index[context.network.segments["mode"] == "sea"][0]
    assert client.get(f"/analyst/hours.svg?id={sea}&{DAY}").status_code == 404
    assert "hours.svg" not in client.get(f"/analyst/segment?id={sea}&{DAY}").text


def test_the_hindcast_kept_is_the_one_that_the_model_makes(context: RegionContext, shared) -> None:
    from datetime import date

    from api.usecases.hindcast import hindcast_document, run_hindcast

    path = shared / "data" / "missing_migrants_routes_to_europe_2014_2023.csv"
    made = hindcast_document(
        run_hindcast(context, path, date(2020, 12, 31), date(2021, 1, 1), date(2023, 12, 31)), context.pack.version
    )
    kept = read_hindcast()
    for subset, scores in kept["subsets"].items():
        assert made["subsets"][subset]["incidents"] == scores["incidents"]
        for name, model in scores["models"].items():
            assert made["subsets"][subset]["models"][name]["capture"] == pytest.approx(model["capture"])


def test_names_of_places_cannot_break_out_of_the_file(context: RegionContext) -> None:
    from api.usecases.analyst_page import analyst_data
    from maps.analyst_page import analyst_file

    places = context.pack.places.copy()
    places.loc["agadez", ["name", "name_fr", "name_ar"]] = HOSTILE
    data = replace(analyst_data(context, View(JUNE)), places=places)
    text = analyst_file(data, [(data.hour, data.table, "x")], "fr")
    assert "<img src=x" not in text and "\\u003c/script\\u003e\\u003cimg" in text
    assert len(text.encode()) < 5_000_000
