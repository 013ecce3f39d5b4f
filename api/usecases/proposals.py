"""Edges that tracks of patrols propose; a person accepts or refuses each, the program never does."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from api.context import RegionContext
from api.private_files import write_one
from api.usecases.source_import import imported, locked, put
from data.data_folder import Import, read_state
from data.errors import BadInput, NoAnswer
from data.source import source_named
from data.source_found import Found, lines_of

_FORM = "guelta proposals 1"
#: How sure an edge is after one, two, three passes and more. Judgement.
PASSES = (0.5, 0.7, 0.85)


@dataclass(frozen=True)
class Proposal:
    """One proposed edge.

    Attributes
    ----------
    name : str
        As "p3".
    lonlat : list of (lon, lat)
        Degrees.
    km : float
    days : list of str
        On which it was driven, where tracks tell; one entry for each track.
    tracks : list of str
        Digests of the files, so that one counts once.
    state : str
        "open", "accepted" or "refused".
    by, reason : str
        Of the decision: a role, never a name.
    number : int or None
        Of the import it became.
    """

    name: str
    lonlat: list[list[float]]
    km: float
    days: list[str] = field(default_factory=list)
    tracks: list[str] = field(default_factory=list)
    state: str = "open"
    by: str = ""
    reason: str = ""
    number: int | None = None

    @property
    def confidence(self) -> float:
        """How sure it is that there is a way."""
        return PASSES[min(len(self.days), len(PASSES)) - 1]


def read_proposals(root: Path) -> list[Proposal]:
    """Return all proposals in the order they came; BadInput if their file is damaged."""
    path = root / "proposals.json"
    try:
        document = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    except orjson.JSONDecodeError:
        raise BadInput(f"{path} is damaged; put a copy back, or remove it to forget all proposals") from None
    if not isinstance(document, dict) or document.get("form") != _FORM:
        raise BadInput(f"{path} is of another version of this program")
    try:
        known = [Proposal(**each) for each in document["proposals"]]
    except (LookupError, TypeError):
        raise BadInput(f"{path} is damaged; put a copy back, or remove it to forget all proposals") from None
    there = {each.number for each in read_state(root).imports}
    # one whose import was undone waits for a decision again
    undone = {each.name for each in known if each.state == "accepted" and each.number not in there}
    return [replace(each, state="open", by="", number=None) if each.name in undone else each for each in known]


def propose(context: RegionContext, found: Found, digest: str, root: Path) -> list[Proposal]:
    """Add what the tracks of a file propose, and return it.

    A stretch that was proposed before counts one pass more; one that was refused is not proposed again.

    Parameters
    ----------
    context : RegionContext
        The network the tracks are held against.
    found : Found
        Of a GPX file.
    digest : str
        SHA-256 of the file: sent twice, it counts once.
    root : Path
        The folder for data.
    """
    from routes.propose import same_way, stretches_off

    with locked(root):
        known = read_proposals(root)
        touched: dict[str, Proposal] = {}
        for row in found.tables["tracks"].itertuples():
            for stretch in stretches_off(np.asarray(row.geometry.coords), context.network):
                at = next((n for n, each in enumerate(known) if same_way(np.array(each.lonlat), stretch.lonlat)), None)
                if at is None:
                    line = [list(map(float, point)) for point in stretch.lonlat]
                    known.append(Proposal(f"p{len(known) + 1}", line, round(stretch.length_m / 1000, 1)))
                    at = len(known) - 1
                if known[at].state == "open":
                    if digest not in known[at].tracks:
                        days, tracks = [*known[at].days, row.last_seen], [*known[at].tracks, digest]
                        known[at] = replace(known[at], days=days, tracks=tracks)
                    touched[known[at].name] = known[at]
        _keep(root, known)
    return list(touched.values())


def accept(context: RegionContext, root: Path, name: str, by: str) -> tuple[Proposal, Import]:
    """Make a proposed edge part of the region; `undo` of the import takes it back.

    Raises
    ------
    NoAnswer
        If nothing known is near enough to join it to.
    """
    from shapely import LineString

    from routes.match_roads import match_roads

    one = _open(root, name)
    digest = hashlib.sha256(orjson.dumps(one.lonlat)).hexdigest()
    if (there := imported(root, "gpx", digest)) is not None:
        # broken off after the import, before the decision was written
        return _decide(root, replace(one, state="accepted", by=by, number=there.number)), there
    row = {
        "row": one.name,
        "key": one.name,
        "name": "",
        "mode": "desert",
        "last_seen": max(one.days),
        "precision_km": 0.1,
    }
    roads = lines_of("roads", [row | {"geometry": LineString(one.lonlat)}]).assign(confidence=one.confidence)
    if match_roads(roads, context.network, "tried").legs.empty:
        raise NoAnswer(f"{name} is not near enough to a place or leg to be joined to it")
    made = put(Found({"roads": roads}), source_named("gpx"), f"proposal {name}", digest, root)
    return _decide(root, replace(one, state="accepted", by=by, number=made.number)), made


def refuse(root: Path, name: str, by: str, reason: str) -> Proposal:
    """Refuse a proposed edge; it is kept, so that the same track does not propose it again."""
    if not 1 <= len(reason.strip()) <= 200:
        raise BadInput("a reason has 1 to 200 characters")
    return _decide(root, replace(_open(root, name), state="refused", by=by, reason=reason.strip()))


def _open(root: Path, name: str) -> Proposal:
    known = read_proposals(root)
    one = next((each for each in known if each.name == name), None)
    if one is None:
        there = ", ".join(each.name for each in known if each.state == "open") or "none"
        raise BadInput(f"no proposal '{name}'; open ones: {there}")
    if one.state != "open":
        raise NoAnswer(f"{name} is {one.state} already, by {one.by}")
    return one


def _decide(root: Path, one: Proposal) -> Proposal:
    with locked(root):
        _keep(root, [one if each.name == one.name else each for each in read_proposals(root)])
    return one


def _keep(root: Path, known: list[Proposal]) -> None:
    document: dict[str, Any] = {"form": _FORM, "proposals": [asdict(each) for each in known]}
    write_one(root / "proposals.json", orjson.dumps(document))
