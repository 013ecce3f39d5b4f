"""IOM Displacement Tracking Matrix: people by area, and flows at monitoring points (xlsx, csv, JSON of its API).

Sheets and columns that tell nationalities, ages or sexes are not read.
"""

from __future__ import annotations

import calendar
import re
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import BadInput
from data.incident_source import fold_header
from data.json_file import read_json
from data.source import WORLD_BBOX, DataSource, Reading, Variable
from data.source_found import Found, table_of
from data.table_file import by_role, chunks, sheets

_ROLES = {
    "key": (
        *("muhallapcode", "baladiyapcode", "admin3pcode", "admin2pcode", "admin1pcode", "admin0pcode"),
        *("pcode", "locationid", "siteid", "fmpid"),
    ),
    "name": (
        *("adm4muhallaen", "adm3baladiyaareaen", "admin3name", "admin2name", "admin1name", "admin0name"),
        *("fmpname", "fmppoint", "flowmonitoringpoint", "locationname", "sitename"),
    ),
    "lat": ("latitude", "lat"),
    "lon": ("longitude", "long", "lon"),
    "people": (
        *("migrantsind", "migrantind", "numpresentidpind", "totalindividuals", "numberofindividuals", "individuals"),
        *("totalflow", "flows", "total"),
    ),
    "date": ("reportingdate", "surveydate", "date", "assessmentdate"),
}
_FLOW = ("fmpid", "fmpname", "fmppoint", "flowmonitoringpoint", "totalflow", "flows")
_NATIONAL = ("nationalit", "nationality", "countryoforigin")
_MONTHS = tuple(calendar.month_name[month].casefold() for month in range(1, 13))
#: Header of a sheet stands within its first rows.
_HEAD_ROWS = 12
_MOST_ROWS = 500_000


def _read(path: Path, reading: Reading) -> Found:
    found = Found()
    tables: list[tuple[str, pd.DataFrame]] = []
    day = ""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        for title, cells in sheets(path):
            day = day or _period(cells)
            table = _sheet(cells)
            if any(word in fold_header(title) for word in _NATIONAL):
                found.remarks.append(f"sheet '{title}' tells nationalities and was not read")
            elif table is not None:
                tables.append((title, table))
    elif path.suffix.lower() == ".json":
        document = read_json(path)
        records = document.get("result", document.get("results")) if isinstance(document, dict) else document
        if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
            raise BadInput(f"{path.name}: no list 'result', which the API of DTM answers with")
        tables.append((path.stem, pd.DataFrame(records).map(lambda cell: "" if cell is None else str(cell))))
    else:
        pieces = []
        for piece in chunks(path):
            pieces.append(piece)
            if sum(map(len, pieces)) > _MOST_ROWS:
                raise BadInput(f"{path.name}: more than {_MOST_ROWS} rows")
        tables.append((path.stem, pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()))
    rows = [row for title, table in tables for row in _areas(title, table, day)]
    if not rows:
        raise BadInput(f"{path.name}: no sheet has columns of an area and of people in it")
    if len(rows) > _MOST_ROWS:
        raise BadInput(f"{path.name}: more than {_MOST_ROWS} areas")
    if not day and not any(row["date"] for row in rows):
        found.warn("stale", f"{path.name} tells no day or period: nobody can say how old it is")
    found.tables["areas"] = table_of("areas", rows)
    return found


def _sheet(rows: list[list[str]]) -> pd.DataFrame | None:
    """Return a sheet as a table under the row that is its header, None where it has none."""
    for number, row in enumerate(rows[:_HEAD_ROWS]):
        roles = by_role(row, _ROLES)
        if {"key", "name", "people"} <= set(roles) or {"name", "lat", "lon", "people"} <= set(roles):
            body = pd.DataFrame(rows[number + 1 :], columns=range(len(row)))
            body.columns = pd.Index([name or f"column {at}" for at, name in enumerate(row)])
            body.index = body.index + number + 2
            return body.loc[:, ~body.columns.duplicated()]
    return None


def _areas(title: str, table: pd.DataFrame, day: str) -> list[dict[str, Any]]:
    roles = by_role([str(name) for name in table.columns], _ROLES)
    if not {"name", "people"} <= set(roles):
        return []
    flow = any(fold_header(name) in _FLOW for name in table.columns)
    rows = []
    for at, record in table.to_dict("index").items():
        said = {role: str(record[header]).strip() for role, header in roles.items()}
        people = pd.to_numeric(said["people"].replace(",", ""), errors="coerce")
        if pd.isna(people) or not said["name"]:
            continue
        rows.append(
            {
                "row": f"{title} row {at}",
                "key": said.get("key") or str(at),
                "name": said["name"],
                "kind": "flow" if flow else "stock",
                "lon": pd.to_numeric(said.get("lon", ""), errors="coerce"),
                "lat": pd.to_numeric(said.get("lat", ""), errors="coerce"),
                "date": _iso(said.get("date", "")) or day,
                "people": float(people),
            }
        )
    return rows


def _iso(text: str) -> str:
    day = pd.to_datetime(text, errors="coerce", format="mixed") if text else pd.NaT
    return "" if pd.isna(day) else day.strftime("%Y-%m-%d")


def _period(rows: list[list[str]]) -> str:
    """Return the first day of the last month named in a cell such as "August-September 2024", "" where none is."""
    for row in rows[:_HEAD_ROWS]:
        for cell in row:
            months = re.findall("|".join(_MONTHS), cell.casefold())
            year = re.search(r"\b20\d\d\b", cell)
            if months and year and len(cell) < 60:
                return f"{year.group()}-{_MONTHS.index(months[-1]) + 1:02d}-01"
    return ""


SOURCE = DataSource(
    name="dtm",
    title="IOM Displacement Tracking Matrix",
    gives=("areas",),
    variables=(Variable("people", "", 0, 50_000_000),),
    bbox=WORLD_BBOX,
    since="2015",
    until="",
    licence="CC BY 3.0 IGO; see each data set",
    citation="IOM Displacement Tracking Matrix, dtm.iom.int",
    home="https://dtm.iom.int/datasets",
    patterns=("*dtm*.xlsx", "*dtm*.csv", "*dtm*.json"),
    read=_read,
    by_hand="data sets are chosen on dtm.iom.int; with a key of your own in DTMAPI_SUBSCRIPTION_KEY: "
    "guelta data fetch dtm --part Niger",
    stale_days=365,
)
