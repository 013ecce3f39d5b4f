"""What the field reports changes what planners are told, and nothing that others see."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests_access import client_of, local_client, new_store

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.setup import Access
from api.cli.main import exit_code
from api.cli.report_well import STATES
from api.cli.store_options import reported
from api.context import RegionContext
from api.store.store import Store
from api.usecases.field_reports import RELIABILITY, FieldRegion
from data.contracts import check

ON = date(2026, 6, 15)
WELL = "arbre_du_tenere"
ALL_AROUND_DIRKOU = [[11, 17], [15, 17], [15, 22], [11, 22]]


@pytest.fixture
def store() -> Store:
    return new_store()


def tell(store: Store, state: str, on: str = "2026-06-14", **more: Any) -> None:
    body = {"water_id": WELL, "seen_at": f"{on}T10:00:00Z", "state": state, "grade": "A"} | more
    store.put("water_report", None, body, "desk")


def chance(context: RegionContext) -> float:
    return float(context.water_points(ON).set_index("water_id").at[WELL, "probability"])


def test_without_reports_it_is_the_region_itself(context: RegionContext, store: Store) -> None:
    assert FieldRegion(context).of(store) is context


def test_the_last_that_was_seen_of_a_well_counts(context: RegionContext, store: Store) -> None:
    field, before = FieldRegion(context), chance(context)
    tell(store, "dry")
    dry = field.of(store)
    assert chance(dry) < 0.1 < before and dry.pack.version.startswith(context.pack.version + "-")
    assert field.of(store) is dry
    tell(store, "gives", "2026-06-15")
    assert chance(field.of(store)) > 0.9
    tell(store, "dry", "2026-06-10")  # told later, seen earlier
    assert chance(field.of(store)) > 0.9
    assert chance(context) == before
    assert not check("water_points", field.of(store).pack.water_points.astype(str))[1]


@pytest.mark.parametrize(("state", "grade", "bounds"), [("gives", "D", (0.4, 0.6)), ("dry", "D", (0, 0.1))])
def test_hearsay_closes_a_well_and_opens_none(
    context: RegionContext, store: Store, state: str, grade: str, bounds: tuple[float, float]
) -> None:
    tell(store, state, grade=grade)
    assert bounds[0] <= chance(FieldRegion(context).of(store)) <= bounds[1]


def test_a_report_older_than_what_is_known_changes_nothing(context: RegionContext, store: Store) -> None:
    store.put("water_report", None, {"water_id": "nowhere", "seen_at": "2026-06-14T10:00Z", "state": "dry"}, "desk")
    assert chance(FieldRegion(context).of(store)) == chance(context)


def test_closures_close_segments_for_their_days(context: RegionContext, store: Store) -> None:
    segment = "achegour--dirkou:003"
    body = {"begins": "2026-06-10T00:00Z", "ends": "2026-06-20T00:00Z", "segments": [segment], "reason": "flood"}
    store.put("closure", "c-1", body, "desk")
    closed = FieldRegion(context).of(store)
    assert closed.blocked(ON)[segment] == f"c-1:{segment}" and context.blocked(ON)[segment] == ""
    assert (closed.blocked(ON) != "").sum() == (context.blocked(ON) != "").sum() + 1
    assert closed.blocked(date(2026, 6, 21))[segment] == ""
    area = {"begins": "2026-06-10T00:00Z", "area": ALL_AROUND_DIRKOU, "reason": "conflict"}
    store.put("closure", "c-2", area, "desk")
    assert (FieldRegion(context).of(store).blocked(ON) == "c-2").sum() > 30


def test_incidents_raise_the_rate_where_they_were(context: RegionContext, store: Store) -> None:
    row = context.network.segments.index.get_loc("achegour--dirkou:003")
    middle = context.network.segments.iloc[row]
    body = {
        "date": "2026-05-20", "lon": float(middle["lon"]), "lat": float(middle["lat"]), "precision_km": 1, "dead": 9,
        "source": "patrol", "source_grade": "A", "corridor": str(middle["corridor"]), "country": "NE",
    }  # fmt: skip
    store.put("incident", "i.1", body, "desk")
    told = FieldRegion(context).of(store)
    before, after = (each.stranding_rate(ON).mean_per_km_day for each in (context, told))
    assert after[row] > 1.05 * before[row]
    far = np.nanargmax(np.abs(context.network.segments["lon"].to_numpy() - middle["lon"]))
    assert after[far] == pytest.approx(before[far], rel=0.02) or np.isnan(before[far])
    assert told.pack.incidents.dtypes.equals(context.pack.incidents.dtypes)


def test_planners_are_told_and_nobody_else(context: RegionContext, store: Store) -> None:
    access = Access.of_store(store, {})
    assert access.keys
    keys = {
        each: new_key(access.keys, each, "research on deaths of thirst")[0]
        for each in (Audience.RESEARCHER, Audience.PLANNER)
    }

    def seen(audience: Audience) -> str:
        return client_of(context, access, keys[audience], store).get("/risk?date=2026-06-15&top=400").text

    before = {each: seen(each) for each in keys}
    tell(store, "dry")
    assert seen(Audience.RESEARCHER) == before[Audience.RESEARCHER]
    assert seen(Audience.PLANNER) != before[Audience.PLANNER]


def test_no_plan_goes_through_what_is_closed(context: RegionContext, store: Store) -> None:
    client = local_client(context, store)
    asked = {"date": "2026-06-15", "bases": ["dirkou:2"], "hours": 6}
    assert client.post("/patrol-plans", json=asked).status_code == 201
    closed = {"begins": "2026-06-15T00:00Z", "area": ALL_AROUND_DIRKOU, "reason": "military"}
    store.put("closure", "all", closed, "desk")
    second = client.post("/patrol-plans", json=asked)
    assert second.status_code == 422 and "no open segment leaves base dirkou" in second.json()["detail"]


def test_the_command_line_takes_the_store_that_is_there(store: Store, tmp_path: Path) -> None:
    tell(store, "dry")
    assert "-" in reported(str(store.engine.url)).pack.version
    assert "-" not in reported(f"sqlite:///{tmp_path}/none.db").pack.version and not (tmp_path / "none.db").exists()


def test_a_well_is_reported_by_name_from_the_command_line(
    context: RegionContext, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ["--store", store.database.url.render_as_string()]
    before = chance(context)
    assert exit_code(["report", "well", "Puits de l'arbre du Tenere", "dry", "--seen", "2026-06-14T10:00Z", *url]) == 0
    assert f"{WELL}, dry" in capsys.readouterr().out
    assert chance(FieldRegion(context).of(store)) < 0.1 < before
    for words in (["nowhere", "dry"], ["19.05,11.72", "dry"], [WELL, "empty"]):
        assert exit_code(["report", "well", *words, *url]) == 2
    assert len(store.list("water_report")) == 1
    assert set(STATES) == set(RELIABILITY)
