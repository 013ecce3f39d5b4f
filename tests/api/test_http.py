import pytest
from tests_access import local_client


@pytest.fixture(scope="module")
def client(context):
    with local_client(context) as opened:
        yield opened


def test_landing_health_and_conformance(client, pack):
    landing = client.get("/").json()
    assert {link["rel"] for link in landing["links"]} >= {"self", "service-desc", "conformance", "data"}
    for link in landing["links"]:
        assert client.get(link["href"]).status_code == 200
    assert client.get("/health").json() == {"status": "ok", "data_version": pack.version}
    assert client.get("/conformance").json()["conformsTo"]


def test_every_collection_is_read_whole_by_paging(client, context):
    sizes = {
        "places": len(context.pack.places),
        "legs": len(context.pack.legs),
        "segments": len(context.network.segments),
        "water-points": len(context.pack.water_points),
        "incidents": len(context.pack.incidents),
    }
    listed = client.get("/collections").json()["collections"]
    assert {each["id"] for each in listed} == set(sizes)
    for name, size in sizes.items():
        ids, url = [], f"/collections/{name}/items?limit=1000"
        while url:
            page = client.get(url)
            assert page.headers["content-type"] == "application/geo+json" and "Content-Crs" in page.headers
            document = page.json()
            assert document["numberMatched"] == size and document["numberReturned"] == len(document["features"])
            ids += [feature["id"] for feature in document["features"]]
            url = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
        assert len(ids) == len(set(ids)) == size


def test_bbox_keeps_what_it_meets(client, context):
    document = client.get("/collections/places/items?bbox=7,16,9,19&limit=1000").json()
    places = context.pack.places
    inside = places[places["lon"].between(7, 9) & places["lat"].between(16, 19)]
    assert {feature["id"] for feature in document["features"]} == set(inside.index)


def test_one_item(client):
    found = client.get("/collections/places/items/agadez").json()
    assert found["geometry"] == {"type": "Point", "coordinates": [7.991, 16.973]} and found["links"]
    assert client.get("/collections/places/items/atlantis").status_code == 404
    assert client.get("/collections/atlantis").status_code == 404


@pytest.mark.parametrize(
    "query", ["bbox=1,2,3", "bbox=9,19,7,16", "bbox=a,b,c,d", "limit=0", "offset=-1", "colour=red"]
)
def test_bad_queries_are_problems(client, query):
    answer = client.get(f"/collections/places/items?{query}")
    assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["faults"]


def test_http_and_command_line_say_the_same(client, capsys):
    import json

    from api.cli.main import exit_code

    exit_code(["risk", "--date", "2026-06-15", "--top", "5", "--json"])
    assert client.get("/risk?date=2026-06-15&top=5").json() == json.loads(capsys.readouterr().out)
    exit_code(["route", "agadez", "dirkou", "--by", "risk", "--date", "2026-06-15", "--json"])
    assert client.get("/routes?from=agadez&to=dirkou&by=risk&date=2026-06-15").json() == json.loads(
        capsys.readouterr().out
    )


def test_survival_over_http_is_the_command_s(client, capsys):
    import json

    from api.cli.main import exit_code

    exit_code(["survive", "19.0,12.0", "--start", "2026-06-15T09:00Z", "--people", "27", "--litres", "40", "--json"])
    asked = "/survival?at=19.0,12.0&start=2026-06-15T09:00Z&people=27&litres=40"
    assert client.get(asked).json() == json.loads(capsys.readouterr().out)
    wrong = client.get("/survival?at=nowhere&start=today&people=0")
    assert wrong.status_code == 422 and len(wrong.json()["faults"]) == 3


def test_patrol_plans(client, june_plan):
    answer = client.post(
        "/patrol-plans", json={"date": "2026-06-15", "bases": ["agadez:2", "dirkou:2"], "hours": 12, "seed": 1}
    )
    assert answer.status_code == 201 and answer.json()["plan_id"] == june_plan.plan_id


def test_all_faults_of_a_plan_request_are_listed(client):
    answer = client.post("/patrol-plans", json={"date": "x", "bases": ["agades:2", "dirkou:1"]})
    assert answer.status_code == 422 and len(answer.json()["faults"]) == 3
    assert client.post("/patrol-plans", json={"date": "2026-06-15", "bases": [], "speed": 3}).status_code == 422


def test_lone_surrogates_and_floods_are_refused_in_one_answer(client):
    body = b'{"date": "2026-06-15", "bases": ["\\ud800"]}'
    answer = client.post("/patrol-plans", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    flood = client.post("/patrol-plans", json={"date": "2026-06-15", "bases": ["agadez:5000"]})
    assert flood.status_code == 422 and "5000" in flood.json()["detail"]
    assert client.post("/patrol-plans", json={"date": "2026-06-15", "bases": ["x" * 10**6]}).status_code == 422


def test_head_is_answered(client):
    assert client.head("/").status_code == client.head("/health").status_code == 200


def test_no_answer_is_409(client):
    answer = client.get("/routes?from=gao&to=kidal&by=risk&date=2026-06-15")
    assert answer.status_code == 409 and "no path" in answer.json()["detail"]
