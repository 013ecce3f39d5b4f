"""A prepared region equals the one computed anew, and nothing on its shelf is trusted that should not be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from shutil import copytree

import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from tests_days import JUNE

from api.access.audience import Audience
from api.collections import COLLECTIONS
from api.context import RegionContext
from api.prepared import Prepared, prepare, prepared
from api.prepared_kept import arrays_of, prepared_from
from api.prepared_region import PreparedRegion
from api.shelf import MOST_SHELVES, Shelf, digest_of, root_of
from data.errors import BadInput
from data.region_folder import SHIPPED

HEAVY = ("pandas", "geopandas", "networkx", "scipy", "pandera", "pyproj", "pyarrow", "pvlib", "folium", "rasterio")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    shelf = Shelf(tmp_path_factory.mktemp("root") / "shelves", digest_of(SHIPPED))
    PreparedRegion(SHIPPED, shelf)
    return shelf


def test_what_comes_from_the_shelf_is_what_was_put_there(shelf: Shelf, context: RegionContext) -> None:
    region = PreparedRegion(SHIPPED, shelf)
    assert "pack" not in region.__dict__ and region.version == context.version
    for name in (each.name for each in fields(context.pack) if each.name != "version"):
        pd.testing.assert_frame_equal(getattr(region.pack, name), getattr(context.pack, name), check_exact=True)
    assert region.pack.version == context.version
    assert_geodataframe_equal(region.network.segments, context.network.segments)
    assert_geodataframe_equal(region.network.legs, context.network.legs)
    ours, theirs = region.network.graph, context.network.graph
    assert dict(ours.nodes(data=True)) == dict(theirs.nodes(data=True))
    assert list(ours.edges(data=True)) == list(theirs.edges(data=True))


def test_the_risk_of_a_day_comes_back_to_the_last_bit(shelf: Shelf, context: RegionContext) -> None:
    made = PreparedRegion(SHIPPED, shelf).risk(JUNE)
    kept = PreparedRegion(SHIPPED, shelf).risk(JUNE)
    for each in (made, kept):
        pd.testing.assert_frame_equal(each.table, context.risk(JUNE).table, check_exact=True)
        assert np.array_equal(each.still_there, context.risk(JUNE).still_there)
    assert (shelf.folder / f"risk-{JUNE}.npz").is_file()


def same(one: Prepared, other: Prepared) -> bool:
    spans = [each.spans is None or [part.tolist() for part in each.spans] for each in (one, other)]
    return (
        (one.ids, one.columns, one.types, one.features, one.bounds, one.data_version, list(one.records))
        == (
            other.ids,
            other.columns,
            other.types,
            other.features,
            other.bounds,
            other.data_version,
            list(other.records),
        )
        and spans[0] == spans[1]
        and all(a.equals(b) for a, b in zip(one.geometries, other.geometries, strict=True))
        and np.array_equal(one.edges, other.edges, equal_nan=True)
    )


@pytest.mark.parametrize("name", list(COLLECTIONS))
def test_a_collection_comes_back_as_it_was(context: RegionContext, name: str) -> None:
    made = prepare(COLLECTIONS[name], context, Audience.PLANNER)
    assert same(prepared_from(COLLECTIONS[name], arrays_of(made)), made)


def test_audiences_lie_apart_on_the_shelf(shelf: Shelf, context: RegionContext) -> None:
    public = prepared(PreparedRegion(SHIPPED, shelf), "segments", Audience.PUBLIC)
    whole = prepared(PreparedRegion(SHIPPED, shelf), "segments", Audience.ADMIN)
    assert 0 < len(public.ids) < len(whole.ids)
    again = prepared(PreparedRegion(SHIPPED, shelf), "segments", Audience.PUBLIC)
    assert same(again, prepare(COLLECTIONS["segments"], context, Audience.PUBLIC))


def test_a_table_that_changes_is_read_anew(tmp_path: Path) -> None:
    folder = tmp_path / "region"
    copytree(SHIPPED, folder)
    before = digest_of(folder)
    region = PreparedRegion(folder, Shelf(tmp_path / "shelves", before))
    water = folder / "water_points.csv"
    water.write_text(water.read_text(encoding="utf-8").replace("reported_dry", "unknown"), encoding="utf-8")
    after = digest_of(folder)
    again = PreparedRegion(folder, Shelf(tmp_path / "shelves", after))
    assert after != before and again.version != region.version
    assert "reported_dry" not in set(again.pack.water_points["reliability"])
    water.write_text(water.read_text(encoding="utf-8").replace("unknown", "sometimes"), encoding="utf-8")
    with pytest.raises(BadInput, match="sometimes"):
        PreparedRegion(folder, Shelf(tmp_path / "shelves", digest_of(folder)))


def test_arrays_come_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelves", "a" * 24)
    assert shelf.read("x") is None
    assert shelf.write("x", {"numbers": np.arange(5), "text": np.frombuffer(b"abc", np.uint8)})
    found = shelf.read("x")
    assert found and found["numbers"].tolist() == [0, 1, 2, 3, 4] and bytes(found["text"]) == b"abc"
    assert (shelf.folder / "x.npz").stat().st_mode & 0o777 == 0o600 and shelf.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "open to others", "folder open", "link", "pickle"])
def test_what_is_damaged_or_open_to_others_is_as_good_as_nothing(tmp_path: Path, damage: str) -> None:
    shelf = Shelf(tmp_path / "shelves", "a" * 24)
    shelf.write("x", {"numbers": np.arange(500)})
    path = shelf.folder / "x.npz"
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "cut":
        path.write_bytes(content[:-1])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "open to others":
        path.chmod(0o666)
    elif damage == "folder open":
        shelf.folder.chmod(0o777)
    elif damage == "link":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    else:
        shelf.write("x", {"numbers": np.array([{"a": print}], dtype=object)})
    assert shelf.read("x") is None


def test_a_damaged_shelf_is_made_anew(tmp_path: Path, context: RegionContext) -> None:
    shelf = Shelf(tmp_path / "shelves", "a" * 24)
    PreparedRegion(SHIPPED, shelf)
    for name in ("facts", "network"):
        (shelf.folder / f"{name}.npz").write_bytes(b"nothing of the kind")
    region = PreparedRegion(SHIPPED, shelf)
    assert region.version == context.version and len(region.network.segments) == len(context.network.segments)
    assert shelf.read("facts") is not None and shelf.read("network") is not None


def test_old_shelves_and_days_go(tmp_path: Path) -> None:
    for number in range(6):
        shelf = Shelf(tmp_path / "shelves", f"{number:024d}")
        shelf.write("x", {"a": np.zeros(1)})
        os.utime(shelf.folder, (number, number))
    assert len(list((tmp_path / "shelves").iterdir())) <= MOST_SHELVES


def test_where_the_shelves_are() -> None:
    assert root_of({"GUELTA_PREPARED": "off"}) is None
    assert root_of({"GUELTA_PREPARED": "/x/y"}) == Path("/x/y")
    assert root_of({"XDG_CACHE_HOME": "/c"}) == Path("/c/guelta")
    assert root_of({"XDG_CACHE_HOME": "relative"}) == Path.home() / ".cache" / "guelta"


def test_a_folder_that_cannot_be_written_does_not_stop_anything(tmp_path: Path, context: RegionContext) -> None:
    (tmp_path / "file").write_text("in the way")
    region = PreparedRegion(SHIPPED, Shelf(tmp_path / "file" / "shelves", "a" * 24))
    assert region.version == context.version


def test_the_service_is_ready_and_answers_features_without_heavy_libraries(shelf: Shelf, tmp_path: Path) -> None:
    prepared(PreparedRegion(SHIPPED, shelf), "segments", Audience.PUBLIC)
    code = (
        "import json, sys; from starlette.testclient import TestClient; from api.serving import application\n"
        "client = TestClient(application())\n"
        "told = [client.get(path).status_code for path in ('/ready', '/collections/segments/items?bbox=5,15,9,20')]\n"
        f"print(json.dumps([told, [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    environment = os.environ | {"GUELTA_PREPARED": str(shelf.folder.parent)}
    environment |= {"GUELTA_STORE": f"sqlite:///{tmp_path}/guelta.db"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[200, 200], []]
