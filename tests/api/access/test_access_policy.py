"""Fields nobody has decided on are seen by nobody, by any door."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_access import client_of

from api.access.audience import Audience
from api.access.policy import (
    FIELDS,
    allowed,
    cells_document,
    is_visible,
    public_cells,
    public_frame,
    public_table,
    restrict,
    visible,
)
from api.access.setup import Access
from api.collections import COLLECTIONS
from api.context import RegionContext
from api.prepared import prepare
from data.schemas import SCHEMAS

TODAY = date(2026, 11, 22)


def test_every_column_of_every_table_has_a_class_and_no_other() -> None:
    computed = {"geometry", "length", "probability"}
    for table, schema in SCHEMAS.items():
        assert set(FIELDS[table]) - computed == set(schema.columns), table


def test_each_audience_sees_what_the_one_before_it_sees() -> None:
    for kind in FIELDS:
        seen = [visible(kind, audience) for audience in Audience]
        assert all(less <= more for less, more in zip(seen, seen[1:], strict=False))


@pytest.mark.parametrize("kind", ["cases", "plans", "bases", "places_of_safety", "water_points", "incidents", "risk"])
def test_what_is_never_public(kind: str) -> None:
    assert not is_visible(kind, Audience.PUBLIC)
    assert kind in ("water_points", "incidents", "risk") or not is_visible(kind, Audience.RESEARCHER)


def test_an_unknown_kind_is_seen_by_nobody() -> None:
    assert not any(visible("informants", audience) for audience in Audience)


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(FIELDS)), st.text(alphabet="abcdefghij_", min_size=1, max_size=12), st.sampled_from(Audience)
)
def test_a_new_field_never_appears(kind: str, name: str, audience: Audience) -> None:
    if name in FIELDS[kind]:
        return
    columns = {each: ["paved" if each == "mode" else "city"] for each in FIELDS[kind]} | {name: ["secret-93"]}
    assert "secret-93" not in restrict(kind, pd.DataFrame(columns), audience).to_csv()
    assert name not in allowed(kind, {key: value[0] for key, value in columns.items()}, audience)


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("name", sorted(COLLECTIONS))
def test_a_new_column_never_reaches_a_feature(context: RegionContext, name: str, audience: Audience) -> None:
    if not is_visible(name, audience):
        return
    collection = COLLECTIONS[name]
    salted = replace(collection, table=lambda region: collection.table(region).head(300).assign(informant="secret-93"))
    assert b"secret-93" not in b"".join(prepare(salted, context, audience).features)


def test_a_new_column_of_incidents_never_reaches_a_public_table(context: RegionContext) -> None:
    salted = context.pack.incidents.assign(informant="secret-93", people_seen=np.arange(len(context.pack.incidents)))
    table = public_table(public_cells(salted, TODAY))
    frame = public_frame(public_cells(salted, TODAY))
    assert set(frame.columns) == visible("incident_cells", Audience.PUBLIC) and frame.geometry.is_valid.all()
    assert public_frame(()).empty
    for text in (table.to_csv(), str(cells_document(salted, TODAY, "v"))):
        assert "secret-93" not in text and "people_seen" not in text
    held = io.BytesIO()
    table.to_json(held, orient="records")
    assert b"informant" not in held.getvalue() and len(table) > 0


def test_public_places_are_towns_without_their_part_in_rescue(context: RegionContext) -> None:
    places = prepare(COLLECTIONS["places"], context, Audience.PUBLIC)
    text = b"".join(places.features)
    assert b"roles" not in text and b'"kind":"well"' not in text and b"sar_base" not in text
    assert 0 < len(places.ids) < len(context.pack.places)
    kinds = context.pack.places.loc[list(places.ids), "kind"]
    assert set(kinds) == {"city", "town", "port"}


def test_public_answers_hold_no_exact_incident(context: RegionContext) -> None:
    client = client_of(context, Access.closed())
    text = client.get("/incident-cells").text + client.get("/incident-cells.csv").text
    for row in context.pack.incidents.itertuples():
        assert row.incident_id not in text and row.url not in text and row.place not in text
    document = client.get("/incident-cells").json()
    rows = pd.read_csv(io.StringIO(client.get("/incident-cells.csv").text))
    assert [each["id"] for each in document["features"]] == list(rows["cell_id"])
    assert client.get("/incident-cells?corridor=horn&bbox=1,2,3,4").text == client.get("/incident-cells").text
