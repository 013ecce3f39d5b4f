"""Exchange between stores that are apart: files of signed changes, taken in any order and as often as one likes.

What a store holds is a set of changes and import is the union of two sets, so nothing is lost and order does not
matter. Every change is signed by the store it was written in, and every file by the store that made it; both have to
be trusted here, by somebody who has compared their ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from api.store.change_line import line_of, read_line
from api.store.changes import ERASED, Change
from api.store.identity import Signer, node_id_of, signed_change, signed_file, spoken
from api.store.line_file import LineFile, open_lines, write_lines
from api.store.records import add_change, change_of, lock, refold
from api.store.store import Store
from api.store.tables import change, iso, node, record
from data.errors import BadInput

FORM = "guelta sync 1"
#: A clock that is so far ahead wins where it should not.
AHEAD = timedelta(minutes=10)


@dataclass(frozen=True)
class Imported:
    """What became of a file.

    Attributes
    ----------
    new, known : int
        Changes taken, and those that were here already.
    conflicting : int
        Records touched by the file that have versions to settle.
    remarks : tuple of str
    """

    new: int
    known: int
    conflicting: int
    remarks: tuple[str, ...]


def export_changes(store: Store, path: Path, without: Path | None = None) -> int:
    """Write the changes of a store into a new file and return how many.

    Parameters
    ----------
    store : Store
    path : Path
    without : Path, optional
        A file for or from the other store: what it holds is left out.
    """
    known = set() if without is None else _held(without)
    with store.database.reading() as connection:
        signer = Signer(connection.scalar(select(node.c.private_key).where(node.c.private_key.is_not(None))))
        nodes = dict(connection.execute(select(node.c.node_id, node.c.public_key)).all())
        header = {"format": FORM, "node": signer.node_id, "key": signer.public_key, "nodes": nodes}
        header["at"] = iso(store.clock())
        lines = (line_of(each) for each in changes_in(connection) if each.change_id not in known)
        return write_lines(path, header, lines, signer.sign_file)


def import_changes(store: Store, path: Path) -> Imported:
    """Take the changes of a file into a store: all of them or, if anything is wrong with it, none.

    Raises
    ------
    BadInput
        In one line: the file is damaged or changed, or a store that is not trusted made it or a change in it.
    """
    now = store.clock()
    with open_lines(path, FORM) as file, store.database.writing() as connection:
        lock(connection)
        trusted = _trusted(connection)
        exporter = ascii(file.header.get("node")).strip("'")
        _require_trusted(file, trusted, exporter)
        new, known, ahead = 0, 0, set()
        touched: dict[tuple[str, str], None] = {}
        for values in file:
            one = _checked(file, values, trusted)
            if add_change(connection, one, now):
                new += 1
                touched[one.kind, one.record_id] = None
            else:
                known += 1
            if one.at > now + AHEAD:
                ahead.add(one.node_id)
        if not signed_file(trusted[exporter], file.digest, file.signature):
            raise file.fault("the file is not signed by the store it names")
        refold(connection, touched)
        conflicting = sum(_conflicting(connection, *name) for name in touched)
    late = "some of its changes lie in the future, set its clock: the later one of two wins"
    return Imported(new, known, conflicting, tuple(f"store {each[:8]}: {late}" for each in sorted(ahead)))


def trust(store: Store, path: Path, wanted: str | None = None, label: str = "") -> str:
    """Trust the store that made a file, or another one named in it, and return its id.

    Parameters
    ----------
    store : Store
    path : Path
        Any file of `export_changes`, one without changes too.
    wanted : str, optional
        Beginning of the id, as told by those who have that store: nothing is trusted unless it fits. With it a store
        whose changes the file only passes on can be trusted too.
    label : str, optional
        Such as "laptop 2"; never a name.
    """
    exporter, nodes = made_by(path)
    compact = (wanted or exporter).replace(" ", "").lower()
    fitting = [each for each in nodes if each.startswith(compact)]
    if len(compact) < 8 or len(fitting) != 1:
        raise BadInput(f"{path.name}: {len(fitting)} stores in it begin with {compact[:40]!r}; give 8 digits or more")
    chosen = fitting[0]
    if len(label) > 40:
        raise BadInput("a label has at most 40 characters")
    with store.database.writing() as connection:
        lock(connection)
        values = {"trusted": True} | ({"label": label} if label else {})
        if not connection.execute(update(node).where(node.c.node_id == chosen).values(**values)).rowcount:
            row = {"node_id": chosen, "public_key": nodes[chosen], "label": label, "trusted": True}
            connection.execute(insert(node).values(added_at=store.clock(), last_seq=0, **row))
    return chosen


def made_by(path: Path) -> tuple[str, dict[str, str]]:
    """Return the store that made a file, by its signature, and the public keys of all it names."""
    with open_lines(path, FORM) as file:
        for _ in file:
            pass
        nodes = _nodes(file)
        exporter = str(file.header["node"])
        if not signed_file(nodes[exporter], file.digest, file.signature):
            raise file.fault("the file is not signed by the store it names")
    return exporter, nodes


def distrust(store: Store, wanted: str) -> str:
    """Take nothing more from a store, such as one that was lost; what is here already stays. Returns its id."""
    compact = wanted.replace(" ", "").lower()
    with store.database.writing() as connection:
        lock(connection)
        others = connection.scalars(select(node.c.node_id).where(node.c.private_key.is_(None)))
        fitting = [each for each in others if each.startswith(compact)]
        if len(compact) < 8 or len(fitting) != 1:
            raise BadInput(f"{len(fitting)} other stores begin with {compact[:40]!r}; give 8 digits or more")
        connection.execute(update(node).where(node.c.node_id == fitting[0]).values(trusted=False))
    return str(fitting[0])


def changes_in(connection: Connection, by_record: bool = False) -> Iterator[Change]:
    """Give every change in the order it came in, or those of one record after the other; a thousand at a time.

    What was erased is left out: nobody else could prove it.
    """
    order = (change.c.kind, change.c.record_id, change.c.position) if by_record else (change.c.position,)
    rows = connection.execution_options(yield_per=1000).execute(
        select(change).where(change.c.body != ERASED).order_by(*order)
    )
    for row in rows.mappings():
        yield change_of(row)


def _held(path: Path) -> set[str]:
    with open_lines(path, FORM) as file:
        held = set()
        for values in file:
            try:
                held.add(read_line(values).change_id)
            except BadInput as error:
                raise file.fault(error.faults[0]) from None
        return held


def _trusted(connection: Connection) -> dict[str, str]:
    trusted = or_(node.c.trusted.is_(True), node.c.private_key.is_not(None))
    return dict(connection.execute(select(node.c.node_id, node.c.public_key).where(trusted)).all())


def _checked(file: LineFile, values: dict[str, Any], trusted: dict[str, str]) -> Change:
    """Return the change of a line, its signature proved."""
    try:
        one = read_line(values)
    except BadInput as error:
        raise file.fault(error.faults[0]) from None
    _require_trusted(file, trusted, one.node_id)
    if not signed_change(trusted[one.node_id], one.change_id, one.signature):
        raise file.fault(f"the change is not signed by store {one.node_id[:8]}: it was tampered with")
    return one


def _require_trusted(file: LineFile, trusted: dict[str, str], node_id: str) -> None:
    if node_id not in trusted:
        how = "compare its id with those who have it, then: guelta sync trust FILE"
        raise file.fault(f"store {spoken(node_id[:32])} is not trusted here; {how}")


def _nodes(file: LineFile) -> dict[str, str]:
    """Return the public keys a file names; each id is the digest of its key."""
    nodes = file.header.get("nodes")
    if not isinstance(nodes, dict) or not 1 <= len(nodes) <= 1000 or file.header.get("node") not in nodes:
        raise file.fault("the header names no stores")
    try:
        if any(node_id_of(key) != name for name, key in nodes.items()):
            raise ValueError
    except (ValueError, TypeError, AttributeError):
        raise file.fault("an id in the header is not that of its key") from None
    return nodes


def _conflicting(connection: Connection, kind: str, record_id: str) -> int:
    query = select(func.count()).select_from(record).where(record.c.conflicting > 0)
    return int(connection.scalar(query.where(record.c.kind == kind, record.c.record_id == record_id)) or 0)


def stores_known(store: Store) -> list[dict[str, Any]]:
    """Return this store and those it has heard of, with how many changes of each are here and which are missing."""
    of = select(change.c.node_id, func.count(func.distinct(change.c.seq)), func.max(change.c.seq), func.count())
    with store.database.reading() as connection:
        counts = {row[0]: row for row in connection.execute(of.group_by(change.c.node_id))}
        rows = connection.execute(select(node).order_by(node.c.added_at, node.c.node_id)).mappings().all()
    known = []
    for row in rows:
        _, numbers, highest, changes = counts.get(row["node_id"], ("", 0, 0, 0))
        known.append(
            {
                "node_id": row["node_id"],
                "label": row["label"],
                "own": row["private_key"] is not None,
                "trusted": bool(row["trusted"]),
                "changes": changes,
                "missing": highest - numbers,
                "numbered_twice": changes - numbers,
                "added_at": _moment(row["added_at"]),
            }
        )
    return known


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds")
