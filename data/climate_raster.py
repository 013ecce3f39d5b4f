"""Monthly climate on a grid, as it lies beside a region's tables: extremes of temperature, vapour pressure and sun."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.grid import GridFrame, RasterGrid
from data.units import CRS_WGS84

#: What models use, by the names WorldClim gives them, and their units.
UNITS = {"tmax": "degC", "tmin": "degC", "vapr": "kPa", "srad": "kJ/m2/day"}
#: Cells are made no smaller (5 arc minutes, 9 km): a year of all four variables of the region takes 90 MB.
FINEST_DEG = 1 / 12
MOST_BYTES = 400_000_000
#: More of the cells where the night is not colder than the day than this: files are mixed up.
MOST_CROSSED = 0.01
#: Rasters by variable and month, as "tmax-07"; `description` of each names its source.
Climate = Mapping[str, RasterGrid]


def useful(rasters: Climate) -> dict[str, RasterGrid]:
    """Return the rasters that models use."""
    return {name: grid for name, grid in rasters.items() if name.partition("-")[0] in UNITS}


def months_of(rasters: Climate) -> dict[str, list[int]]:
    """Return the months there are of each variable."""
    found: dict[str, list[int]] = {}
    for name in sorted(rasters):
        variable, _, month = name.partition("-")
        found.setdefault(variable, []).append(int(month))
    return found


def put_together(parts: Sequence[Climate]) -> dict[str, RasterGrid]:
    """Lay rasters on one grid over all of them; of two values of one month in one place the later part's counts.

    Finer cells than `FINEST_DEG` are averaged.
    """
    from affine import Affine
    from rasterio.warp import Resampling, reproject

    grids = [grid for part in parts for grid in part.values()]
    cell = max(FINEST_DEG, min(each.cell_deg for each in grids))
    frame = GridFrame.over(_bounds(grids), cell)
    made: dict[str, RasterGrid] = {}
    for part in parts:
        for name, grid in part.items():
            values = np.full((frame.rows, frame.columns), np.nan, dtype=np.float32)
            how = Resampling.average if grid.cell_deg < 0.99 * cell else Resampling.nearest
            reproject(
                grid.values, values, src_transform=Affine(*grid.transform), dst_transform=Affine(*frame.transform),
                src_crs=CRS_WGS84, dst_crs=CRS_WGS84, src_nodata=np.nan, dst_nodata=np.nan, resampling=how,
            )  # fmt: skip
            before = made.get(name)
            words = grid.description
            if before is not None:
                kept = np.isnan(values) & np.isfinite(before.values)
                values = np.where(kept, before.values, values)
                words = both(before.description, words) if kept.any() else words
            made[name] = RasterGrid(values, frame.left, frame.top, cell, name, grid.unit, words)
    return made


def both(*titles: str) -> str:
    """Join names of sources, each said once."""
    return ", ".join(dict.fromkeys(one for title in titles for one in title.split(", ") if one))


def uncrossed(rasters: Climate) -> tuple[dict[str, RasterGrid], int]:
    """Leave out the cells whose night is not colder than its day, and count them.

    Raises
    ------
    BadInput
        If they are more than `MOST_CROSSED` of a month's cells.
    """
    made, count, faults = dict(rasters), 0, []
    for month in range(1, 13):
        names = f"tmax-{month:02d}", f"tmin-{month:02d}"
        if not all(name in rasters for name in names):
            continue
        high, low = (rasters[name].values for name in names)
        crossed = low >= high
        if crossed.sum() > MOST_CROSSED * max(1, np.isfinite(low + high).sum()):
            faults.append(f"climate: month {month}: tmin is not below tmax in {int(crossed.sum())} cells")
        if crossed.any():
            count += int(crossed.sum())
            for name in names:
                values = np.where(crossed, np.nan, rasters[name].values).astype(np.float32)
                made[name] = replace(rasters[name], values=values)
    if faults:
        raise BadInput([*faults, "the files do not fit one another: are the two mixed up?"])
    return made, count


def read_climate(path: Path) -> dict[str, RasterGrid]:
    """Read what `api.usecases.region_rasters.write_climate` wrote.

    Raises
    ------
    BadInput
        If it is another file, or a damaged one.
    """
    import rasterio

    try:
        with rasterio.open(path) as source:
            if 4 * source.width * source.height * source.count > MOST_BYTES:
                raise BadInput(f"{path.name} is larger than the climate of a region can be")
            if not set(source.descriptions) <= _names() or source.crs != CRS_WGS84:
                raise BadInput(f"{path.name} is no climate of a region")
            cell = source.transform.a
            made = {}
            for band, name in enumerate(source.descriptions, start=1):
                values: NDArray[np.float32] = source.read(band).astype(np.float32)
                words = source.tags(band).get("source", "")[:300]
                unit = UNITS[name.partition("-")[0]]
                left, top = source.transform.c, source.transform.f
                made[name] = RasterGrid(values, left, top, cell, name, unit, words)
    except rasterio.errors.RasterioError as error:
        raise BadInput(f"{path.name} cannot be read as a raster: {str(error).splitlines()[0][:160]}") from None
    return made


def _names() -> set[str]:
    return {f"{variable}-{month:02d}" for variable in UNITS for month in range(1, 13)}


def _bounds(grids: Iterable[RasterGrid]) -> tuple[float, float, float, float]:
    edges = np.array(
        [
            (
                each.left,
                each.top - each.cell_deg * each.values.shape[0],
                each.left + each.cell_deg * each.values.shape[1],
                each.top,
            )
            for each in grids
        ]
    )
    left, bottom = edges[:, :2].min(axis=0)
    right, top = edges[:, 2:].max(axis=0)
    return float(left), float(bottom), float(right), float(top)
