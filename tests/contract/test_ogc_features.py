"""The abstract tests of OGC API Features 1.0 (OGC 17-069r4, annex A), core, each under its identifier."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
import shapely
from openapi_spec_validator import OpenAPIV30SpecValidator
from tests_abstract import CRS84, NAMES, NOT_DECLARED, abstract, parameters, rels

from api.collections import COLLECTIONS


@abstract("/conf/core/http")
def test_http(client):
    for path in ("/", "/conformance", "/api", "/collections", "/collections/places", "/collections/places/items"):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200 and client.head(path).content == b""
        assert client.post(path).status_code == 405
    assert client.get("/nothing-here").status_code == 404


@abstract("/conf/core/root-op")
def test_root_op(client):
    assert client.get("/").status_code == 200


@abstract("/conf/core/root-success")
def test_root_success(client):
    landing = client.get("/").json()
    assert landing["title"]
    found = {link["rel"] for link in landing["links"]}
    assert found >= {"service-desc", "conformance", "data", "self", "alternate", "service-doc"}
    for link in landing["links"]:
        answer = client.get(link["href"])
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(link["type"].split(";")[0])


@abstract("/conf/core/api-definition-op")
def test_api_definition_op(client):
    for link in client.get("/").json()["links"]:
        if link["rel"] in ("service-desc", "service-doc"):
            assert client.get(link["href"], headers={"accept": link["type"]}).status_code == 200


@abstract("/conf/core/api-definition-success")
def test_api_definition_success(client, definition):
    link = next(link for link in client.get("/").json()["links"] if link["rel"] == "service-desc")
    assert link["type"] == client.get(link["href"]).headers["content-type"]
    assert not list(OpenAPIV30SpecValidator(definition).iter_errors())


@abstract("/conf/core/conformance-op")
def test_conformance_op(client):
    assert client.get("/conformance").status_code == 200


@abstract("/conf/core/conformance-success")
def test_conformance_success(client):
    declared = set(client.get("/conformance").json()["conformsTo"])
    base = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    assert {f"{base}{each}" for each in ("core", "geojson", "html", "oas30")} <= declared
    assert not any(each in address for address in declared for each in NOT_DECLARED)


@abstract("/conf/core/query-param-unknown")
def test_query_param_unknown(client, definition):
    for path in definition["paths"]:
        if path == "/" or path.startswith(("/conformance", "/api", "/collections/p", "/collections/i")):
            answer = client.get(path.replace("{featureId}", "agadez"), params={"no-such-parameter": 1})
            assert answer.status_code == 400, path


@abstract("/conf/core/query-param-invalid")
def test_query_param_invalid(client):
    wrong = ("bbox=1,2,3", "bbox=", "bbox=nan,1,2,3", "limit=x", "limit=0", "limit=1.5", "offset=-1", "datetime=June")
    wrong += (
        "datetime=../..",
        "datetime=2020-01-01/2019-01-01",
        "datetime=2020-01-01T00:00:00",
        "f=pdf",
        "crs=EPSG:4326",
    )
    wrong += ("lon=x", "hxl=1", "limit=1&limit=2", "filter-lang=cql-json", "filter=lon%20>", "datetime=2020-13-01")
    for query in wrong:
        answer = client.get(f"/collections/incidents/items?{query}")
        assert answer.status_code == 400, query
        assert answer.headers["content-type"] == "application/problem+json" and answer.json()["faults"]
    assert client.get("/?f=xml").status_code == 400


@abstract("/conf/core/fc-md-op")
def test_fc_md_op(client):
    assert client.get("/collections").status_code == 200


@abstract("/conf/core/fc-md-success")
def test_fc_md_success(client):
    document = client.get("/collections").json()
    assert document["links"] and {each["id"] for each in document["collections"]} == set(NAMES)


@abstract("/conf/core/fc-md-links")
def test_fc_md_links(client):
    assert {("self", "application/json"), ("alternate", "text/html")} <= rels(client.get("/collections").json())


@abstract("/conf/core/fc-md-items")
def test_fc_md_items(client):
    for each in client.get("/collections").json()["collections"]:
        assert client.get(f"/collections/{each['id']}").status_code == 200


@abstract("/conf/core/fc-md-items-links")
def test_fc_md_items_links(client):
    for each in client.get("/collections").json()["collections"]:
        offered = [link for link in each["links"] if link["rel"] == "items"]
        assert {"application/geo+json", "text/html"} <= {link["type"] for link in offered}
        for link in offered:
            answer = client.get(link["href"], params={"limit": "1"} if "?" not in link["href"] else None)
            assert answer.headers["content-type"].startswith(link["type"])


@abstract("/conf/core/fc-md-extent")
def test_fc_md_extent(client):
    for each in client.get("/collections").json()["collections"]:
        left, bottom, right, top = each["extent"]["spatial"]["bbox"][0]
        assert -180 <= left <= right <= 180 and -90 <= bottom <= top <= 90
        assert each["extent"]["spatial"]["crs"] == CRS84
    intervals = client.get("/collections/incidents").json()["extent"]["temporal"]["interval"]
    start, end = (datetime.fromisoformat(moment) for moment in intervals[0])
    assert start < end and start.tzinfo is not None


@abstract("/conf/core/fc-md-extent-multi")
def test_fc_md_extent_multi(client):
    # one box and one interval hold all there is of each collection, so there are never several
    for each in client.get("/collections").json()["collections"]:
        assert len(each["extent"]["spatial"]["bbox"]) == 1
        assert len(each["extent"].get("temporal", {"interval": [0]})["interval"]) == 1


@abstract("/conf/core/sfc-md-op")
def test_sfc_md_op(client):
    for name in NAMES:
        assert client.get(f"/collections/{name}").status_code == 200
    assert client.get("/collections/atlantis").status_code == 404


@abstract("/conf/core/sfc-md-success")
def test_sfc_md_success(client):
    for each in client.get("/collections").json()["collections"]:
        one = client.get(f"/collections/{each['id']}").json()
        assert {name: one[name] for name in each} == each


@abstract("/conf/core/crs84")
def test_crs84(client):
    for name in NAMES:
        answer = client.get(f"/collections/{name}/items?limit=50")
        assert answer.headers["content-crs"] == f"<{CRS84}>"
        for feature in answer.json()["features"]:
            left, bottom, right, top = shapely.from_geojson(orjson.dumps(feature["geometry"])).bounds
            assert -180 <= left <= right <= 180 and -90 <= bottom <= top <= 90


@abstract("/conf/core/fc-op")
def test_fc_op(client):
    for name in NAMES:
        assert client.get(f"/collections/{name}/items").status_code == 200
    assert client.get("/collections/atlantis/items").status_code == 404


@abstract("/conf/core/fc-bbox-definition")
def test_fc_bbox_definition(definition):
    for name in NAMES:
        bbox = parameters(definition, f"/collections/{name}/items")["bbox"]
        assert (bbox["in"], bbox["required"], bbox["style"], bbox["explode"]) == ("query", False, "form", False)
        assert bbox["schema"]["type"] == "array" and bbox["schema"]["items"] == {"type": "number"}
        assert bbox["schema"]["oneOf"] == [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]


@abstract("/conf/core/fc-bbox-response")
@pytest.mark.parametrize("name", NAMES)
def test_fc_bbox_response(client, context, name):
    table = COLLECTIONS[name].table(context)
    ids = table[COLLECTIONS[name].id_column].astype(str).to_numpy()
    for box in ((7, 16, 9, 19), (-20, -5, 50, 40), (0, 0, 0, 0), (170, -90, -170, 90), (20, -10, -10, 40)):
        left, bottom, right, top = box
        parts = [box] if left <= right else [(left, bottom, 180, top), (-180, bottom, right, top)]
        expected = ids[
            shapely.intersects(table.geometry.to_numpy(), shapely.union_all([shapely.box(*each) for each in parts]))
        ]
        for text in (f"{left},{bottom},{right},{top}", f"{left},{bottom},-10,{right},{top},9000"):
            document = client.get(f"/collections/{name}/items?bbox={text}&limit=10000").json()
            assert {feature["id"] for feature in document["features"]} == set(expected)


@abstract("/conf/core/fc-limit-definition")
def test_fc_limit_definition(definition):
    limit = parameters(definition, "/collections/places/items")["limit"]
    assert (limit["in"], limit["required"], limit["style"], limit["explode"]) == ("query", False, "form", False)
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100}
    assert definition["components"]["parameters"]["limit"] == limit  # where QGIS looks for the largest page


@abstract("/conf/core/fc-limit-response")
def test_fc_limit_response(client):
    for limit, expected in ((1, 1), (7, 7), (10000, 226), (10**6, 226)):
        assert len(client.get(f"/collections/places/items?limit={limit}").json()["features"]) == expected
    assert len(client.get("/collections/segments/items").json()["features"]) == 100


@abstract("/conf/core/fc-time-definition")
def test_fc_time_definition(definition):
    moment = parameters(definition, "/collections/incidents/items")["datetime"]
    assert (moment["in"], moment["required"], moment["style"], moment["explode"]) == ("query", False, "form", False)
    assert moment["schema"] == {"type": "string"}


SPAN = {"day": 10, "month": 7, "year": 4}


@abstract("/conf/core/fc-time-response")
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("2016-01-01/2017-12-31", "2016-01-01", "2017-12-31"),
        ("2020-01-01/..", "2020-01-01", "9999"),
        ("/2014-12-31", "0000", "2014-12-31"),
        ("../2014-12-31", "0000", "2014-12-31"),
        ("2013-10-30", "2013-10-30", "2013-10-30"),
        ("2013-10-30T12:00:00Z", "2013-10-30", "2013-10-30"),
        ("2013-10-30T23:30:00-02:00", "2013-10-31", "2013-10-31"),
    ],
)
def test_fc_time_response(client, pack, asked, first, last):
    expected = {
        row.incident_id
        for row in pack.incidents.itertuples()
        # a day, month or year as told holds whatever shares a moment with it: compare as far as it is told
        if first[: SPAN[row.date_precision]] <= row.date[: SPAN[row.date_precision]] <= last[: SPAN[row.date_precision]]
    }
    document = client.get(f"/collections/incidents/items?limit=1000&datetime={asked}".replace("+", "%2B")).json()
    assert {feature["id"] for feature in document["features"]} == expected
    # features without time match every time
    assert client.get(f"/collections/places/items?datetime={asked}").json()["numberMatched"] == len(pack.places)


@abstract("/conf/core/fc-response")
@pytest.mark.parametrize("name", NAMES)
def test_fc_response(client, name):
    answer = client.get(f"/collections/{name}/items?limit=5")
    document = answer.json()
    assert answer.headers["content-type"] == "application/geo+json" and document["type"] == "FeatureCollection"
    assert all(feature["type"] == "Feature" and feature["id"] for feature in document["features"])


@abstract("/conf/core/fc-links")
def test_fc_links(client):
    query = "bbox=-20,-5,50,40&limit=40&offset=40&mode=track&filter=length>1000&crs=" + CRS84
    document = client.get(f"/collections/segments/items?{query}").json()
    links = {link["rel"]: link["href"] for link in document["links"]}
    assert {"self", "alternate", "next", "prev", "collection"} <= set(links)
    assert ("alternate", "text/html") in rels(document) and all(link["type"] for link in document["links"])
    following = client.get(links["next"]).json()
    assert following["numberMatched"] == document["numberMatched"]  # every parameter is kept
    assert not {each["id"] for each in following["features"]} & {each["id"] for each in document["features"]}
    assert client.get(links["prev"]).json()["features"][0]["id"] != document["features"][0]["id"]
    last = client.get("/collections/places/items?limit=1000").json()
    assert "next" not in {link["rel"] for link in last["links"]}


@abstract("/conf/core/fc-timeStamp")
def test_fc_time_stamp(client):
    stamp = datetime.fromisoformat(client.get("/collections/places/items").json()["timeStamp"])
    assert abs(datetime.now(UTC) - stamp) < timedelta(minutes=1)


@abstract("/conf/core/fc-numberMatched")
def test_fc_number_matched(client, pack):
    inside = pack.places[pack.places["lon"].between(7, 9) & pack.places["lat"].between(16, 19)]
    assert client.get("/collections/places/items?limit=1&bbox=7,16,9,19").json()["numberMatched"] == len(inside)


@abstract("/conf/core/fc-numberReturned")
def test_fc_number_returned(client):
    for query in ("limit=3", "offset=220&limit=100", "offset=99999"):
        document = client.get(f"/collections/places/items?{query}").json()
        assert document["numberReturned"] == len(document["features"])


@abstract("/conf/core/f-op")
@pytest.mark.parametrize("name", NAMES)
def test_f_op(client, name):
    for feature in client.get(f"/collections/{name}/items?limit=5").json()["features"]:
        assert client.get(f"/collections/{name}/items/{feature['id']}").status_code == 200
    assert client.get(f"/collections/{name}/items/atlantis").status_code == 404


@abstract("/conf/core/f-success")
@pytest.mark.parametrize("name", NAMES)
def test_f_success(client, name):
    for feature in client.get(f"/collections/{name}/items?limit=5").json()["features"]:
        one = client.get(f"/collections/{name}/items/{feature['id']}").json()
        assert {key: one[key] for key in feature} == feature


@abstract("/conf/core/f-links")
@pytest.mark.parametrize("name", NAMES)
def test_f_links(client, name):
    feature = client.get(f"/collections/{name}/items?limit=1").json()["features"][0]
    one = client.get(f"/collections/{name}/items/{feature['id']}").json()
    assert {rel for rel, _ in rels(one)} == {"self", "alternate", "collection"}
    for link in one["links"]:
        assert client.get(link["href"]).headers["content-type"].startswith(link["type"])
