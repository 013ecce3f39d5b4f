"""Any GeoPackage, GeoJSON, shapefile or CSV, with a mapping file that says what its columns are.

The mapping is JSON: `{"gives": "water", "columns": {"lon": "X", "lat": "Y", "name": "NOM", "kind": "TYPE"},
"values": {"kind": {"Puits": "well"}}, "set": {"reliability": "unknown"}, "crs": "EPSG:32632", "layer": "puits"}`.
`columns` name the file's column of each of ours, `values` turn its words into ours, `set` gives what no column has,
`crs` is for tables whose positions are not degrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import BadInput
from data.source import WORLD_BBOX, DataSource, Reading
from data.source_found import COLUMNS, MOST_FEATURES, Finding, Found, lines_of, table_of
from data.table_file import chunks
from data.vector_file import read_vector, single_lines

_KINDS = ("roads", "water", "places", "areas")
_KEYS = ("gives", "columns", "values", "set", "crs", "layer")


def _words() -> dict[tuple[str, str], tuple[tuple[str, ...], str]]:
    """Return what each column may hold, and what stands in it where nothing is said."""
    from data.schemas import LEG_MODES, PLACE_KINDS, WATER_KINDS, WATER_RELIABILITIES

    return {
        ("water", "kind"): (WATER_KINDS, "well"),
        ("water", "reliability"): (WATER_RELIABILITIES, "unknown"),
        ("places", "kind"): (PLACE_KINDS, "town"),
        ("roads", "mode"): (LEG_MODES, "track"),
    }


def _read(path: Path, reading: Reading) -> Found:
    mapping = _checked(reading.mapping)
    found = Found()
    kind = str(mapping["gives"])
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        table = _table(path, mapping)
        lines = None
    else:
        frame = read_vector(path, reading, found, layer=mapping.get("layer"))
        table, lines = pd.DataFrame(frame.drop(columns="geometry")), frame.geometry
    missing = [name for name in mapping["columns"].values() if name not in table.columns]
    if missing:
        raise BadInput([f"{path.name}: no column '{name}', which the mapping names" for name in missing])
    if kind == "roads" and lines is None:
        raise BadInput(f"{path.name}: a table has no lines; roads come as GeoPackage, GeoJSON or shapefile")
    found.tables[kind] = _made(kind, table, lines, mapping, found)
    return found


def _checked(mapping: Mapping[str, Any] | None) -> dict[str, Any]:
    if mapping is None:
        raise BadInput("the source 'mapped' needs a mapping file: --mapping FILE")
    faults = [f"mapping: '{key}' is not known; there are {', '.join(_KEYS)}" for key in mapping if key not in _KEYS]
    if mapping.get("gives") not in _KINDS:
        faults.append(f"mapping: 'gives' must be one of {', '.join(_KINDS)}")
        raise BadInput(faults)
    kind = mapping["gives"]
    columns, given, values = (mapping.get(name, {}) for name in ("columns", "set", "values"))
    if not all(isinstance(each, dict) for each in (columns, given, values)):
        raise BadInput("mapping: 'columns', 'set' and 'values' are objects")
    faults += [f"mapping: '{name}' names a column, by its text" for name, each in columns.items() if not _is_text(each)]
    faults += [f"mapping: '{name}' of values is an object" for name, each in values.items() if not _is_words(each)]
    faults += [f"mapping: '{name}' of set is one text or number" for name, each in given.items() if not _is_one(each)]
    known = [name for name in COLUMNS[kind] if name not in ("row", "geometry")]
    faults += [
        f"mapping: '{name}' is no column of {kind}; there are {', '.join(known)}"
        for name in {**columns, **given, **values}
        if name not in known
    ]
    if faults:
        raise BadInput(faults)
    return {**mapping, "columns": columns, "set": given, "values": values}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_one(value: object) -> bool:
    return isinstance(value, str | int | float)


def _is_words(value: object) -> bool:
    return isinstance(value, dict) and all(_is_one(each) for each in value.values())


def _table(path: Path, mapping: dict[str, Any]) -> pd.DataFrame:
    pieces, count = [], 0
    for piece in chunks(path, sep="\t" if path.suffix.lower() == ".tsv" else ","):
        count += len(piece)
        if count > MOST_FEATURES:
            raise BadInput(f"{path.name}: more than {MOST_FEATURES} rows; give a smaller part")
        pieces.append(piece)
    if not count:
        raise BadInput(f"{path.name}: the table has no row")
    return pd.concat(pieces, ignore_index=True)


def _made(kind: str, table: pd.DataFrame, lines: Any, mapping: dict[str, Any], found: Found) -> Any:
    records: dict[str, Any] = {"row": [f"line {number + 2}" for number in range(len(table))]}
    for name, column in mapping["columns"].items():
        cells = table[column].map(lambda cell: "" if cell is None or cell != cell else str(cell).strip())
        turned = mapping["values"].get(name, {})
        records[name] = cells.map(lambda cell, turned=turned: turned.get(cell, cell))
    frame = pd.DataFrame(records)
    for name, value in mapping["set"].items():
        frame[name] = value
    if "key" not in frame:
        frame["key"] = [str(number) for number in range(len(frame))]
    if kind != "roads":
        _place(frame, lines, mapping)
    for (of, name), (allowed, usual) in _words().items():
        if of == kind:
            frame[name] = frame[name].where(frame[name] != "", usual) if name in frame else usual
            for at in frame.index[~frame[name].isin(allowed)]:
                words = f"{kind} {frame.at[at, 'row']}: {name} '{frame.at[at, name]}' is none of {', '.join(allowed)}"
                found.findings.append(Finding("value", words, (kind, str(frame.at[at, "row"]))))
    if "precision_km" in frame:
        frame["precision_km"] = pd.to_numeric(frame["precision_km"], errors="coerce").fillna(1.0)
    if kind != "roads":
        return table_of(kind, frame.to_dict("records"), precision_km=1.0)
    rows = []
    for record, shape in zip(frame.to_dict("records"), lines, strict=True):
        for part, line in enumerate(single_lines(shape)):
            rows.append(record | {"key": f"{record['key']}_{part}", "geometry": line})
    if not rows:
        raise BadInput("the file has no line: 'gives' says roads")
    return lines_of("roads", rows, precision_km=1.0)


def _place(frame: pd.DataFrame, shapes: Any, mapping: dict[str, Any]) -> None:
    """Put longitude and latitude into a table, from shapes, or from columns in the projection named."""
    if shapes is not None:
        middles = shapes.representative_point()
        frame["lon"], frame["lat"] = middles.x.to_numpy(), middles.y.to_numpy()
        return
    if not {"lon", "lat"} <= set(frame.columns):
        if mapping["gives"] == "areas":
            return
        raise BadInput("mapping: 'columns' name neither lon and lat, nor is the file one with shapes")
    for axis in ("lon", "lat"):
        frame[axis] = pd.to_numeric(frame[axis], errors="coerce")
    if crs := mapping.get("crs"):
        from pyproj import Transformer
        from pyproj.exceptions import CRSError

        try:
            turn = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        except CRSError:
            raise BadInput(f"mapping: crs '{crs}' is not known; write it as EPSG:32632") from None
        frame["lon"], frame["lat"] = turn.transform(frame["lon"].to_numpy(float), frame["lat"].to_numpy(float))


SOURCE = DataSource(
    name="mapped",
    title="GeoPackage, GeoJSON, shapefile or CSV with a mapping file",
    gives=("roads", "water", "places", "areas"),
    variables=(),
    bbox=WORLD_BBOX,
    since="",
    until="",
    licence="the contributor's",
    citation="own data",
    home="docs/sources.md",
    patterns=("*.gpkg", "*.geojson"),
    read=_read,
    by_hand="it is a file of your own; the mapping is described in docs/sources.md",
    confidence=0.6,
)
