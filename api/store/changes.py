"""Changes and what they come to.

A change names the changes it was made on top of (its parents). The changes of a record that are nobody's parents are
its heads. One head is the usual case; several were made apart from each other. What is shown of a record is a pure
function of the set of its changes, whatever the order they came in:

- a head that is not a deletion wins over one that is (a report is not lost because somebody else tidied up);
- then the later one wins, then the greater node id, then the greater change id;
- the other heads stay, as a conflict, until a change names all of them as its parents.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from api.store.tables import iso

#: What is never asked for, in what a change is the digest of.
_MARK = b"guelta change 1\n"
#: Stands for the body of a replaced version that retention has taken away; no body is empty.
ERASED = ""


@dataclass(frozen=True)
class Change:
    """One version of a record, as somebody wrote it.

    Attributes
    ----------
    node_id : str
        The store it was written in.
    seq : int
        Its number among the changes of that store, from 1.
    kind, record_id : str
    version : int
        One more than the highest of its parents; 1 for the first.
    parents : tuple of str
        Changes that it replaces, sorted; none for the first of a record.
    deleted : bool
    body : str
        Canonical JSON; that of the version deleted, for a deletion; `ERASED` where retention has taken it away.
    author : str
        Role or key id, never a name.
    at : datetime
        By the clock of its store, UTC.
    signature : str
        Of `change_id`, by the store; empty only in memory.
    """

    node_id: str
    seq: int
    kind: str
    record_id: str
    version: int
    parents: tuple[str, ...]
    deleted: bool
    body: str
    author: str
    at: datetime
    signature: str = ""

    @cached_property
    def change_id(self) -> str:
        """Digest of everything but the signature: equal changes are one change."""
        return hashlib.sha256(_MARK + canonical(self.said()).encode()).hexdigest()

    @property
    def is_erased(self) -> bool:
        """Whether what it said was taken away."""
        return self.body == ERASED

    @property
    def content(self) -> tuple[bool, str]:
        """What makes two versions different for those who read them."""
        return self.deleted, self.body

    def said(self) -> dict[str, Any]:
        """Return the change as JSON values, without its signature."""
        return {
            "node": self.node_id,
            "seq": self.seq,
            "kind": self.kind,
            "id": self.record_id,
            "version": self.version,
            "parents": list(self.parents),
            "deleted": self.deleted,
            "body": self.body,
            "author": self.author,
            "at": iso(self.at),
        }


@dataclass(frozen=True)
class Folded:
    """What the changes of one record come to.

    Attributes
    ----------
    winner : Change
    losers : tuple of Change
        Heads that say something else, strongest first: the conflict.
    same : tuple of Change
        Heads that say what the winner says, the winner included.
    """

    winner: Change
    losers: tuple[Change, ...]
    same: tuple[Change, ...]


def canonical(value: Any) -> str:
    """Return JSON in the one form that digests are taken of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def decide(heads: Iterable[Change]) -> Folded:
    """Return what the heads of one record come to; at least one is needed."""
    ranked = sorted(heads, key=_strength, reverse=True)
    winner = ranked[0]
    same = tuple(each for each in ranked if each.content == winner.content)
    return Folded(winner, tuple(each for each in ranked if each.content != winner.content), same)


def fold(changes: Iterable[Change]) -> dict[tuple[str, str], Folded]:
    """Return what a set of changes comes to, by kind and id of the record."""
    records: dict[tuple[str, str], dict[str, Change]] = defaultdict(dict)
    for change in changes:
        records[change.kind, change.record_id][change.change_id] = change
    folded = {}
    for name, own in records.items():
        replaced = {parent for change in own.values() for parent in change.parents}
        folded[name] = decide(change for key, change in own.items() if key not in replaced)
    return folded


def _strength(change: Change) -> tuple[bool, datetime, str, str]:
    return not change.deleted, change.at, change.node_id, change.change_id
