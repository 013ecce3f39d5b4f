"""Every source declares itself, and reads files of its publisher's true format; real files where they are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import tests_sources as made
from shapely import LineString, Point

from data.errors import BadInput
from data.region_folder import SHIPPED
from data.source import GIVES, Reading, source_named, source_of, sources
from data.source_check import read_checked
from data.sources.hdx import package_file, resources_of

ON = date(2026, 6, 15)


def read(name: str, path: Path, **more):
    return read_checked(source_named(name), path, Reading(on=ON, **more))


def faults(found) -> list[str]:
    return [each.text for each in found.findings if not each.warning]


# declarations ---------------------------------------------------------------------------------------------------------
def test_every_source_says_what_it_is():
    wanted = "osm overpass osmnx grip natural-earth mapped geonames wpdx missing-migrants acled dtm hdx era5 worldclim"
    assert {*wanted.split(), "chirts", "open-meteo", "elevation", "surface-water", "gpx"} <= set(sources())
    for each in sources().values():
        assert each.title and each.licence and each.citation and each.patterns and set(each.gives) <= set(GIVES)
        assert all(file.address.startswith("https://") for file in each.files), each.name
        assert all("/" not in file.file and file.file for file in each.files), each.name
        fitting = [one for one in sources().values() if each.files and _fits(one, each.files[0].file)]
        assert not each.files or each in fitting, f"{each.name}: what is fetched does not go by its own names"


def _fits(source, name: str) -> bool:
    from fnmatch import fnmatch

    return any(fnmatch(name.lower(), pattern) for pattern in source.patterns)


def test_a_file_is_told_by_its_name_or_asked_about(tmp_path):
    assert source_of(Path("niger-latest.osm.pbf")).name == "osm"
    assert source_of(Path("occurrence_10E_20Nv1_4_2021.tif")).name == "surface-water"
    with pytest.raises(BadInput, match="say which with --source"):
        source_of(Path("wells.csv"))
    with pytest.raises(BadInput, match="no part 'XX'; there are BF"):
        source_named("osm").remote("XX")
    with pytest.raises(BadInput, match="cannot be fetched: exports need an account"):
        source_named("acled").remote("")


# OpenStreetMap --------------------------------------------------------------------------------------------------------
def test_pbf_gives_roads_wells_water_fords_places_and_borders(tmp_path):
    found = read("osm", made.write_pbf(tmp_path / "n.osm.pbf"))
    roads = found.tables["roads"].set_index("row")
    assert dict(roads["mode"]) == {"way/100": "track", "way/101": "paved", "way/105": "desert"}
    assert roads.at["way/100", "last_seen"] == "2024-06-01" and len(roads.at["way/100", "geometry"].coords) == 6
    water = found.tables["water"].set_index("row")
    assert dict(water["kind"]) == {"node/30": "well", "node/31": "spring", "way/103": "lake"}
    assert water.at["node/30", "verified_on"] == "2025-03-01" and water.at["node/31", "reliability"] == "seasonal"
    assert (water.at["way/103", "lon"], water.at["way/103", "lat"]) == pytest.approx((13.05, 18.55))
    assert found.counts["fords"] == found.counts["borders"] == found.counts["places"] == 1
    assert found.tables["places"].at[0, "name_ar"] == "إمي" and not faults(found)


def test_pbf_with_lost_nodes_is_told_and_no_pbf_is_refused(tmp_path):
    found = read("osm", made.write_pbf(tmp_path / "n.osm.pbf", broken=True))
    assert any("fewer than two of their nodes" in each.text for each in found.findings)
    bad = tmp_path / "bad.osm.pbf"
    bad.write_bytes(b"\0\0\0\x0d\x0a\x09OSMHeader" + bytes(range(100)))
    with pytest.raises(BadInput, match="is no sound PBF"):
        read("osm", bad)
    (tmp_path / "empty.osm.pbf").touch()
    with pytest.raises(BadInput, match="the file is empty"):
        read("osm", tmp_path / "empty.osm.pbf")


def test_overpass_says_what_it_lacks(tmp_path):
    found = read("overpass", made.write_overpass(tmp_path / "x.osm.json"))
    assert found.tables["roads"]["mode"].tolist() == ["desert"]
    assert found.tables["water"]["reliability"].tolist() == ["reported_dry"]
    assert any("1 ways have no line" in each.text for each in found.findings)
    (tmp_path / "y.osm.json").write_text('{"elements": 3}')
    with pytest.raises(BadInput, match="no list 'elements'"):
        read("overpass", tmp_path / "y.osm.json")


def test_osmnx_graphs_are_read_from_both_formats(tmp_path):
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for number, (lon, lat) in enumerate([(12.9, 19.0), (13.0, 19.0), (13.0, 19.1)]):
        graph.add_node(number, x=lon, y=lat)
    line = LineString([(12.9, 19.0), (12.95, 19.02), (13.0, 19.0)])
    graph.add_edge(0, 1, osmid="7", highway="['track', 'unclassified']", geometry=line.wkt, length=11000.0)
    graph.add_edge(1, 0, osmid="7", highway="track", geometry=line.reverse().wkt, length=11000.0)
    graph.add_edge(1, 2, osmid="8", highway="residential", length=11000.0)
    nx.write_graphml(graph, tmp_path / "g.graphml")
    found = read("osmnx", tmp_path / "g.graphml")
    assert found.tables["roads"]["mode"].tolist() == ["track"] and any("1 lanes" in each for each in found.remarks)
    edges = gpd.GeoDataFrame({"highway": ["trunk"], "osmid": [9]}, geometry=[line], crs=4326)
    edges.to_file(tmp_path / "g.gpkg", layer="edges")
    assert read("osmnx", tmp_path / "g.gpkg").tables["roads"]["mode"].tolist() == ["paved"]
    graph.graph["crs"] = "epsg:32633"
    nx.write_graphml(graph, tmp_path / "p.graphml")
    assert "before projecting" in faults(read("osmnx", tmp_path / "p.graphml"))[0]


# roads ----------------------------------------------------------------------------------------------------------------
def test_grip_shapefile_and_one_without_projection(tmp_path):
    lines = [LineString([(10, 20), (11, 21)]), LineString([(10, 20), (9, 19)]), LineString([(30, -20), (31, -21)])]
    frame = gpd.GeoDataFrame({"GP_RTP": [1, 4, 2], "GP_RSE": [1, 0, 1]}, geometry=lines, crs=4326)
    frame.to_file(tmp_path / "grip4_region3.shp")
    found = read("grip", tmp_path / "grip4_region3.shp")
    assert found.tables["roads"]["mode"].tolist() == ["paved", "track"]
    (tmp_path / "grip4_region3.prj").unlink()
    assert "names no projection" in faults(read("grip", tmp_path / "grip4_region3.shp"))[0]
    frame.to_crs(3857).set_crs(4326, allow_override=True).to_file(tmp_path / "grip_wrong.shp")
    assert "the projection is wrong" in faults(read("grip", tmp_path / "grip_wrong.shp"))[0]


def test_roads_in_another_projection_are_turned_and_cut(tmp_path):
    line = LineString([(10, 20), (11, 21)]), LineString([(10, 39), (10, 45)])
    frame = gpd.GeoDataFrame({"type": ["Road", "Track"], "name": ["A", "B"]}, geometry=list(line), crs=4326)
    frame.to_crs(3857).to_file(tmp_path / "ne_10m_roads.shp")
    found = read("natural-earth", tmp_path / "ne_10m_roads.shp")
    roads = found.tables["roads"]
    assert roads["mode"].tolist() == ["paved", "track"] and roads.total_bounds[3] == pytest.approx(40.0)
    assert any("turned from" in each for each in found.remarks) and any("cut at" in each for each in found.remarks)


# mapped ---------------------------------------------------------------------------------------------------------------
def test_a_mapping_reads_any_table(tmp_path):
    path = tmp_path / "puits.csv"
    path.write_text("X,Y,TYPE,NOM\n334000,2102000,Puits,Un\n335000,2103000,Source,Deux\n336000,2104000,?,Trois\n")
    mapping = {
        "gives": "water",
        "columns": {"lon": "X", "lat": "Y", "kind": "TYPE", "name": "NOM"},
        "values": {"kind": {"Puits": "well", "Source": "spring"}},
        "crs": "EPSG:32633",
    }
    found = read("mapped", path, mapping=mapping)
    assert found.tables["water"]["kind"].tolist() == ["well", "spring", "?"]
    assert found.tables["water"]["lat"].iloc[0] == pytest.approx(19.0, abs=0.02)
    assert faults(found) == [
        "water line 4: kind '?' is none of well, oasis, guelta, spring, piped, lake, river"
    ]  # fmt: skip
    for change, why in (
        ({"gives": "gold"}, "'gives' must be one of"),
        ({"columns": {"lon": "X", "lat": "Y", "depth": "D"}}, "'depth' is no column of water"),
        ({"columns": {"lon": "X", "lat": "NORD"}}, "no column 'NORD'"),
        ({"crs": "EPSG:99"}, "crs 'EPSG:99' is not known"),
    ):
        with pytest.raises(BadInput, match=why):
            read("mapped", path, mapping=mapping | change)
    with pytest.raises(BadInput, match="needs a mapping file"):
        read("mapped", path)


def test_positions_at_fault_are_all_told(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("x,y\n0,0\n,19\n400,19\n12.9,19.0\n100,50\n")
    mapping = {"gives": "water", "columns": {"lon": "x", "lat": "y"}}
    found = read("mapped", path, mapping=mapping)
    assert faults(found) == [
        "water line 3 has no position",
        "water line 4 lies nowhere on Earth",
        "water line 2 has the placeholder position 0, 0",
    ]
    assert found.remarks == ["water: 1 outside the region were left out"]


def test_swapped_columns_are_one_fault(tmp_path):
    path = tmp_path / "w.csv"
    # Niamey to Dakar: latitudes of 12 to 17, longitudes west: written the wrong way round none lies in the region
    path.write_text("x,y\n" + "".join(f"{lat},{lon}\n" for lat, lon in [(14.7, -17.4), (13.5, -16.6), (16.0, -16.5)]))
    mapping = {"gives": "water", "columns": {"lon": "x", "lat": "y"}}
    found = read("mapped", path, mapping=mapping)
    assert faults(found) == ["water: latitude and longitude are swapped: they fit the other way round"]


def test_known_names_tell_a_swap_that_stays_in_the_region(tmp_path, pack):
    path = tmp_path / "w.csv"
    wells = pack.water_points.iloc[:5]
    mapping = {"gives": "water", "columns": {"lon": "x", "lat": "y", "name": "n"}}
    for lon, lat, swapped in (("lon", "lat", False), ("lat", "lon", True)):
        table = pd.DataFrame({"x": wells[lon], "y": wells[lat], "n": wells["name"]})
        assert table["x"].between(-19, 52).all() and table["y"].between(-4, 40).all()
        table.to_csv(path, index=False)
        found = read("mapped", path, mapping=mapping, region=SHIPPED)
        assert any("swapped" in each for each in faults(found)) == swapped


# points ---------------------------------------------------------------------------------------------------------------
def test_geonames_dump_gives_wells_and_places(tmp_path):
    found = read("geonames", made.write_geonames(tmp_path))
    water, places = found.tables["water"], found.tables["places"]
    assert water["reliability"].tolist() == ["unknown", "reported_dry"]
    assert places["name"].tolist() == ["Agadez", "Dirkou"] and places["name_ar"].tolist() == ["أغاديز", "ديركو"]
    (tmp_path / "ML.txt").write_text("a\tb\n")
    with pytest.raises(BadInput, match="19 columns|cannot be read"):
        read("geonames", tmp_path / "ML.txt")
    (tmp_path / "TD.zip").write_bytes(b"PK\x03\x04cut")
    with pytest.raises(BadInput, match="no sound zip"):
        read("geonames", tmp_path / "TD.zip")


def test_wpdx_keeps_the_latest_report_of_a_point(tmp_path):
    rows = [
        (19.0, 12.9, "No", "2015-01-01", "a"),
        (19.0, 12.9, "Yes", "2021-05-06", "a"),
        (18.0, 12.0, "No", "2020-01-01", "b"),
        (-20.0, 30.0, "Yes", "2020-01-01", "far"),
    ]
    found = read("wpdx", made.write_wpdx(tmp_path / "wpdx.csv", rows))
    table = found.tables["water"].set_index("key")
    assert dict(table["reliability"]) == {"a": "perennial", "b": "reported_dry"}
    assert table.at["a", "verified_on"] == "2021-05-06"
    assert [each.about for each in found.findings] == ["stale"] and "2021-05-06" in found.findings[0].text
    bad = made.write_wpdx(tmp_path / "bad_wpdx.csv", [(19.0, 12.9, "Yes", "2031-13-01", "a"), ("", 3, "Yes", "", "b")])
    told = faults(read("wpdx", bad))
    assert any("no day of the calendar" in each for each in told) and any("no position" in each for each in told)
    (tmp_path / "x_wpdx.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="no column for lat, lon, status, date"):
        read("wpdx", tmp_path / "x_wpdx.csv")


def test_dtm_reads_stock_flow_and_the_api(tmp_path):
    with pd.ExcelWriter(tmp_path / "dtm.xlsx") as book:
        pd.DataFrame([["Period", "May-June 2026"]]).to_excel(book, sheet_name="Summary", header=False, index=False)
        head = ["ADM 3 Baladiya-Area (EN)", "Baladiya PCode", "Lat", "Long", "Migrants (IND)"]
        rows = [["General Info"] + [""] * 4, head, ["Albayda", "LY010602", 32.77, 21.74, 32700]]
        pd.DataFrame(rows).to_excel(book, sheet_name="Main", header=False, index=False)
        pd.DataFrame([["Migrant Nationality"]]).to_excel(book, sheet_name="Nationalities", header=False, index=False)
    found = read("dtm", tmp_path / "dtm.xlsx")
    row = found.tables["areas"].iloc[0]
    assert (row["name"], row["people"], row["date"], row["kind"]) == ("Albayda", 32700, "2026-06-01", "stock")
    assert any("nationalities and was not read" in each for each in found.remarks)
    (tmp_path / "dtm.csv").write_text("FMP Name,Latitude,Longitude,Total,Date\nSéguédine,20.2,12.98,310,2026-05-01\n")
    assert read("dtm", tmp_path / "dtm.csv").tables["areas"]["kind"].tolist() == ["flow"]
    answer = {
        "result": [{"admin1Name": "Agadez", "admin1Pcode": "NE001", "numPresentIdpInd": 1200, "reportingDate": ""}]
    }
    (tmp_path / "dtm.json").write_text(json.dumps(answer))
    found = read("dtm", tmp_path / "dtm.json")
    assert found.tables["areas"]["people"].tolist() == [1200] and found.findings[0].about == "stale"


def test_hdx_says_where_files_are(tmp_path):
    resources = [
        {"name": "Wells: Niger (2024).csv", "download_url": "https://data.humdata.org/x.csv"},
        {"url": "ftp://x"},
    ]
    path = tmp_path / "w.hdx.json"
    path.write_text(json.dumps({"success": True, "result": {"resources": resources}}))
    found = resources_of(path)
    assert [each.file for each in found] == ["Wells_Niger_2024_.csv"] and "only says where" in faults(
        read("hdx", path)
    )[0]
    with pytest.raises(BadInput, match="no name of a data set"):
        package_file("../../etc")


# rasters --------------------------------------------------------------------------------------------------------------
def test_climate_in_kelvin_or_with_swapped_seasons_is_refused(tmp_path):
    good = read("worldclim", made.write_months(tmp_path / "wc2.1_10m_tmax.tif", 20, 42))
    assert not faults(good) and len(good.rasters) == 12 and good.rasters["tmax-07"].values.max() == pytest.approx(42)
    swapped = read("worldclim", made.write_months(tmp_path / "wc2.1_5m_tmax.tif", 42, 20))
    assert faults(swapped) == ["tmax: July (20) is colder than January (42) north of 20 N: the seasons are swapped"]
    kelvin = read("worldclim", made.write_months(tmp_path / "wc2.1_30s_tmax.tif", 293, 315))
    assert len(faults(kelvin)) == 12 and "that is K, not degC" in faults(kelvin)[0]
    tenths = read("worldclim", made.write_months(tmp_path / "wc2.1_2.5m_tmax.tif", 200, 420))
    assert "tenths of a degree" in faults(tenths)[0]


def test_holes_and_lost_projections_of_rasters_are_told(tmp_path):
    values = np.full((40, 40), 38.0, np.float32)
    values[:30] = -9999
    found = read("chirts", made.write_raster(tmp_path / "CHIRTSmax.2016.06.tif", values, 8.0, 22.0, 0.05))
    assert [each.text for each in found.findings] == ["tmax-06: 75% of the cells have no value"]
    lost = made.write_raster(tmp_path / "CHIRTSmax.2016.07.tif", values, 8.0, 22.0, 0.05, crs=None)
    with pytest.raises(BadInput, match="has no projection"):
        read("chirts", lost)
    with pytest.raises(BadInput, match="tells no month"):
        read("chirts", made.write_raster(tmp_path / "chirts.tif", values, 8.0, 22.0, 0.05))


def test_heights_are_read_and_feet_or_void_refused(tmp_path):
    ramp = np.tile(np.linspace(300, 900, 50, dtype=np.float32), (50, 1))
    found = read("elevation", made.write_raster(tmp_path / "n18e012_dem.tif", ramp, 12.0, 19.0, 0.02))
    assert found.rasters["elevation"].values.shape == (50, 50) and not faults(found)
    with pytest.raises(BadInput, match="must be in metres"):
        read("elevation", made.write_raster(tmp_path / "ft_dem.tif", ramp * 30, 12.0, 19.0, 0.02))


def test_surface_water_gives_small_waters_once(tmp_path):
    values = np.zeros((300, 300), np.uint8)
    values[50:53, 50:53], values[100:102, 200:210], values[10, 10] = 90, 40, 10
    found = read("surface-water", made.write_raster(tmp_path / "occurrence_10E_20N.tif", values, 12.0, 19.0, 0.00025))
    water = found.tables["water"]
    assert water["reliability"].tolist() == ["perennial", "seasonal"]
    assert (water["lon"].iloc[0], water["lat"].iloc[0]) == pytest.approx((12.012875, 18.987125))
    values[0, 0] = 150
    found = read("surface-water", made.write_raster(tmp_path / "occurrence_0E_20N.tif", values, 12.0, 19.0, 0.00025))
    assert "above 100 %" in faults(found)[0]


# weather, incidents, tracks -------------------------------------------------------------------------------------------
def test_weather_says_its_holes(tmp_path):
    hours = [f"2026-06-{day:02d}T{hour:02d}:00" for day in (1, 2) for hour in range(0, 24, 2) if (day, hour) < (2, 8)]
    hours += ["2026-06-03T00:00"]
    hourly = {"time": hours, "temperature_2m": [35.0] * len(hours)}
    path = tmp_path / "a-open-meteo.json"
    path.write_text(json.dumps({"latitude": 18.0, "longitude": 9.0, "hourly": hourly}))
    told = [each.text for each in read("open-meteo", path).findings]
    assert any(each.startswith("air_degc: nothing between 2026-06-02") for each in told)
    assert any("dew_degc is not in the file" in each for each in told)


def test_incidents_are_told_by_row(tmp_path):
    columns = "incident_id,date,date_precision,lat,lon,place,country,dead,missing,survivors,cause,source,source_grade"
    rows = ["a,2021-05-01,day,19.5,12.9,north of Dirkou,Niger,3,,,thirst_lost,own,A,5,https://x.org/a"]
    rows += ["b,2021-05-01,day,0,0,,Niger,1,,,unknown,own,A,5,"]
    path = tmp_path / "own.incidents.csv"
    path.write_text("\n".join([columns + ",precision_km,url", *rows]))
    found = read("template", path)
    assert found.tables["incidents"]["key"].tolist() == ["a"]
    assert found.tables["incidents"]["url"].tolist() == ["https://x.org/a"]
    assert faults(found) == ["incidents line 3: placeholder position 0, 0"]


def test_tracks_say_when_they_were_driven(tmp_path):
    found = read("gpx", made.write_gpx(tmp_path / "t.gpx", [(12.9, 19.0), (12.95, 19.0)]))
    assert found.tables["tracks"]["last_seen"].tolist() == ["2026-06-15"]


# the real files -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name, path, kind, least",
    [
        ("natural-earth", "natural_earth/ne_50m_populated_places.json", "places", 150),
        ("natural-earth", "natural_earth/ne_50m_admin_0_countries.json", "borders", 50),
        ("dtm", "dtm/DTM_Libya_R54_Migrant_Dataset_PUBLIC.xlsx", "areas", 700),
        ("missing-migrants", "missing_migrants_routes_to_europe_2014_2023.csv", "incidents", 300),
    ],
)
def test_real_files_are_read(shared, name, path, kind, least):
    found = read(name, shared / "data" / path)
    assert found.counts[kind] >= least


def test_points_are_no_roads(tmp_path):
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(10, 20)], crs=4326).to_file(tmp_path / "p.gpkg")
    with pytest.raises(BadInput, match="has no line"):
        read("mapped", tmp_path / "p.gpkg", mapping={"gives": "roads", "columns": {}})


@pytest.mark.parametrize("content", [b"\x00\xff\xcc" * 700, b"{" * 2000, b"a,b\n1,2\n", b"PK\x03\x04" + b"x" * 900])
@pytest.mark.parametrize("name", list(sources()))
def test_rubbish_is_refused_in_a_line_by_every_source(tmp_path, name, content):
    pattern = sources()[name].patterns[0].replace("[a-z][a-z]", "ne").replace("*", "x")
    path = tmp_path / pattern
    path.write_bytes(content)
    mapping = {"gives": "water", "columns": {"lon": "x", "lat": "y"}}
    with pytest.raises(BadInput) as caught:
        read(name, path, mapping=mapping)
    assert caught.value.faults and all("\n" not in each and len(each) < 400 for each in caught.value.faults)
