"""Importing incident files: small ones made here in each layout, and the real ones where they are."""

import pandas as pd
import pytest

from data.errors import BadInput
from data.incident_import import OUTCOMES, import_incidents
from data.incident_source import fold_header, incident_sources

MMP = {
    "Location of death": "Dirkou, Niger",
    "Latitude": "19.0",
    "Longitude": "12.9",
    "Incident date": "2021-05-01",
    "No. dead": "3",
    "No. missing": "",
    "No. survivors": "2",
    "Country of Incident": "Niger",
    "Source": "IOM Niger",
    "Source Quality": "4",
    "Main ID": "1",
    "Cause of death (category)": "Harsh environmental conditions / lack of adequate shelter, food, water",
}


def report(tmp_path, pack, rows, name="file.csv"):
    path = tmp_path / name
    frame = pd.DataFrame(rows)
    frame.to_excel(path, index=False) if name.endswith("xlsx") else frame.to_csv(
        path, index=False, encoding="utf-8-sig"
    )
    return import_incidents(path, pack.countries)


def outcome(tmp_path, pack, **changes):
    row = report(tmp_path, pack, [MMP | changes]).rows.iloc[0]
    return row["outcome"], row["note"], (row["lon"], row["lat"])


def test_a_sound_row_is_accepted(tmp_path, pack):
    found = report(tmp_path, pack, [MMP])
    row = found.rows.iloc[0]
    assert found.source.name == "missing-migrants" and row["outcome"] == "accepted"
    assert (row["dead"], row["survivors"], row["source_grade"], row["cause"]) == (3, 2, "A", "thirst_unspecified")
    assert row["date"] == "2021-05-01" and not row["survey"]


def test_slips_of_position_are_mended_and_shown(tmp_path, pack):
    assert outcome(tmp_path, pack, Latitude="12.9", Longitude="19.0")[0::2] == ("repaired", (12.9, 19.0))
    west = {"Country of Incident": "Mauritania", "Location of death": "Zouerate, Mauritania"}
    name, note, where = outcome(tmp_path, pack, Latitude="22.7", Longitude="12.5", **west)
    assert (name, where) == ("repaired", (-12.5, 22.7)) and "sign of longitude lost" in note


@pytest.mark.parametrize(
    "changes, wanted, why",
    [
        (
            {
                "Location of death": "Unspecified location in the Sahara desert, Libya",
                "Country of Incident": "Libya",
                "Latitude": "27",
            },
            "generic",
            "desert",
        ),
        ({"Latitude": "0", "Longitude": "0"}, "rejected", "placeholder"),
        ({"Latitude": "31.65", "Longitude": "-110.4", "Country of Incident": ""}, "rejected", "outside the region"),
        ({"Latitude": "36.0", "Longitude": "30.0"}, "rejected", "outside the country"),
        ({"Latitude": ""}, "rejected", "no usable position"),
        ({"Incident date": "soon"}, "rejected", "no usable date"),
        ({"No. dead": "-1"}, "rejected", "negative"),
    ],
)
def test_each_outcome_has_its_reason(tmp_path, pack, changes, wanted, why):
    name, note, _ = outcome(tmp_path, pack, **changes)
    assert name == wanted and why in note


def test_duplicates_are_told_and_counts_add_up(tmp_path, pack):
    rows = [MMP, MMP, MMP | {"Main ID": "2", "Incident date": "2021-06-01"}]
    found = report(tmp_path, pack, rows)
    assert list(found.rows["outcome"]) == ["accepted", "duplicate", "accepted"]
    assert sum(found.counts.values()) == 3 and set(found.counts) == set(OUTCOMES)


def test_the_order_and_spelling_of_columns_do_not_matter(tmp_path, pack):
    other = {
        "Coordinates": "19.0, 12.9",
        "Incident year": "2021",
        "Reported Month": "May",
        "Number of Dead": "3",
        "Minimum Estimated Number of Missing": "",
        "Location of death": "Dirkou, Niger",
        "Information Source": "4mi survey",
    }
    row = report(tmp_path, pack, [other]).rows.iloc[0]
    assert (row["lon"], row["lat"], row["date"], row["date_precision"]) == (12.9, 19.0, "2021-05-15", "month")
    assert row["survey"]
    wkt = other | {"Coordinates": "POINT (12.9 19.0)"}
    assert report(tmp_path, pack, [wkt], "file.xlsx").rows.iloc[0]["lon"] == 12.9


def test_acled_and_the_own_template(tmp_path, pack):
    acled = {
        "event_id_cnty": "NIR1",
        "event_date": "2022-03-01",
        "sub_event_type": "Remote explosive/landmine/IED",
        "country": "Niger",
        "location": "Dirkou",
        "latitude": "19.0",
        "longitude": "12.9",
        "geo_precision": "1",
        "source": "Agency",
        "fatalities": "2",
    }
    found = report(tmp_path, pack, [acled])
    assert found.source.name == "acled" and found.rows.iloc[0]["cause"] == "mine"
    own = pack.incidents.head(5)
    found = report(tmp_path, pack, own.astype(str).replace("nan", "").to_dict("records"))
    assert found.source.name == "template" and found.counts["accepted"] + found.counts["generic"] == 5
    assert list(found.rows["incident_id"]) == list(own["incident_id"])


def test_an_unknown_layout_is_bad_input(tmp_path, pack):
    with pytest.raises(BadInput, match="fit no layout known"):
        report(tmp_path, pack, [{"a": "1", "b": "2"}])
    with pytest.raises(BadInput, match="has no row"):
        report(tmp_path, pack, pd.DataFrame(columns=list(MMP)))
    (tmp_path / "broken.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(BadInput, match="cannot be read"):
        import_incidents(tmp_path / "broken.xlsx", pack.countries)


def test_sources_are_found_by_their_files():
    assert {"acled", "missing-migrants", "template"} <= set(incident_sources())
    assert fold_header("No. dead/missing") == "nodeadmissing"


@pytest.mark.parametrize(
    "name, rows, surveys",
    [
        ("missing_migrants_routes_to_europe_2014_2023.csv", 5378, 1800),
        ("missing_migrants_kaggle_layout_2014_2023.csv", 13020, 0),
        ("missing_migrants_2022_05_layout.xlsx", 10606, 1800),
    ],
)
def test_the_real_files_are_read_whole(shared, pack, name, rows, surveys):
    found = import_incidents(shared / "data" / name, pack.countries)
    assert len(found.rows) == rows and sum(found.counts.values()) == rows
    assert found.counts["accepted"] > 3000 and found.counts["repaired"] > 10 and found.counts["generic"] > 500
    assert found.rows["survey"].sum() >= surveys
    assert (found.rows.loc[found.rows["outcome"] == "repaired", "note"] != "").all()
    assert (found.rows.loc[found.rows["outcome"] == "rejected", "note"] != "").all()
