"""Prepared collections on the shelf: what plain requests need, as bytes and arrays, read back without pandas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from api.collections import Collection
from api.prepared import Prepared
from api.shelf import Arrays, as_array, as_bytes


class _Records(Sequence[dict[str, Any]]):
    """Properties of features, read from their bytes when first asked for."""

    def __init__(self, features: tuple[bytes, ...]) -> None:
        self._features = features

    @cached_property
    def _all(self) -> list[dict[str, Any]]:
        return [orjson.loads(feature)["properties"] for feature in self._features]

    def __len__(self) -> int:
        return len(self._features)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._all)

    @overload
    def __getitem__(self, row: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, row: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, row: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self._all[row]


def arrays_of(prepared: Prepared) -> Arrays:
    """Return what is kept of a collection."""
    told = {"ids": prepared.ids, "columns": prepared.columns, "types": prepared.types, "of": prepared.data_version}
    arrays: Arrays = {
        "told": as_array(orjson.dumps(told)),
        "edges": prepared.edges,
        **_joined("features", prepared.features),
        **_joined("shapes", tuple(shapely.to_wkb(prepared.geometries))),
    }
    if prepared.spans is not None:
        arrays |= {"starts": prepared.spans[0], "ends": prepared.spans[1]}
    return arrays


def prepared_from(collection: Collection, arrays: Arrays) -> Prepared:
    """Return the collection of what was kept of it."""
    told = orjson.loads(as_bytes(arrays["told"]))
    features = _parted("features", arrays)
    shapes = shapely.from_wkb(np.array(_parted("shapes", arrays), dtype=object))
    found = Prepared(collection, tuple(told["ids"]), shapes, tuple(told["columns"]), _Records(features), told["of"])
    spans = (arrays["starts"], arrays["ends"]) if "starts" in arrays else None
    found.__dict__ |= {"features": features, "edges": arrays["edges"], "types": told["types"], "spans": spans}
    return found


def _joined(name: str, parts: tuple[bytes, ...]) -> dict[str, NDArray[Any]]:
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return {name: as_array(b"".join(parts)), f"{name}_ends": ends}


def _parted(name: str, arrays: Arrays) -> tuple[bytes, ...]:
    content, ends = as_bytes(arrays[name]), arrays[f"{name}_ends"].tolist()
    return tuple(content[start:end] for start, end in zip([0, *ends], ends, strict=False))
