"""The public page, the embed, oEmbed and the file: what they say, and that they give nothing away."""

from __future__ import annotations

import gzip
import html
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pandas as pd
import pytest
from click.testing import CliRunner
from tests_access import FREELY, client_of

from api.access.audience import Audience
from api.access.policy import FIELDS, public_cells, visible
from api.access.setup import Access
from api.access.watch import Web
from api.cli.map import command
from api.context import RegionContext
from api.usecases import public_facts as gathering
from api.usecases.hotlines import read_hotlines
from api.usecases.public_facts import corridors_of, public_facts
from data.errors import BadInput
from maps.public_page import public_file
from maps.words import LANGUAGES
from routes.network import Network

DAY = date(2026, 11, 22)
HOSTILE = "</script><img src=x onerror=alert(1)>`${1}`\u202egnp\u202c\"'"
OPEN_TO_ALL = Access(limits=FREELY)


@pytest.fixture(scope="module")
def client(context: RegionContext):
    return client_of(context, OPEN_TO_ALL)


def texts(context: RegionContext, corridor: str = "niger-libya", hotlines=()) -> str:
    facts = public_facts(context, corridor, DAY, hotlines)
    return "\n".join(public_file(facts, language) for language in LANGUAGES)


def with_pack(context: RegionContext, **tables) -> RegionContext:
    pack = replace(context.pack, **tables)
    return RegionContext(
        pack, Network(pack.places, context.network.legs, context.network.segments, context.network.graph)
    )


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_corridor_is_there_in_every_language_and_needs_no_script(client, context, language) -> None:
    for corridor in ("", *corridors_of(context)):
        answer = client.get("/embed", params={"lang": language, "corridor": corridor})
        assert answer.status_code == 200 and f'<html lang="{language}"' in answer.text
        assert "<script" not in answer.text and " style=" not in answer.text
        assert len(answer.content) < 100_000
        assert answer.text.count("<svg") == 1 and context.pack.version in answer.text


def test_the_language_is_asked_for_or_the_browser_s(client) -> None:
    def told(headers: str = "", **query: str) -> str:
        return client.get("/embed", params=query, headers={"Accept-Language": headers}).headers["content-language"]

    assert told("ar-TD,fr;q=0.5") == "ar" and told("de, en;q=0.7") == "en" and told("xx") == told() == "fr"
    assert told("ar", lang="en") == "en" and told("ar", lang=HOSTILE) == "ar"


def test_a_known_answer(context) -> None:
    """July in the desert: 40 degrees and more, five litres at rest, over ten on foot, two to five days to live."""
    facts = public_facts(context, "niger-libya", date(2026, 7, 1))
    july = facts.months[6]
    assert 38 < july.tmax_degc < 46 and 3 < july.rest_l[1] < 8 and 9 < july.walk_l[1] < 18
    assert 40 < july.alive_h[0] < july.alive_h[1] < 160
    assert facts.dry_beyond_km == 200 and facts.sea_degc is None
    sea = public_facts(context, "central-med", date(2026, 2, 1))
    assert sea.sea_degc and 10 < sea.sea_degc < 18 and sea.in_water_h and 0 < sea.in_water_h[0] < sea.in_water_h[1] < 30


def test_all_counts_are_published_cells(client, context) -> None:
    known = {(cell.cell_id, cell.incidents) for cell in public_cells(context.pack.incidents, DAY)}
    for corridor in ("", *corridors_of(context)):
        facts = public_facts(context, corridor, DAY)
        assert {(each["cell_id"], each["incidents"]) for each in facts.cells} <= known
        assert all(set(each) <= visible("incident_cells", Audience.PUBLIC) for each in facts.cells)
    assert len(public_facts(context, "", DAY).cells) == len(known)


