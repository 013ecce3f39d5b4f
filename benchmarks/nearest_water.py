"""Nearest water over the whole region: ours, scipy's distance transform, xarray-spatial's proximity.

`python -m benchmarks.nearest_water [--cell 0.0132] [--rivers] [--json]`; a cell of 0.0132 degrees gives 18 million. The
alternatives measure in cells or on a sphere, so their error is given beside their time. xarray-spatial is skipped where
it is not installed.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from datetime import date

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from scipy.ndimage import distance_transform_edt

from data.grid import GridFrame
from data.region_pack import load_region
from data.units import REGION_BBOX
from risk.nearest_water import nearest_water_m
from risk.outlines import outlines
from risk.water import WaterSupply, water_supply

M_PER_DEG = 111_195.0


def water_cells(frame: GridFrame, supply: WaterSupply) -> NDArray[np.bool_]:
    """Mark the cells that hold a water point."""
    grid = np.zeros((frame.rows, frame.columns), dtype=bool)
    lon, lat = supply.positions().T
    row = ((frame.top - lat) / frame.cell_deg).astype(int).clip(0, frame.rows - 1)
    column = ((lon - frame.left) / frame.cell_deg).astype(int).clip(0, frame.columns - 1)
    grid[row, column] = True
    return grid


def transform(frame: GridFrame, supply: WaterSupply) -> NDArray[np.float32]:
    """Distance transform in degrees, turned into metres at the region's middle."""
    middle = np.cos(np.radians((REGION_BBOX[1] + REGION_BBOX[3]) / 2))
    sampling = (frame.cell_deg * M_PER_DEG, frame.cell_deg * M_PER_DEG * middle)
    return np.asarray(distance_transform_edt(~water_cells(frame, supply), sampling=sampling), dtype=np.float32)


def proximity(frame: GridFrame, supply: WaterSupply) -> NDArray[np.float32]:
    """xarray-spatial's great-circle proximity."""
    import xarray as xr
    from xrspatial import proximity as xrspatial_proximity

    lon = frame.left + (np.arange(frame.columns) + 0.5) * frame.cell_deg
    lat = frame.top - (np.arange(frame.rows) + 0.5) * frame.cell_deg
    raster = xr.DataArray(water_cells(frame, supply).astype(float), coords={"y": lat, "x": lon}, dims=("y", "x"))
    return np.asarray(xrspatial_proximity(raster, distance_metric="GREAT_CIRCLE"), dtype=np.float32)


def worst_error_m(found: NDArray[np.float32], frame: GridFrame, supply: WaterSupply, cells: int = 500) -> float:
    """Return the greatest difference from brute force with pyproj on random cells."""
    geod, water = Geod(ellps="WGS84"), supply.positions()
    count = len(water)
    lakes = [shape for shape in supply.shapes if shape.polygon is not None]
    lon, lat = frame.centres()
    worst = 0.0
    for cell in np.random.default_rng(0).integers(0, found.size, cells):
        _, _, away = geod.inv(np.full(count, lon[cell]), np.full(count, lat[cell]), water[:, 0], water[:, 1])
        swims = any(lake.holds(np.array([[lon[cell], lat[cell]]]))[0] for lake in lakes)
        worst = max(worst, abs(float(found.ravel()[cell]) - (0.0 if swims else float(np.min(away)))))
    return worst


def main() -> None:
    """Run all and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cell", type=float, default=0.0132)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rivers", action="store_true", help="rivers and lakes too, by a point every kilometre")
    arguments = parser.parse_args()
    pack = load_region()
    shapes = outlines(pack.water_shapes) if arguments.rivers else ()
    supply = water_supply(pack.water_points, pack.places, date(2026, 6, 15), shapes)
    frame = GridFrame.over(REGION_BBOX, arguments.cell)
    runs: dict[str, Callable[[GridFrame, WaterSupply], NDArray[np.float32]]] = {
        "guelta": nearest_water_m,
        "scipy-edt": transform,
        "xarray-spatial": proximity,
    }
    rows = []
    for name, run in runs.items():
        begun = time.perf_counter()
        try:
            found = run(frame, supply)
        except ImportError:
            rows.append({"name": name, "skipped": "not installed"})
            continue
        seconds = time.perf_counter() - begun
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        error = worst_error_m(found, frame, supply)
        rows.append(
            {
                "name": name,
                "seconds": seconds,
                "ratio": seconds / rows[0].get("seconds", seconds) if rows else 1.0,
                "worst_error_m": error,
                "peak_mb_so_far": peak_mb,
            }
        )
    document = {"cells": frame.rows * frame.columns, "points": len(supply.positions()), "runs": rows}
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    print(f"{document['cells'] / 1e6:.1f} million cells, {document['points']} points")
    for row in rows:
        if "skipped" in row:
            print(f"{row['name']:15} {row['skipped']}")
        else:
            print(
                f"{row['name']:15} {row['seconds']:6.1f} s  x{row['ratio']:.2f}  "
                f"worst error {row['worst_error_m']:9.1f} m  peak {row['peak_mb_so_far']:.0f} MB"
            )


if __name__ == "__main__":
    main()
