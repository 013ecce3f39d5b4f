"""A drift result as a probability map."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from data.drift_result import read_drift
from data.errors import BadInput
from data.units import KM_PER_DEG
from maps.geotiff import write_geotiff
from risk.drift_map import area_km2, probability_map


def drift_map(path: Path, at: datetime | None, cell_km: float, out: Path | None) -> dict[str, Any]:
    """Read a drift result, map it at an instant, write the map if asked and describe it.

    Parameters
    ----------
    at : datetime or None
        Aware; None for the last instant of the file.
    cell_km : float
    out : Path or None
        GeoTIFF to write.

    Raises
    ------
    BadInput
        If the file is no drift result or does not reach the instant.
    """
    result = read_drift(path)
    first, last = (float(result.times_s[end]) for end in (0, -1))
    instant = last if at is None else at.timestamp()
    if not first - 1 <= instant <= last + 1:
        span = " to ".join(datetime.fromtimestamp(end, UTC).isoformat() for end in (first, last))
        raise BadInput(f"{path.name} holds {span}; asked for {datetime.fromtimestamp(instant, UTC).isoformat()}")
    lonlat, drifting = result.at(instant)
    if len(lonlat) == 0:
        raise BadInput(f"{path.name}: nothing was released by {datetime.fromtimestamp(instant, UTC).isoformat()}")
    grid = probability_map(lonlat, cell_km / KM_PER_DEG)
    moment = datetime.fromtimestamp(instant, UTC).isoformat()
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_geotiff(grid, out, {"time": moment, "source": path.name})
    row, column = np.unravel_index(int(np.nanargmax(grid.values)), grid.values.shape)
    return {
        "time": moment,
        "particles": len(lonlat),
        "still_drifting": float(drifting.mean()),
        "mean": [float(value) for value in lonlat.mean(axis=0)],
        "likeliest_cell": [
            grid.left + (float(column) + 0.5) * grid.cell_deg,
            grid.top - (float(row) + 0.5) * grid.cell_deg,
        ],
        "likeliest_cell_probability": float(np.nanmax(grid.values)),
        "area_km2": {f"{share:.0%}": area_km2(grid, share) for share in (0.5, 0.9)},
        "files": [str(out)] if out is not None else [],
    }