def test_new_fields_and_columns_never_appear(context, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("incidents", "places", "legs", "water_points", "water_shapes", "climate_stations", "bases")
    salted = {name: getattr(context.pack, name).assign(informant="secret-93") for name in names}
    real = gathering._corridor_facts
    monkeypatch.setattr(gathering, "_corridor_facts", lambda *given: real(*given) | {"informant": "secret-93"})
    text = texts(with_pack(context, **salted))
    assert "secret-93" not in text and "informant" not in text
    assert "informant" not in FIELDS["corridor_facts"]


def test_no_single_thing_that_is_not_public_is_told(context) -> None:
    text = "".join(texts(context, corridor) for corridor in ("", "niger-libya"))
    pack = context.pack
    for row in pack.incidents.itertuples():
        assert row.incident_id not in text and row.place not in text and row.url not in text
    for word in ("sar_base", "patrol-", "risk_per_km_day", "probability"):
        assert word not in text
    shown = {html.unescape(name) for name in re.findall(r"<text[^>]*>([^<]*)</text>", text)}
    hidden = pack.places[~pack.places["kind"].isin(("city", "town", "port"))]
    towns = set(pack.places.loc[pack.places["kind"].isin(("city", "town", "port")), "name"])
    assert not shown & (set(hidden["name"]) | set(pack.water_points["name"])) - towns


def test_the_state_of_a_well_changes_nothing(context) -> None:
    water = context.pack.water_points.assign(reliability="reported_dry", verified_on="2026-11-01")
    assert texts(with_pack(context, water_points=water)) == texts(context)


def test_what_is_not_yet_to_be_known_changes_nothing(context) -> None:
    incidents = context.pack.incidents
    fresh = incidents.iloc[[0] * 40].assign(date="2026-11-10", date_precision="day", lon=12.3, lat=19.1)
    more = with_pack(context, incidents=pd.concat([incidents, fresh], ignore_index=True))
    assert texts(more) == texts(context) and texts(more, "") == texts(context, "")


def test_neither_corridors_languages_nor_days_tell_more_than_the_table(context) -> None:
    """Whatever is combined, every number on a map is a sum of rows of one open table."""
    for corridor in corridors_of(context):
        facts = public_facts(context, corridor, DAY)
        rows: dict[tuple[float, float, float], int] = {}
        for cell in facts.cells:
            where = (cell["side_deg"], cell["west"], cell["south"])
            rows[where] = rows.get(where, 0) + cell["incidents"]
        for language in LANGUAGES:
            drawn = re.findall(r'class="count"[^>]*>([^<]+)<', public_file(facts, language))
            assert sorted(map(int, drawn)) == sorted(rows.values())
    earlier = {each["cell_id"]: each for each in public_facts(context, "", date(2026, 1, 15)).cells}
    later = {each["cell_id"]: each for each in public_facts(context, "", DAY).cells}
    assert earlier.items() <= later.items()


def test_hostile_names_stay_text(context, tmp_path: Path) -> None:
    places = context.pack.places.copy()
    places.loc[places["kind"].isin(("city", "town")), ["name", "name_fr", "name_ar"]] = HOSTILE
    file = tmp_path / "lines.csv"
    cell = '"' + HOSTILE.replace('"', '""') + '"'
    file.write_text(
        "name_fr,name_en,name_ar,phone,hours,corridors,checked_on\n"
        f"{cell},{cell},{cell},+0 00 00 00,{cell},,2026-10-01\n"
    )
    lines = read_hotlines(file, frozenset())
    text = texts(with_pack(context, places=places), hotlines=lines)
    assert "<img" not in text and "<script" not in text and "onerror=alert(1)&gt;" in text
    assert 'href="tel:+0000000"' in text and "javascript:" not in text


@pytest.mark.parametrize("path", ["/embed", "/public"])
def test_a_corridor_that_is_not_known_says_nothing(client, path: str) -> None:
    asked = ("atlantis", HOSTILE, "niger-libya ", "NIGER-LIBYA", "../cases", "\x00")
    answers = [client.get(path, params={"corridor": each, "lang": "en"}) for each in asked]
    assert {each.status_code for each in answers} == {404} and len({each.text for each in answers}) == 1
    assert answers[0].text.count("atlantis") == 0


def test_who_signed_in_sees_the_same_embed_and_it_may_be_kept(client, context) -> None:
    answer = client.get("/embed?lang=en")
    again = client.get("/embed?lang=en&fbclid=abc", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    assert "public" in answer.headers["cache-control"] and "Authorization" not in answer.headers["vary"]
    assert "set-cookie" not in answer.headers
    raw = client.get("/embed?lang=en", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in raw.headers and raw.text == answer.text
    assert len(gzip.compress(raw.content)) < 40_000


def test_oembed(context) -> None:
    access = Access(limits=FREELY, web=Web(address="https://guelta.example"))
    client = client_of(context, access)
    page = client.get("/public?lang=ar&corridor=sudan-libya").text
    links = dict(re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', page))
    found = {}
    for media, href in links.items():
        parts = urlsplit(html.unescape(href))
        assert f"{parts.scheme}://{parts.netloc}" == "https://guelta.example" and parts.path == "/oembed"
        answer = client.get("/oembed", params={k: v[0] for k, v in parse_qs(parts.query).items()})
        found[media] = answer
    told = found["application/json+oembed"].json()
    assert told["version"] == "1.0" and told["type"] == "rich" and isinstance(told["width"], int)
    tree = ElementTree.fromstring(found["text/xml+oembed"].content)
    assert {each.tag: each.text for each in tree} == {name: str(value) for name, value in told.items()}
    (src,) = re.findall(r'src="([^"]+)"', told["html"])
    assert html.unescape(src) == "https://guelta.example/embed?lang=ar&corridor=sudan-libya"
    assert told["title"] in html.unescape(told["html"]) and "sandbox=" in told["html"]
    small = client.get("/oembed", params={"url": html.unescape(src), "maxwidth": 300, "maxheight": 400}).json()
    assert (small["width"], small["height"]) == (300, 400) and 'width="300"' in small["html"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 404),
        ({"url": "https://evil.example/embed"}, 404),
        ({"url": "http://testserver/cases"}, 404),
        ({"url": "http://testserver/embed?corridor=atlantis"}, 404),
        ({"url": "http://[/embed"}, 404),
        ({"url": "http://testserver/embed", "format": "yaml"}, 501),
        ({"url": "http://testserver/embed", "maxwidth": "-1", "maxheight": "wide"}, 422),
    ],
)
def test_oembed_of_anything_else(client, query: dict[str, str], status: int) -> None:
    answer = client.get("/oembed", params=query)
    assert answer.status_code == status and "atlantis" not in answer.text and "evil" not in answer.text


def test_telephone_numbers_are_those_of_the_file(context, tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    head = "name_fr,name_en,name_ar,phone,hours,corridors,checked_on\n"
    file.write_text(head + "Secours,Rescue,نجدة,+0 11 22 33,24 h,niger-libya,2026-10-01\n", encoding="utf-8")
    (line,) = read_hotlines(file, frozenset(corridors_of(context)))
    told = plain(public_file(public_facts(context, "niger-libya", DAY, (line,)), "fr"))
    assert "Secours : +0 11 22 33".replace(" :", "") in told.replace(" :", "") and "1 octobre 2026" in told
    assert "+0 11" not in public_file(public_facts(context, "horn", DAY, (line,)), "fr")
    assert "Aucun numéro de téléphone" in plain(texts(context))
    file.write_text(head + "a,b,,call me,,atlantis,soon\nx,y\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_hotlines(file, frozenset(corridors_of(context)))
    assert len(caught.value.faults) == 5
    with pytest.raises(BadInput, match="cannot be read"):
        read_hotlines(tmp_path / "none.csv", frozenset())


def test_one_file_for_a_stick(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "map.html"
    arguments = ["--kind", "public", "--lang", "ar", "--corridor", "niger-libya", "--out", str(path), "--json"]
    answer = CliRunner().invoke(command, arguments)
    assert answer.exit_code == 0 and json.loads(answer.stdout)["kind"] == "public"
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 500_000 and '<html lang="ar" dir="rtl">' in text
    assert not re.findall(r'(?:src|href)="(?!#|tel:)[^"]*"', text) and "@import" not in text and "url(" not in text
    refused = CliRunner().invoke(command, ["--kind", "public", "--corridor", "atlantis", "--out", str(path)])
    assert isinstance(refused.exception, BadInput) and "niger-libya" in str(refused.exception)
