"""Rasters of the days last asked about, as files that end with the program."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path
from threading import Lock

from api.context import RegionContext
from api.shelf import as_array, as_bytes
from api.usecases.raster import write_rasters

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
        """Take the rasters of a day from the shelf of the region; make them and put them there where they are not."""
        shelf, name = self.context.shelf, f"rasters-{on.isoformat()}"
        kept = None if shelf is None else shelf.read(name)
        if kept is None:
            paths = write_rasters(self.context, on, folder, CELL_DEG)
            if shelf and shelf.write(name, {path.stem: as_array(path.read_bytes()) for path in paths}):
                shelf.forget_days("rasters-")
            return paths
        folder.mkdir(parents=True, exist_ok=True)
        for layer, content in kept.items():
            (folder / f"{layer}.tif").write_bytes(as_bytes(content))
        return [folder / f"{layer}.tif" for layer in kept]
