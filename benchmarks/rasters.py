"""Rasters of risk from 1 to 16 tiles: seconds, memory of each worker, and what 30 m over the Sahara would take.

`python -m benchmarks.rasters [--cell 0.02] [--tiles 1,2,4,8,16] [--workers 2] [--json]`. A tile is a square of
2 degrees of the central Sahara; the tiles are drawn as `guelta risk --raster` draws them, on processes of this machine.
The alternative is the usual way with Dask, on the same processes and with the same functions: `dask.array.map_blocks`,
the whole brought together in memory and written band by band; it is run on the largest area.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import rasterio
from distributed import Client
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from api.context import RegionContext, open_region
from api.spread import Engine, local_cluster
from api.usecases.raster import BLOCK, write_rasters
from data.ellipsoid import earth_centred_m
from data.grid import GridBlock, GridFrame, RasterGrid
from data.units import REGION_BBOX, S_PER_H
from maps.geotiff import write_geotiff
from risk.surface import NETWORK_REACH_M, SurfaceModel, surface_block, surfaces

ON = date(2026, 6, 15)
TILE_DEG, CORNER = 2.0, (2.0, 14.0)
#: Columns and rows of tiles.
SHAPES = {1: (1, 1), 2: (2, 1), 4: (2, 2), 8: (4, 2), 16: (4, 4)}
#: Cells of 30 m over the Sahara.
SAHARA_CELLS = 17e9
Box = tuple[float, float, float, float]


def box_of(tiles: int) -> Box:
    """Return the box of so many tiles, degrees."""
    columns, rows = SHAPES[tiles]
    left, bottom = CORNER
    return left, bottom, left + columns * TILE_DEG, bottom + rows * TILE_DEG


def peak_mb() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def draw(context: RegionContext, box: Box, cell_deg: float, client: Client) -> dict[str, float]:
    """Write the rasters of a box; return cells, those near the network, seconds, and processor seconds of workers."""
    frame, engine = GridFrame.over(box, cell_deg), Engine(scheduler=client.scheduler.address)
    with tempfile.TemporaryDirectory() as folder:
        before_s, begun = sum(client.run(time.process_time).values()), time.perf_counter()
        write_rasters(context, ON, Path(folder), cell_deg, bbox=box, engine=engine)
        seconds = time.perf_counter() - begun
        worked_s = sum(client.run(time.process_time).values()) - before_s
        with rasterio.open(Path(folder) / "risk.tif") as raster:
            known = int(np.isfinite(raster.read(1)).sum())
    return {
        "cells": frame.rows * frame.columns,
        "near_network": known,
        "seconds": seconds,
        "processor_s_of_workers": worked_s,
    }


def block_of(model: SurfaceModel, block_info: Any = None) -> NDArray[np.float32]:
    """Compute a block as `map_blocks` asks for it."""
    _, (row, row_end), (column, column_end) = block_info[None]["array-location"]
    block = GridBlock(row, column, row_end - row, column_end - column)
    found = surface_block(model, block)
    return np.full((len(surfaces()), block.rows, block.columns), np.nan, np.float32) if found is None else found


def draw_by_dask_array(context: RegionContext, box: Box, cell_deg: float, client: Client) -> float:
    """Write the same rasters by `dask.array`; return seconds."""
    begun = time.perf_counter()
    frame = GridFrame.over(box, cell_deg)
    model = SurfaceModel.of(frame, context.network.segments, context.stranding_rate(ON), context.conditions(ON))
    chunks = da.core.normalize_chunks((-1, BLOCK, BLOCK), shape=(len(surfaces()), frame.rows, frame.columns))
    array = da.map_blocks(block_of, model=model, chunks=chunks, dtype=np.float32, meta=np.empty((0, 0, 0), np.float32))
    values = client.compute(array).result()
    with tempfile.TemporaryDirectory() as folder:
        for band, cells in zip(surfaces(), values, strict=True):
            if np.isfinite(cells).any():
                grid = RasterGrid(cells, frame.left, frame.top, cell_deg, band.name, band.unit, band.description)
                write_geotiff(grid, Path(folder) / f"{band.name}.tif", {})
    return time.perf_counter() - begun


def share_near_network(context: RegionContext) -> float:
    """Return the share of the region's cells that anything is computed of."""
    lon, lat = GridFrame.over(REGION_BBOX, 0.1).centres()
    segments = context.network.segments
    land = segments[segments["mode"] != "sea"]
    tree = cKDTree(earth_centred_m(land["lon"].to_numpy(float), land["lat"].to_numpy(float)))
    away_m, _ = tree.query(earth_centred_m(lon, lat), distance_upper_bound=NETWORK_REACH_M)
    return float(np.isfinite(away_m).mean())


