import shutil
from pathlib import Path

import pandas as pd
import pytest

from data.errors import BadInput
from data.region_folder import SHIPPED
from data.region_pack import read_region
from data.schemas import SCHEMAS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "region"))


def rewrite(folder: Path, table: str, change) -> None:
    """Change a table in place; `change` returns a new frame or alters the one given."""
    path = folder / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    changed = change(frame)
    (frame if changed is None else changed).to_csv(path, index=False)


def faults(folder: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read_region(folder)
    return list(caught.value.faults)


def test_the_shipped_region_is_sound(pack):
    assert len(pack.places) >= 226 and len(pack.legs) >= 315 and len(pack.water_points) >= 110
    assert len(pack.incidents) >= 80
    assert len(pack.climate_stations) >= 45
    assert pack.climate_stations["lat"].between(10, 34).sum() >= 45


def test_incidents_cover_every_desert_corridor(pack):
    counts = pack.incidents["corridor"].value_counts()
    for corridor in ("niger-libya", "niger-algeria", "mali-algeria", "chad-libya", "sudan-libya", "sudan-egypt"):
        assert counts[corridor] >= 4, corridor


def test_every_fault_is_told_at_once_with_its_line(folder):
    def spoil(frame):
        frame.loc[3, "lon"] = "east"
        frame.loc[5, "lat"] = "98"
        frame.loc[7, "kind"] = "metropolis"

    rewrite(folder, "places", spoil)
    rewrite(folder, "water_points", lambda frame: frame.__setitem__("reliability", ["wet", *frame["reliability"][1:]]))
    found = faults(folder)
    assert "places line 5: lon 'east' is not a number" in found
    assert any(line.startswith("places line 7: lat '98") for line in found)
    assert any(line.startswith("places line 9: kind 'metropolis' must be one of") for line in found)
    assert any(line.startswith("water_points line 2: reliability 'wet'") for line in found)
    assert len(found) == 4


def test_an_id_that_points_at_nothing_is_a_fault(folder):
    rewrite(folder, "legs", lambda frame: frame.__setitem__("to_id", ["atlantis", *frame["to_id"][1:]]))
    assert faults(folder) == [
        "legs line 2: to_id 'atlantis' is no place_id of places",
        "legs line 2: leg_id 'agadez--tabelot' should be 'agadez--atlantis'",
    ]


def test_a_duplicate_id_is_a_fault(folder):
    rewrite(folder, "places", lambda frame: frame.__setitem__("place_id", ["arlit", *frame["place_id"][1:]]))
    assert any("place_id 'arlit' appears more than once" in line for line in faults(folder))


@pytest.mark.parametrize(
    "table, column, value, fault",
    [
        ("bases", "timezone", "Mars/Phobos", "IANA"),
        ("bases", "curfew_end", "20:00", "no hour to drive"),
        ("bases", "vehicles", "2.5", "whole number"),
        ("climate_normals", "month", "1.5", "whole number"),
        ("incidents", "dead", "2.5", "whole number"),
        ("incidents", "date", "2026-6-5", "must be a day"),
        ("incidents", "date", "0001-01-01", "must be a day"),
        ("legs", "via_lonlat", "999 999", "outside the region"),
        ("legs", "leg_id", "a--b", "should be"),
        ("places", "place_id", "arlit\n", "must look like"),
    ],
)
def test_subtle_faults_are_found(folder, table, column, value, fault):
    rewrite(folder, table, lambda frame: frame.assign(**{column: [value, *frame[column][1:]]}))
    assert any(fault in line and line.startswith(table) for line in faults(folder))


def test_a_leg_to_itself_is_a_fault(folder):
    rewrite(folder, "legs", lambda frame: frame.assign(to_id=["agadez", *frame["to_id"][1:]]))
    assert any("to itself" in line for line in faults(folder))


def test_empty_tables_are_faults(folder):
    for table in ("legs", "water_points", "bases"):
        rewrite(folder, table, lambda frame: frame.iloc[:0])
    assert {f"{table}: the table has no row" for table in ("legs", "water_points", "bases")} <= set(faults(folder))


def test_blank_lines_do_not_shift_the_line_numbers(folder):
    path = folder / "places.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("border_post", "castle")
    path.write_text("\n".join([lines[0], lines[1], "", *lines[2:]]), encoding="utf-8")
    assert any(line.startswith("places line 5: kind 'castle'") for line in faults(folder))


def test_missing_files_and_columns_are_named(folder):
    (folder / "bases.csv").unlink()
    rewrite(folder, "legs", lambda frame: frame.drop(columns="mode"))
    found = faults(folder)
    assert any("bases.csv is missing" in line for line in found)
    assert "legs: column 'mode' is missing" in found


def test_a_station_without_its_twelve_months_is_a_fault(folder):
    rewrite(folder, "climate_normals", lambda frame: frame.drop(index=0))
    assert len(faults(folder)) == 1 and "11 of 12 months" in faults(folder)[0]


def test_the_version_changes_with_any_byte(folder, pack):
    assert read_region(folder).version == pack.version
    rewrite(folder, "incidents", lambda frame: frame.__setitem__("place", ["elsewhere", *frame["place"][1:]]))
    assert read_region(folder).version != pack.version


def test_every_shipped_row_has_a_source(pack):
    for table in SCHEMAS:
        frame = getattr(pack, table)
        if "source" in frame:
            assert (frame["source"].str.len() > 3).all(), table


def test_no_row_cites_a_machine_or_holds_a_phone_number(pack):
    for table in ("incidents", "places", "water_points"):
        text = (
            getattr(pack, table).drop(columns="url", errors="ignore").apply(lambda row: " ".join(map(str, row)), axis=1)
        )
        assert not text.str.contains(r"\+\d{8,}|\b0\d{8,}\b", regex=True).any()
