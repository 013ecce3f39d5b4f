"""Backups: everything a store holds in one file, but for the key it signs with; and back, into either database.

A restored store signs with a new key, so that two stores never number their changes alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from api.store.change_line import line_of, read_erased, read_line
from api.store.identity import node_id_of, signed_change
from api.store.line_file import LineFile, open_lines, write_lines
from api.store.nodes import add_own_node
from api.store.records import add_change, change_of, lock, refold
from api.store.store import Store
from api.store.tables import Moment, api_key, audit, change, from_iso, idempotency, iso, job, link, node, record
from data.errors import BadInput, NoAnswer

FORM = "guelta backup 1"
#: Tables that are written row by row, after the nodes and the changes they speak of.
_ROWS: tuple[Table, ...] = (idempotency, audit, api_key, job)
_PYTHON: dict[type, tuple[type, ...]] = {float: (int, float), datetime: (str,)}


@dataclass(frozen=True)
class Restored:
    """How much came back."""

    changes: int
    records: int
    rows: int


def backup(store: Store, path: Path) -> int:
    """Write everything into a new file and return how many lines it has; others may be writing meanwhile."""
    with store.database.reading() as connection:
        header = {"format": FORM, "at": iso(store.clock())}
        return write_lines(path, header, _lines(connection))


def restore(store: Store, path: Path, replace: bool = False) -> Restored:
    """Put a backup into a store, all of it or, if anything is wrong, nothing.

    Parameters
    ----------
    store : Store
    path : Path
    replace : bool
        Whether what the store holds may be thrown away.

    Raises
    ------
    NoAnswer
        If the store holds anything and `replace` is not said.
    BadInput
        In one line, if the file is damaged or was changed.
    """
    with open_lines(path, FORM) as file, store.database.writing() as connection:
        lock(connection)
        held = sum(connection.scalar(select(func.count()).select_from(each)) or 0 for each in (change, *_ROWS))
        if held and not replace:
            raise NoAnswer(f"the store holds {held} changes, entries, keys and jobs; --replace throws them away")
        for table in (*reversed(_ROWS), record, link, change, node):
            connection.execute(delete(table))
        keys: dict[str, str] = {}
        touched: dict[tuple[str, str], None] = {}
        count = rows = 0
        for line in file:
            if line.get("table") == "node":
                _node(connection, file, line, keys)
            elif line.get("table") in ("change", "erased"):
                touched[_change(connection, file, line, keys)] = None
                count += 1
            else:
                _row(connection, file, line)
                rows += 1
        refold(connection, touched)
        add_own_node(connection, store.clock())
    return Restored(count, len(touched), rows)


def _lines(connection: Connection) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select(node).order_by(node.c.node_id)).mappings():
        # The store itself is trusted by what is restored from it.
        known = {name: row[name] for name in ("node_id", "public_key", "label", "trusted")}
        yield {"table": "node", **known, "added_at": iso(row["added_at"])}
    streaming = connection.execution_options(yield_per=1000)
    for row in streaming.execute(select(change).order_by(change.c.position)).mappings():
        one, received_at = change_of(row), iso(row["received_at"])
        if one.is_erased:
            # that it was here, so that a copy of it from elsewhere stays away
            said = line_of(one) | {"change_id": one.change_id}
            yield {"table": "erased", "change": said, "received_at": received_at}
        else:
            yield {"table": "change", "change": line_of(one), "received_at": received_at}
    for table in _ROWS:
        for row in streaming.execute(select(table).order_by(*table.primary_key.columns)).mappings():
            values = {name: iso(value) if isinstance(value, datetime) else value for name, value in row.items()}
            yield {"table": table.name, **values}


def _node(connection: Connection, file: LineFile, line: dict[str, Any], keys: dict[str, str]) -> None:
    values = _values(file, node, line, {"private_key", "last_seq"})
    try:
        if node_id_of(values["public_key"]) != values["node_id"]:
            raise ValueError
    except ValueError:
        raise file.fault("the id of a store is not that of its key") from None
    connection.execute(insert(node).values(**values, last_seq=0))
    keys[values["node_id"]] = values["public_key"]


def _change(connection: Connection, file: LineFile, line: dict[str, Any], keys: dict[str, str]) -> tuple[str, str]:
    said, received = line.get("change"), line.get("received_at")
    try:
        values = said if isinstance(said, dict) else {}
        one = read_erased(values) if line["table"] == "erased" else read_line(values)
        received_at = from_iso(str(received))
    except BadInput as error:
        raise file.fault(error.faults[0]) from None
    except ValueError:
        raise file.fault("received_at is no instant") from None
    if not signed_change(keys.get(one.node_id, ""), one.change_id, one.signature):
        raise file.fault(f"the change is not signed by store {one.node_id[:8]}: it was tampered with")
    if not add_change(connection, one, received_at):
        raise file.fault("the change is in the file twice")
    return one.kind, one.record_id


def _row(connection: Connection, file: LineFile, line: dict[str, Any]) -> None:
    table = next((each for each in _ROWS if each.name == line.get("table")), None)
    if table is None:
        raise file.fault("it is of no table of a backup")
    connection.execute(insert(table).values(**_values(file, table, line, set())))


def _values(file: LineFile, table: Table, line: dict[str, Any], without: set[str]) -> dict[str, Any]:
    """Return the columns of a row, each of its type."""
    columns = {column.name: column for column in table.c if column.name not in without}
    if set(line) - {"table"} != set(columns):
        raise file.fault(f"its fields are not those of {table.name}")
    values = {}
    for name, column in columns.items():
        value, moment = line[name], isinstance(column.type, Moment)
        python = datetime if moment else column.type.python_type
        fits = isinstance(value, _PYTHON.get(python, (python,))) and not (python is int and isinstance(value, bool))
        if (python is int and fits and abs(value) >= 2**63) or (isinstance(value, str) and not _sound(value)):
            fits = False
        if not (fits or (value is None and column.nullable)):
            raise file.fault(f"{name} is no {python.__name__}")
        try:
            values[name] = from_iso(value) if moment and value is not None else value
        except ValueError:
            raise file.fault(f"{name} is no instant") from None
    return values


def _sound(text: str) -> bool:
    """Say whether both databases can keep a text."""
    return "\0" not in text and text.encode("utf-8", "replace").decode() == text