def measure(cell_deg: float, tiles: Sequence[int], workers: int) -> dict[str, Any]:
    """Draw all areas and the alternative; return a JSON-ready document."""
    context = open_region()
    quiet = dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
    with quiet, local_cluster(workers) as cluster, Client(cluster) as client:
        draw(context, box_of(1), 0.05, client)  # workers import what they need
        runs = []
        for count in tiles:
            found = draw(context, box_of(count), cell_deg, client)
            runs.append({"tiles": count, **found, "peak_mb_of_a_worker": max(client.run(peak_mb).values())})
        ours_mb = peak_mb()
        theirs_s = draw_by_dask_array(context, box_of(tiles[-1]), cell_deg, client)
    near, worked_s = (np.array([run[key] for run in runs]) for key in ("near_network", "processor_s_of_workers"))
    cell_s, share, seconds = float(worked_s[-1] / near[-1]), share_near_network(context), float(runs[-1]["seconds"])
    return {
        "cell_deg": cell_deg,
        "workers": workers,
        "runs": runs,
        # 1 where seconds grow as cells do
        "power_of_seconds_in_cells": float(np.polyfit(np.log(near), np.log(worked_s), 1)[0]) if len(runs) > 1 else None,
        "processor_us_of_a_cell": 1e6 * cell_s,
        "share_of_region_near_network": share,
        "sahara_30_m_worker_hours": {
            "near_network": SAHARA_CELLS * share * cell_s / S_PER_H,
            "everywhere": SAHARA_CELLS * cell_s / S_PER_H,
        },
        "guelta": {"seconds": seconds, "peak_mb": ours_mb},
        "dask.array": {"seconds": theirs_s, "peak_mb": peak_mb()},
        "ratio": theirs_s / seconds,
    }


def main() -> None:
    """Measure and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cell", type=float, default=0.02)
    parser.add_argument("--tiles", default="1,2,4,8,16")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = measure(arguments.cell, [int(count) for count in arguments.tiles.split(",")], arguments.workers)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    heads = ("tiles", "cells", "near network", "seconds", "processor s", "us a cell near", "MB a worker")
    print(" ".join(f"{head:>14}" for head in heads))
    for run in found["runs"]:
        worked_s, near = run["processor_s_of_workers"], run["near_network"]
        print(
            f"{run['tiles']:14} {run['cells']:14,} {near:14,} {run['seconds']:14.1f} {worked_s:14.1f} "
            f"{1e6 * worked_s / near:14.0f} {run['peak_mb_of_a_worker']:14.0f}"
        )
    hours = found["sahara_30_m_worker_hours"]
    print(
        f"processor seconds grow as cells near the network to the power {found['power_of_seconds_in_cells'] or 1:.2f}"
    )
    print(f"dask.array: {found['dask.array']['seconds']:.1f} s, x{found['ratio']:.2f}; this process then at ", end="")
    print(f"{found['dask.array']['peak_mb']:.0f} MB, {found['guelta']['peak_mb']:.0f} MB before")
    print(
        f"17 billion cells: {hours['near_network']:.0f} hours of one worker; {hours['everywhere']:.0f} were all of them"
        " near the network"
    )


if __name__ == "__main__":
    main()
