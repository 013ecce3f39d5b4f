"""The abstract tests of OGC API Features 1.0 (OGC 17-069r4, annex A): GeoJSON, HTML and OpenAPI 3.0.

gmlsf0 and gmlsf2 are other encodings and oas31 another version of OpenAPI; none of them is declared.
"""

import csv
import importlib
import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import jsonschema
import orjson
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator
from tests_abstract import DONE, NAMES, NOT_DECLARED, abstract, parameters


def test_no_abstract_test_is_forgotten(shared):
    importlib.import_module("test_ogc_features")  # notes the tests of the core
    with (shared / "reference/schemas/ogcapi_features_abstract_tests.csv").open(encoding="utf-8") as file:
        asked = {row["test"] for row in csv.DictReader(file) if row["class"] not in NOT_DECLARED}
    assert set(DONE) == asked


@abstract("/conf/geojson/definition")
def test_geojson_definition(client):
    for path in ("/collections/places/items", "/collections/places/items/agadez"):
        for accept in ("application/geo+json", "application/json", "*/*", "application/geo+json, text/html;q=0.5"):
            assert client.get(path, headers={"accept": accept}).headers["content-type"] == "application/geo+json"
    assert client.get("/collections?f=json").headers["content-type"] == "application/json"


@abstract("/conf/geojson/content")
@pytest.mark.parametrize("name", NAMES)
def test_geojson_content(client, shared, name):
    schema = orjson.loads((shared / "reference/schemas/geojson/FeatureCollection.json").read_bytes())
    jsonschema.validate(client.get(f"/collections/{name}/items?limit=10000").json(), schema)


VOID = ("meta", "link", "input", "br")


class Balanced(HTMLParser):
    """Notes tags that are not closed in order, and addresses."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.addresses, self.tags = [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [(tag, value) for name, value in attributes if name in ("src", "href", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


PAGES = ("/", "/conformance", "/api", "/collections", "/collections/places", "/collections/places/queryables")
PAGES += (*(f"/collections/{name}/items" for name in NAMES), "/collections/places/items/agadez")


@abstract("/conf/html/definition")
def test_html_definition(client):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for path in PAGES:
        for answer in (client.get(path, params={"f": "html"}), client.get(path, headers={"accept": browser})):
            assert answer.status_code == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"


@abstract("/conf/html/content")
@pytest.mark.parametrize("path", (*PAGES, "/api.html"))
def test_html_content(client, path):
    text = client.get(path, params={} if path == "/api.html" else {"f": "html"}).text
    parser = Balanced()
    parser.feed(text)
    assert text.startswith("<!DOCTYPE html>") and '<html lang="en">' in text and not parser.faults and not parser.open
    assert parser.tags.count("h1") == 1 and "script" not in parser.tags and "img" not in parser.tags
    for tag, address in parser.addresses:
        assert urljoin("http://127.0.0.1/page", address).startswith("http://127.0.0.1/"), (tag, address)


def test_html_pages_show_what_the_json_says_and_escape_it(client):
    place = client.get("/collections/places/items/agadez").json()["properties"]
    text = client.get("/collections/places/items/agadez?f=html").text
    assert all(str(value) in text for value in (place["name_ar"], place["kind"], place["lon"]))
    attack = client.get("/collections/places/items", params={"f": "html", "name": '"><script>x</script>'}).text
    assert "<script>" not in attack and "&lt;script&gt;" in attack


@abstract("/conf/oas30/oas-definition-1")
def test_oas_definition_1(client):
    assert client.get("/api").headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert client.get("/api.html").headers["content-type"].startswith("text/html")
    assert client.get("/api", headers={"accept": "text/html"}).headers["content-type"].startswith("text/html")


@abstract("/conf/oas31/oas-definition-2")  # the table names this one of oas30 so
def test_oas_definition_2(definition):
    assert re.fullmatch(r"3\.0\.\d", definition["openapi"])
    assert not list(OpenAPIV30SpecValidator(definition).iter_errors())


@abstract("/conf/oas30/completeness")
def test_oas_completeness(definition, client):
    needed = {"/", "/conformance", "/api", "/collections"}
    for name in NAMES:
        needed |= {f"/collections/{name}{rest}" for rest in ("", "/items", "/items/{featureId}", "/queryables")}
        asked = parameters(definition, f"/collections/{name}/items")
        assert set(client.get(f"/collections/{name}/queryables").json()["properties"]) - {"geometry"} <= set(asked)
    assert needed <= set(definition["paths"])
    assert {"/risk", "/routes", "/survival", "/patrol-plans"} <= set(definition["paths"])


@abstract("/conf/oas30/exceptions-codes")
def test_oas_exceptions_codes(definition):
    for path, item in definition["paths"].items():
        for operation in item.values():
            assert {"400", "500"} <= set(operation["responses"]) or {"422", "500"} <= set(operation["responses"]), path
    assert "404" in definition["paths"]["/collections/places/items/{featureId}"]["get"]["responses"]
    assert "422" not in definition["paths"]["/collections/places/items"]["get"]["responses"]


@abstract("/conf/oas30/oas-impl")
def test_oas_impl(client, definition):
    for path, item in definition["paths"].items():
        if path.startswith(("/collections/p", "/collections/i", "/collections/l", "/conformance", "/api")):
            address = (
                path.replace(
                    "{featureId}",
                    client.get(f"/collections/{path.split('/')[2]}/items?limit=1").json()["features"][0]["id"],
                )
                if "{" in path
                else path
            )
            answer = client.get(address)
            content = item["get"]["responses"]["200"]["content"]
            assert (
                answer.status_code == 200 and answer.headers["content-type"].replace("; charset=utf-8", "") in content
            )


@abstract("/conf/oas30/security")
def test_oas_security(definition, client):
    # what the definition says needs a key asks for one, and what it says needs none does not
    schemes = definition["components"].get("securitySchemes", {})
    for operation in (operation for item in definition["paths"].values() for operation in item.values()):
        assert {name for need in operation.get("security", []) for name in need} <= set(schemes)
    if "security" not in definition["paths"]["/collections"]["get"]:
        assert client.get("/collections").status_code == 200
