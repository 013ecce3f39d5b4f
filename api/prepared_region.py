"""A region opened from what was prepared of it: checked tables, network, collections and the risk of days.

Nothing is read before it is asked for, so that a service is ready, and answers features, without the libraries that
tables and models need.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, cast

import orjson

from api.context import RegionContext, open_region, read_climates, read_heights
from api.region_choice import chosen_region
from api.shelf import Arrays, Shelf, as_array, as_bytes, digest_of, root_of

if TYPE_CHECKING:
    import pandas as pd

    from data.grid import RasterGrid
    from data.region_pack import RegionPack
    from risk.combine import SegmentRisk
    from routes.network import Network

_FACTS, _NETWORK = "facts", "network"


class PreparedRegion(RegionContext):
    """A region whose parts come from a shelf, and are computed and put there where they are not."""

    def __init__(self, folder: Path, shelf: Shelf) -> None:
        self.folder = folder
        self.shelf = shelf
        self.weather_file = None
        self._risk = {}
        self._made = {}
        self._lock = Lock()
        self._opening = RLock()
        if not self._facts:
            self._make()

    shelf: Shelf

    @cached_property
    def elevation(self) -> RasterGrid | None:  # type: ignore[override]
        """Heights that were imported with the region."""
        return read_heights(self.folder)

    @cached_property
    def climate(self) -> Mapping[str, RasterGrid]:  # type: ignore[override]
        """Climate that was imported with the region."""
        return read_climates(self.folder)

    @cached_property
    def _facts(self) -> Arrays | None:
        return self.shelf.read(_FACTS)

    def _make(self) -> None:
        """Read, check and cut the region, and keep what comes out; raises BadInput with every fault."""
        from data.region_pack import read_region
        from routes.network import build_network

        before = digest_of(self.folder)
        pack = read_region(self.folder)
        network = build_network(pack)
        self.__dict__ |= {"pack": pack, "network": network}
        if digest_of(self.folder) != before:
            return  # somebody is writing the tables: what was read may be a mixture
        tables = {name: _table(getattr(pack, name)) for name in _names(pack)}
        self.shelf.write(_FACTS, tables | {"version": as_array(pack.version.encode())})
        self.shelf.write(_NETWORK, {"legs": _geo(network.legs), "segments": _geo(network.segments)})

    @property
    def version(self) -> str:
        """Version of the facts; see `RegionPack`."""
        if self._facts and "pack" not in self.__dict__:
            return as_bytes(self._facts["version"]).decode()
        return self.pack.version

    @cached_property
    def pack(self) -> RegionPack:  # type: ignore[override]
        """The tables, as they were when they were checked."""
        from data.region_pack import RegionPack

        with self._opening:
            if (made := self.__dict__.get("pack")) is not None:
                return cast("RegionPack", made)
            assert self._facts is not None
            tables: dict[str, Any] = {
                name: _read_table(kept) for name, kept in self._facts.items() if name != "version"
            }
            return RegionPack(**tables, version=self.version)

    @cached_property
    def network(self) -> Network:  # type: ignore[override]
        """Lines, segments and graph."""
        import geopandas as gpd

        from routes.network import Network, build_network, graph_from_legs

        with self._opening:
            if (made := self.__dict__.get("network")) is not None:
                return cast("Network", made)
            kept = self.shelf.read(_NETWORK)
            if kept is None:
                network = build_network(self.pack)
                self.shelf.write(_NETWORK, {"legs": _geo(network.legs), "segments": _geo(network.segments)})
                return network
            legs, segments = (gpd.read_feather(io.BytesIO(as_bytes(kept[name]))) for name in ("legs", "segments"))
            return Network(self.pack.places, legs, segments, graph_from_legs(self.pack.places, legs))

    def _risk_of(self, on: date) -> SegmentRisk:
        from risk.combine import SegmentRisk

        name = f"risk-{on.isoformat()}"
        if (kept := self.shelf.read(name)) is not None:
            return SegmentRisk(_read_table(kept["table"]), kept["still_there"])
        found = super()._risk_of(on)
        if self.shelf.write(name, {"table": _table(found.table), "still_there": found.still_there}):
            self.shelf.forget_days("risk-")
        return found


def _names(pack: RegionPack) -> list[str]:
    return [each.name for each in fields(pack) if each.name != "version"]


def _table(frame: pd.DataFrame) -> Any:
    written = io.BytesIO()
    # an index of its own would be lost where it has the name of a column: the place of each label is kept instead
    frame.reset_index(drop=True).to_feather(written, compression="uncompressed")
    key = frame.index.name
    head = orjson.dumps({"index": key, "labels": None if key in frame.columns else _labels(frame)})
    return as_array(len(head).to_bytes(4, "big") + head + written.getvalue())


def _labels(frame: pd.DataFrame) -> list[str] | None:
    return None if frame.index.name is None else [str(each) for each in frame.index]


def _read_table(kept: Any) -> pd.DataFrame:
    import pandas as pd

    content = as_bytes(kept)
    end = 4 + int.from_bytes(content[:4], "big")
    head = orjson.loads(content[4:end])
    frame = pd.read_feather(io.BytesIO(content[end:]))
    if head["index"] is None:
        return frame
    if head["labels"] is None:
        return frame.set_index(head["index"], drop=False)
    return frame.set_index(pd.Index(head["labels"], name=head["index"]))


def _geo(frame: Any) -> Any:
    written = io.BytesIO()
    frame.to_feather(written, compression="uncompressed")
    return as_array(written.getvalue())


def open_prepared(folder: Path | None = None) -> RegionContext:
    """Open a region from what was prepared of it, preparing it the first time; as `open_region` where nothing is kept.

    Parameters
    ----------
    folder : Path, optional
        The shipped region with what was imported, where none is named; see `api.region_choice`.

    Raises
    ------
    BadInput
        With every fault of its tables.
    """
    return _open(folder or chosen_region())


@lru_cache(maxsize=2)
def _open(folder: Path) -> RegionContext:
    root = root_of()
    return open_region(folder) if root is None else PreparedRegion(folder, Shelf(root, digest_of(folder)))
