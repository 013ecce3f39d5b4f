"""Points joined to segments: every row written, whatever the file."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from api.cli.main import exit_code
from api.usecases.join_points import ADDED, join_points
from data.errors import BadInput
from routes.nearest_segment import SegmentIndex


@pytest.fixture
def table():
    rng = np.random.default_rng(5)
    return pd.DataFrame({"id": range(500), "lon": rng.uniform(4, 14, 500), "lat": rng.uniform(15, 24, 500)})


def test_every_kind_of_file_gives_the_same_join(context, table, tmp_path, monkeypatch):
    monkeypatch.setattr("data.point_file.BATCH", 64)
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_parquet(tmp_path / "b.parquet", index=False)
    points = gpd.GeoDataFrame(table[["id"]], geometry=gpd.points_from_xy(table.lon, table.lat), crs="EPSG:4326")
    points.to_parquet(tmp_path / "c.parquet", index=False)
    shares = []
    for name in ("a.csv", "b.parquet", "c.parquet"):
        found = join_points(context, tmp_path / name, tmp_path / f"{name}.out.parquet", progress=shares.append)
        assert (found.rows, found.joined, found.beyond, found.unplaced) == (500, 500, 0, 0)
        assert found.of_segment.sum() == 500
        assert shares[-1] == 1.0
    joined = [gpd.read_parquet(path) for path in sorted(tmp_path.glob("*.out.parquet"))]
    expected = SegmentIndex(context.network.segments).nearest(table.lon.to_numpy(), table.lat.to_numpy())
    for each in joined:
        assert list(each["id"]) == list(table["id"]) and each.crs.equals("EPSG:4326", ignore_axis_order=True)
        assert (each.geometry.x == table.lon).all()
        assert (each["segment_id"] == context.network.segments.index[expected.row]).all()
        assert np.allclose(each["segment_distance_m"], expected.distance_m)
        segment = context.network.segments.loc[each["segment_id"]]
        assert (each["leg_km"] >= segment["km_from"].to_numpy() - 1e-9).all()
        assert (each["leg_km"] <= segment["km_to"].to_numpy() + 1e-6).all()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_rows_without_a_position_or_far_away_are_kept_and_counted(tmp_path, table, capsys):
    table = table.astype({"lon": object})
    table.loc[0, "lon"], table.loc[1, "lon"], table.loc[2, "lat"] = None, "somewhere", 95.0
    table.to_csv(tmp_path / "a.csv", index=False)
    assert exit_code(["data", "join", str(tmp_path / "a.csv"), "--out", str(tmp_path / "o.parquet"), "--within", "20",
                      "--json"]) == 0  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == 500 and told["without_position"] == 3
    assert told["joined"] + told["beyond_reach"] == 497 and min(told["joined"], told["beyond_reach"]) > 50
    out = gpd.read_parquet(tmp_path / "o.parquet")
    assert out.loc[:2, list(ADDED)].isna().all(axis=None) and out.geometry[:3].isna().all()
    assert out["segment_distance_m"].max() <= 20_000 and out["segment_id"].notna().sum() == told["joined"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda table: table.rename(columns={"lat": "north"}), "neither GeoParquet metadata nor columns lon and lat"),
        (lambda table: table.assign(leg_id="x", leg_km=1.0), "has a column leg_id already\n.*has a column leg_km"),
        (lambda table: table.rename(columns={"lat": "lon", "lon": "lat"}).assign(lon=8.0, lat=48.0), "look swapped"),
    ],
)
def test_files_that_cannot_be_joined(context, table, tmp_path, change, fault):
    change(table).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(BadInput, match=fault):
        join_points(context, tmp_path / "a.csv", tmp_path / "o.parquet")
    assert not (tmp_path / "o.parquet").exists()


def test_what_is_no_table_of_points_is_said(context, tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"nothing of that kind")
    (tmp_path / "empty.csv").write_bytes(b"")
    points = gpd.GeoDataFrame({"id": [1]}, geometry=gpd.points_from_xy([500_000], [2_000_000]), crs="EPSG:32632")
    points.to_parquet(tmp_path / "utm.parquet")
    for name, fault in (("a.parquet", "cannot be read"), ("empty.csv", "cannot be read"), ("utm.parquet", "WGS84")):
        with pytest.raises(BadInput, match=fault):
            join_points(context, tmp_path / name, tmp_path / "o.parquet")
