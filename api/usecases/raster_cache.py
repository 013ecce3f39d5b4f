"""Rasters of the days last asked about, as files that end with the program."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from threading import Lock

from api.context import RegionContext
from api.prepared_region import PreparedRegion, open_prepared
from api.shelf import as_array, as_bytes

_LOG = logging.getLogger("guelta.rasters")
_TOP = Path(__file__).parents[2]
#: Side of a cell, degrees; the rasters of a day take some 2 MB.
CELL_DEG = 0.1
_DAYS_KEPT = 4


class RasterCache:
    """Cloud-optimised GeoTIFFs of layers and risk, a folder a day, the days last made kept."""

    def __init__(self, context: RegionContext) -> None:
        self.context = context
        self._lock = Lock()
        self._days: dict[date, dict[str, Path]] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def raster(self, on: date, name: str) -> Path | None:
        """Return the raster of a layer on a day, made if need be; None if nothing is known of the layer."""
        with self._lock:
            if on not in self._days:
                while len(self._days) >= _DAYS_KEPT:
                    oldest = next(iter(self._days))
                    for path in list(self._days.pop(oldest).values())[:1]:
                        shutil.rmtree(path.parent)
                self._folder = self._folder or tempfile.TemporaryDirectory(prefix="guelta-tiles-")
                paths = self._rasters(on, Path(self._folder.name) / on.isoformat())
                self._days[on] = {path.stem: path for path in paths}
            return self._days[on].get(name)

    def _rasters(self, on: date, folder: Path) -> list[Path]:
        """Take the rasters of a day from the shelf of the region; where they are not, have them made and put there."""
        shelf, name = self.context.shelf, shelf_name(on)
        kept = None if shelf is None else shelf.read(name)
        if kept is None and isinstance(self.context, PreparedRegion):
            _make_apart(self.context.folder, on)
            kept = self.context.shelf.read(name)
        if kept is None:
            from api.usecases.raster import write_rasters  # nothing is kept on this machine: here, then

            return write_rasters(self.context, on, folder, CELL_DEG)
        folder.mkdir(parents=True, exist_ok=True)
        for layer, content in kept.items():
            (folder / f"{layer}.tif").write_bytes(as_bytes(content))
        return [folder / f"{layer}.tif" for layer in kept]


def shelf_name(on: date) -> str:
    """Return the name under which the rasters of a day are kept."""
    return f"rasters-{on.isoformat()}"


def _make_apart(region: Path, on: date) -> None:
    """Make the rasters of a day in a process of their own: what they take is not left to a worker that lives long."""
    command = [sys.executable, "-m", "api.usecases.raster_cache", str(region), on.isoformat()]
    done = subprocess.run(command, cwd=_TOP, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        _LOG.warning("the rasters of %s could not be made apart: %s", on, done.stderr.strip()[-500:])


def _make(region: Path, on: date) -> None:
    from api.usecases.raster import write_rasters

    context = open_prepared(region)
    with tempfile.TemporaryDirectory(prefix="guelta-rasters-") as folder:
        paths = write_rasters(context, on, Path(folder), CELL_DEG)
        made = {path.stem: as_array(path.read_bytes()) for path in paths}
    if context.shelf and context.shelf.write(shelf_name(on), made):
        context.shelf.forget_days("rasters-")


if __name__ == "__main__":
    _make(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
