"""What every table of the region pack must look like, checked all at once.

`check` reads text cells, coerces them by the schema of `data.schemas` and returns every fault
with its file line, so that a person mends a file in one pass.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from data.schemas import OPTIONAL, REFERENCES, SCHEMAS
from data.shapes import ring_fault, vertices
from data.units import REGION_BBOX


def check(table: str, cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Coerce a table of text cells and list every fault.

    Parameters
    ----------
    table : str
        A key of `SCHEMAS`.
    cells : DataFrame
        Text cells as read from the file, one row a record, index 0..n-1; an empty cell is "".

    Returns
    -------
    frame : DataFrame
        The coerced table (only to be used when there is no fault).
    faults : list of str
        One line a fault: table, line in the file (the header is line 1), column, value, what is asked for.
    """
    schema = SCHEMAS[table]
    cells = cells.assign(**{name: "" for name in OPTIONAL.get(table, ()) if name not in cells.columns})
    missing = [name for name in schema.columns if name not in cells.columns]
    extra = [name for name in cells.columns if name not in schema.columns]
    if missing or extra:
        return cells, [f"{table}: column '{name}' is missing" for name in missing] + [
            f"{table}: column '{name}' is not known" for name in extra
        ]
    nullable = [name for name, column in schema.columns.items() if column.nullable]
    numeric = [name for name, column in schema.columns.items() if str(column.dtype) == "float64"]
    frame = cells.copy()
    frame[nullable] = frame[nullable].replace("", None)
    faults = [] if len(cells) else [f"{table}: the table has no row"]
    for name in numeric:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        bad = numbers.isna() & frame[name].notna()
        faults += [
            f"{table} line {row + 2}: {name} '{cells.at[row, name]}' is not a number" for row in frame.index[bad]
        ]
        frame[name] = numbers.where(~bad, schema.columns[name].checks[0].statistics["min_value"])
    try:
        return schema.validate(frame, lazy=True), faults
    except pa.errors.SchemaErrors as errors:
        return frame, faults + _lines(table, errors.failure_cases)


def _lines(table: str, cases: pd.DataFrame) -> list[str]:
    """Turn pandera's failure cases into one line each."""
    lines = []
    for case in cases.itertuples():
        where = f" line {int(case.index) + 2}" if pd.notna(case.index) else ""
        asked = "appears more than once" if "unique" in str(case.check) else str(case.check)
        lines.append(f"{table}{where}: {case.column} '{case.failure_case}' {asked}")
    # an empty cell breaks every rule of its column; one line says so
    first = {line.split("' ")[0]: line for line in reversed(lines)}
    return [line for line in dict.fromkeys(lines) if first[line.split("' ")[0]] == line]


def check_meaning(tables: dict[str, pd.DataFrame]) -> list[str]:
    """List what no single column can tell: legs that go nowhere or are misnamed, curfews without an end."""
    faults = []
    if "legs" in tables:
        legs = tables["legs"]
        loops = legs.index[legs["from_id"] == legs["to_id"]]
        faults += [f"legs line {row + 2}: a leg from {legs.at[row, 'from_id']} to itself" for row in loops]
        named = legs["from_id"] + "--" + legs["to_id"]
        faults += [
            f"legs line {row + 2}: leg_id '{legs.at[row, 'leg_id']}' should be '{named[row]}'"
            for row in legs.index[named != legs["leg_id"]]
        ]
        for row, text in legs["via_lonlat"].items():
            for pair in filter(None, str(text).split(";")):
                lon, lat = (float(part) for part in pair.split())
                if not (REGION_BBOX[0] <= lon <= REGION_BBOX[2] and REGION_BBOX[1] <= lat <= REGION_BBOX[3]):
                    faults.append(f"legs line {row + 2}: via point '{pair}' lies outside the region")
    for name, key in (("water_shapes", "shape_id"), ("sand_seas", "sand_id"), ("blocked_areas", "area_id")):
        faults += _bad_shapes(name, key, tables[name]) if name in tables else []
    if {"legs", "sea_corridors"} <= set(tables):
        at_sea = tables["legs"].loc[tables["legs"]["mode"] == "sea", "corridor"]
        lacking = sorted(set(at_sea) - set(tables["sea_corridors"]["corridor"]))
        faults += [f"sea_corridors: corridor '{name}' has sea legs but no row" for name in lacking]
    if "blocked_areas" in tables:
        areas = tables["blocked_areas"]
        over = areas.index[(areas["valid_to"] != "") & (areas["valid_to"] < areas["valid_from"])]
        faults += [f"blocked_areas line {row + 2}: valid_to lies before valid_from" for row in over]
    if "bases" in tables:
        bases = tables["bases"]
        endless = bases.index[bases["curfew_end"] >= bases["curfew_start"]]
        faults += [f"bases line {row + 2}: the curfew leaves no hour to drive in" for row in endless]
    return faults


def _bad_shapes(table: str, key: str, rows: pd.DataFrame) -> list[str]:
    faults = []
    left, bottom, right, top = REGION_BBOX
    for number, row in rows.iterrows():
        points = vertices(row["lonlat"])
        out = (points < (left - 1, bottom - 1)).any() or (points > (right + 1, top + 1)).any()
        fault = "a vertex lies outside the region" if out else None
        if row.get("shape", "polygon") == "polygon":
            fault = fault or ring_fault(row["lonlat"])
        if fault:
            faults.append(f"{table} line {int(number) + 2}: {row[key]}: {fault}")
    return faults


def check_references(tables: dict[str, pd.DataFrame]) -> list[str]:
    """List every id that points at nothing, one line each."""
    faults = []
    for (table, column), (target, key) in REFERENCES.items():
        if table not in tables or target not in tables:
            continue
        frame = tables[table]
        unknown = ~frame[column].isin(tables[target][key])
        faults += [
            f"{table} line {row + 2}: {column} '{value}' is no {key} of {target}"
            for row, value in frame.loc[unknown, column].items()
        ]
    return faults
