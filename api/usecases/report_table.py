"""Patrols' returns from a table: one row for each group met, or one for a patrol that met nobody; all rows or none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from api.context import RegionContext
from api.store.patrol_kinds import PatrolReport
from api.store.store import Store, Stored
from api.usecases.patrol_reports import KIND, read_report, report_id_of, told_before
from data.errors import BadInput

PATROL = (
    "report_id", "plan_id", "asset_id", "left_at", "back_at", "km", "hours", "corridor", "segments", "remark"
)  # fmt: skip
GROUP = ("at", "segment", "adults", "children", "dead", "need", "case_id", "handed_to")
_NUMBERS = frozenset({"km", "hours", "adults", "children", "dead"})
MOST_ROWS, MOST_FAULTS = 20_000, 100


def import_reports(context: RegionContext, store: Store, content: bytes, author: str) -> tuple[Stored, ...]:
    """Write every patrol of a table, or none.

    Parameters
    ----------
    content : bytes
        CSV in UTF-8 (with or without mark), comma or semicolon; columns `PATROL` and `GROUP` in any order, those not
        needed may be missing, rows of HXL tags are passed over. Rows that begin with the same asset and `left_at`
        are one patrol; its other columns stand in the first of them, or are repeated.
    author : str

    Raises
    ------
    BadInput
        With every fault and its line; nothing is written.
    Taken
        If a report of that id says something else; nothing is written.
    """
    patrols, faults = _patrols(_rows(content))
    reports: dict[str, PatrolReport] = {}
    for line, body in patrols:
        name = body.pop("report_id", None)
        try:
            report, _ = read_report(context, body)
        except BadInput as error:
            faults += [f"line {line}: {fault.removeprefix('patrol_report: ')}" for fault in error.faults]
            continue
        name = name or report_id_of(report)
        if name in reports:
            faults.append(f"line {line}: report {name} stands twice")
        faults += [f"line {line}: {fault}" for fault in told_before(store, name, report)]
        faults += [
            f"line {line}: {report.asset_id} is out in the hours of report {other}"
            for other, each in reports.items()
            if each.asset_id == report.asset_id and each.left_at < report.back_at and report.left_at < each.back_at
        ]
        reports[name] = report
    if faults:
        raise BadInput(faults[:MOST_FAULTS])
    if not reports:
        raise BadInput("the table holds no patrol")
    with store.writing() as writer:
        return tuple(
            writer.put(KIND, name, each.model_dump(mode="json", exclude_none=True), author)
            for name, each in reports.items()
        )


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("the table is not UTF-8 text") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        heads = [each.strip() for each in next(reader, [])]
        faults = [f"column '{each[:40]}' is not known" for each in heads if each not in (*PATROL, *GROUP)]
        faults += [
            f"column '{each}' stands twice" for each in sorted({each for each in heads if heads.count(each) > 1})
        ]
        faults += [f"column '{each}' is missing" for each in ("asset_id", "left_at", "back_at") if each not in heads]
        if faults:
            raise BadInput(faults)
        for cells in reader:
            values = [each.strip() for each in cells]
            if reader.line_num > MOST_ROWS:
                raise BadInput(f"more than {MOST_ROWS} rows; import them in parts")
            if any(values) and not all(each.startswith("#") for each in values if each):
                if len(values) > len(heads):
                    raise BadInput(f"line {reader.line_num}: {len(values)} cells for {len(heads)} columns")
                yield reader.line_num, {name: value for name, value in zip(heads, values, strict=False) if value}
    except csv.Error as error:
        raise BadInput(f"line {reader.line_num}: is no row of a table ({error})") from None


def _patrols(rows: Iterator[tuple[int, dict[str, str]]]) -> tuple[list[tuple[int, dict[str, Any]]], list[str]]:
    """Gather the rows of each patrol, by line of its first row."""
    found: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    faults: list[str] = []
    for line, row in rows:
        patrol: dict[str, Any] = {name: _value(name, row[name], line, faults) for name in PATROL if name in row}
        group = {name: _value(name, row[name], line, faults) for name in GROUP if name in row}
        key = (row.get("asset_id", ""), row.get("left_at", ""))
        if key not in found:
            found[key] = (line, patrol | {"groups": []})
        else:
            first = found[key][1]
            faults += [
                f"line {line}: {name} '{row[name][:40]}' is not that of line {found[key][0]}"
                for name, value in patrol.items()
                if first.get(name) != value
            ]
        if group:
            found[key][1]["groups"].append(group)
    return list(found.values()), faults


def _value(name: str, text: str, line: int, faults: list[str]) -> Any:
    if name == "segments":
        return text.split()
    if name not in _NUMBERS:
        return text
    try:
        return float(text) if name in ("km", "hours") else int(text)
    except ValueError:
        faults.append(f"line {line}: {name} '{text[:40]}' is no number")
        return 0
