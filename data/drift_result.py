"""Results of OpenDrift: positions of drifting particles in a NetCDF file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DriftResult:
    """Particles over time.

    Attributes
    ----------
    times_s : array, shape (t,)
        Seconds since 1970-01-01T00Z, ascending.
    lon, lat : array of float32, shape (particles, t)
        Degrees; NaN before a particle's release and after its end (stranded, or out of the forcing).
    """

    times_s: Array
    lon: NDArray[np.float32]
    lat: NDArray[np.float32]

    def at(self, instant_s: float) -> tuple[Array, NDArray[np.bool_]]:
        """Return the positions of the particles released by an instant, shape (n, 2), and which of them still drift.

        A particle that has ended stays where it was last seen: what has stranded has to be searched for there.
        """
        column = int(np.searchsorted(self.times_s, instant_s + 0.5, side="right")) - 1
        known = np.isfinite(self.lon[:, : column + 1])
        released = known.any(axis=1)
        last = column - np.argmax(known[:, ::-1], axis=1)
        rows = np.flatnonzero(released)
        lonlat = np.column_stack([self.lon[rows, last[rows]], self.lat[rows, last[rows]]]).astype(float)
        return lonlat, known[rows, column]


def read_drift(path: Path) -> DriftResult:
    """Read a result file of OpenDrift (versions 1.10 to 1.14 were tried) without OpenDrift.

    Fill values changed from version to version, so positions are told from fill by being positions.

    Raises
    ------
    BadInput
        If the file is no NetCDF, or has no lon and lat of trajectories over time.
    """
    import xarray

    try:
        with xarray.open_dataset(path, engine="netcdf4") as file:
            if not {"lon", "lat", "time"} <= set(file.variables) or set(file["lon"].dims) != {"trajectory", "time"}:
                raise BadInput(f"{path.name} has no lon and lat by trajectory and time: it is no result of OpenDrift")
            lon, lat = (
                np.asarray(file[name].transpose("trajectory", "time"), dtype=np.float32) for name in ("lon", "lat")
            )
            stamps = np.asarray(file["time"])
    except (OSError, ValueError, RuntimeError) as error:
        raise BadInput(f"{path.name} cannot be read as NetCDF: {error}") from None
    if not np.issubdtype(stamps.dtype, np.datetime64) or len(stamps) == 0:
        raise BadInput(f"{path.name}: the times cannot be read as dates")
    times_s = stamps.astype("datetime64[ns]").astype(np.int64) / 1e9
    order = np.argsort(times_s, kind="stable")  # a run backwards in time is written backwards
    position = np.isfinite(lon) & np.isfinite(lat) & (abs(lat) <= 90) & (abs(lon) <= 360)
    lon, lat = (np.where(position, axis, np.nan).astype(np.float32)[:, order] for axis in (lon, lat))
    if not position.any():
        raise BadInput(f"{path.name} holds no position")
    return DriftResult(times_s[order], lon, lat)
