"""Points by the million joined to segments: points a second and memory, beside geopandas.

`python -m benchmarks.points [--points 10000000] [--sample 100000] [--json]`. A file of points is made (nine tenths
along the network, 3 km to its sides; one tenth anywhere in the region) and joined by `guelta data join` in a process of
its own, whose peak memory is told. The alternative is `geopandas.sjoin_nearest` on a sample of the same points in a
process of its own, in the plane as it needs them (EPSG:3857, distances then shrunk by the latitude); beside its time is
told how often it names another segment, and by how much its distances are off.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from api.context import open_region
from data.units import KM_PER_DEG, REGION_BBOX

#: Points written at a time.
PART = 500_000
ALONG, BESIDE_KM = 0.9, 3.0


def some_points(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw points along the network and anywhere, shape (count, 2), degrees."""
    middle = open_region().network.segments[["lon", "lat"]].to_numpy(float)
    left, bottom, right, top = REGION_BBOX
    anywhere = rng.uniform((left, bottom), (right, top), (count, 2))
    along = middle[rng.integers(0, len(middle), count)] + rng.normal(0, BESIDE_KM / KM_PER_DEG, (count, 2))
    return np.where(rng.random((count, 1)) < ALONG, along, anywhere)


def write_points(path: Path, count: int) -> None:
    """Write a Parquet file of points a part at a time."""
    rng = np.random.default_rng(1)
    schema = pa.schema([("point", pa.int64()), ("lon", pa.float64()), ("lat", pa.float64())])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, count, PART):
            lonlat = some_points(min(PART, count - first), rng)
            numbers = np.arange(first, first + len(lonlat))
            writer.write_table(pa.table([numbers, lonlat[:, 0], lonlat[:, 1]], schema=schema))


def run(arguments: list[str]) -> tuple[float, float, str]:
    """Run a program to its end; return seconds, peak MB and what it printed."""
    begun = time.perf_counter()
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}: ended with {process.returncode}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024, told


def by_geopandas(points: Path, count: int) -> dict[str, float]:
    """Join the first points of a file with geopandas and compare with what ours wrote beside it."""
    segments = open_region().network.segments
    lines = gpd.GeoDataFrame(geometry=segments.geometry.to_numpy(), index=segments.index, crs="EPSG:4326").to_crs(3857)
    table = next(pq.ParquetFile(points).iter_batches(count)).to_pandas()
    ours = next(pq.ParquetFile(points.with_name("joined.parquet")).iter_batches(count)).to_pandas()
    begun = time.perf_counter()
    places = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326")
    found = gpd.sjoin_nearest(places.to_crs(3857), lines, distance_col="away")
    seconds = time.perf_counter() - begun
    found = found[~found.index.duplicated()]  # ends shared by segments come twice
    away_m = found["away"].to_numpy() * np.cos(np.radians(found["lat"].to_numpy()))
    error_m = np.abs(away_m - ours["segment_distance_m"].to_numpy())
    right = found.columns[-2]
    return {
        "points": len(table),
        "points_per_s": len(table) / seconds,
        "other_segment": float((found[right].to_numpy() != ours["segment_id"].to_numpy()).mean()),
        "error_m": float(np.median(error_m)),
        "worst_error_m": float(error_m.max()),
    }


def measure(count: int, sample: int) -> dict[str, Any]:
    """Join with both; return a JSON-ready document."""
    with tempfile.TemporaryDirectory() as folder:
        points, out = Path(folder) / "points.parquet", Path(folder) / "joined.parquet"
        write_points(points, count)
        few = Path(folder) / "few.parquet"
        write_points(few, 1)
        join = [sys.executable, "-m", "api.cli.main", "data", "join"]
        start_s, start_mb, _ = run([*join, str(few), "--out", str(out), "--json"])
        seconds, peak_mb, told = run([*join, str(points), "--out", str(out), "--json"])
        itself = [sys.executable, "-m", "benchmarks.points", "--geopandas", str(points), "--sample", str(sample)]
        _, theirs_mb, theirs = run(itself)
    joined = json.loads(told)
    # with its start, which the alternative's time leaves out: the difference of two runs would be noise on few points
    rate, other = count / seconds, json.loads(theirs)
    return {
        "points": count,
        "joined": joined["joined"],
        "guelta": {
            "seconds": seconds,
            "of_which_to_start": start_s,
            "points_per_s": rate,
            "peak_mb": peak_mb,
            "peak_mb_of_one_point": start_mb,
        },
        "geopandas": {**other, "peak_mb": theirs_mb},
        "ratio": rate / other["points_per_s"],
    }


def main() -> None:
    """Measure and print lines or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--sample", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--geopandas", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.geopandas:
        print(json.dumps(by_geopandas(arguments.geopandas, arguments.sample)))
        return
    found = measure(arguments.points, min(arguments.sample, arguments.points))
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    ours, theirs = found["guelta"], found["geopandas"]
    print(
        f"guelta data join: {found['points']:,} points in {ours['seconds']:.0f} s "
        f"({ours['of_which_to_start']:.0f} s to start), {ours['points_per_s']:,.0f} a second, "
        f"at most {ours['peak_mb']:.0f} MB ({ours['peak_mb_of_one_point']:.0f} MB for one point)"
    )
    print(
        f"geopandas.sjoin_nearest: {theirs['points']:,} points, {theirs['points_per_s']:,.0f} a second "
        f"(x{found['ratio']:.1f}), at most {theirs['peak_mb']:.0f} MB, another segment for "
        f"{theirs['other_segment']:.1%}, distances off by {theirs['error_m']:.1f} m (median), "
        f"{theirs['worst_error_m']:,.0f} m (worst)"
    )


if __name__ == "__main__":
    main()
