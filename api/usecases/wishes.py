"""What a user asks of patrols, as written, turned into a request with every fault told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path

import pandas as pd

from api.context import RegionContext
from api.usecases.inputs import Faults, convoys_of, day_of
from data.errors import BadInput
from routes.positions import read_position
from sar.fleet import Convoy
from sar.request import PatrolRequest, PlaceOfSafety


@dataclass(frozen=True)
class Wishes:
    """What is asked of patrols, as users write it.

    Attributes
    ----------
    bases : tuple of str
        "place:vehicles" or "place:vehicles:vehicle_type".
    hours : float
        Shift of every convoy.
    days, seed : int
    closed : tuple of str
        Segment ids, "segment=2026-06-20" where it is open again from a day on.
    required : tuple of str
        Segment ids.
    allow_single : bool
        Whether a single car may leave alone.
    explore, vary : float
        Shares, see `sar.request.PatrolRequest`.
    home_each_night : bool
        No nights away.
    ends : tuple of str
        "base:place" where convoys end elsewhere.
    rest : str
        "12:00-15:30" without driving for the heat; "" for none.
    zones_file : Path or None
        CSV with segment_id and skill: who may drive there.
    zones : tuple of str
        The same as "segment=skill".
    skills : tuple of str
        "base:skill".
    room : tuple of str
        "place:40": people a place of safety can take today.
    agreed : tuple of str
        "place=who agreed" that people are brought there across a border.
    """

    bases: tuple[str, ...]
    hours: float = 12.0
    days: int = 1
    seed: int = 1
    closed: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    allow_single: bool = False
    explore: float = 0.15
    vary: float = 0.0
    home_each_night: bool = False
    ends: tuple[str, ...] = ()
    rest: str = ""
    zones_file: Path | None = None
    zones: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    room: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()


@dataclass
class _Read:
    """The parts of a request while they are read."""

    context: RegionContext
    faults: Faults = field(default_factory=Faults)

    def split(self, items: Iterable[str], mark: str, example: str) -> list[tuple[str, str]]:
        pairs = []
        for item in items:
            left, found, right = item.partition(mark)
            if found and left.strip() and right.strip():
                pairs.append((left.strip(), right.strip()))
            else:
                self.faults.lines.append(f"'{item[:80]}' cannot be read; write it as {example}")
        return pairs

    def place(self, name: str) -> str | None:
        position = self.faults.read(lambda: read_position(name, self.context.pack.places))
        if position is not None and position.place_id is None:
            self.faults.lines.append(f"'{name[:80]}' is a position; name a place of the network")
        return position.place_id if position else None

    def segments(self, ids: Iterable[str]) -> None:
        unknown = sorted(set(ids) - set(self.context.network.segments.index))
        self.faults.lines += [f"segment '{segment[:80]}' is not known" for segment in unknown]


def read_request(context: RegionContext, on: date, wishes: Wishes) -> PatrolRequest:
    """Turn what a user wrote into a request.

    Raises
    ------
    BadInput
        With every fault.
    """
    read = _Read(context)
    convoys = read.faults.read(lambda: convoys_of(context.pack, wishes.bases, allow_single=wishes.allow_single))
    closed = _closed(read, wishes.closed)
    read.segments([*closed, *wishes.required])
    ends = {}
    for base, place in read.split(wishes.ends, ":", "agadez:arlit"):
        first, last = read.place(base), read.place(place)
        if first and last:
            ends[first] = last
    zones = dict(read.split(wishes.zones, "=", "agadez--arlit:000=sand"))
    read.segments(zones)
    zones |= read.faults.read(lambda: _zones(context, wishes.zones_file)) or {}
    unused = sorted({skill for _, skill in read.split(wishes.skills, ":", "agadez:sand")} - set(zones.values()))
    read.faults.lines += [f"skill '{skill}' opens nothing: no zone asks for it (--zones)" for skill in unused]
    rest = read.faults.read(lambda: _rest(wishes.rest))
    safe = _places_of_safety(read, wishes)
    # a stand-in base lets the other faults be found while the bases themselves are wrong
    fleet = _with_skills(read, convoys or convoys_of(context.pack, ["agadez:2"]), wishes.skills, known=bool(convoys))
    if convoys:
        strange = sorted(set(ends) - {convoy.base.place_id for convoy in convoys})
        read.faults.lines += [
            f"'{base}' is no base of this plan, so nobody can end elsewhere for it" for base in strange
        ]
    roles = context.pack.places["roles"].str.split(";")
    request = read.faults.read(
        lambda: PatrolRequest(
            on,
            wishes.hours,
            fleet,
            days=wishes.days,
            closed=closed,
            required=frozenset(wishes.required),
            blocked=blocked_names(context, on),
            zones=zones,
            group_size=context.conditions(on).stranding.group_size,
            explore=wishes.explore,
            seed=wishes.seed,
            vary=wishes.vary,
            nights=frozenset() if wishes.home_each_night else _with_role(context, roles, "night_stop"),
            refuel=_with_role(context, roles, "refuel"),
            ends=ends,
            rest=rest,
            places_of_safety=safe,
        )
    )
    read.faults.settle()
    assert request is not None
    return request


def _with_role(context: RegionContext, roles: pd.Series, role: str) -> frozenset[str]:
    return frozenset(context.pack.places.index[roles.map(lambda own: role in own)])


def _closed(read: _Read, items: Iterable[str]) -> dict[str, date | None]:
    closed: dict[str, date | None] = {}
    for item in items:
        segment, mark, until = item.partition("=")
        closed[segment] = read.faults.read(lambda text=until: day_of(text, field="open from")) if mark else None  # type: ignore[misc]
    return closed


def _rest(text: str) -> tuple[time, time] | None:
    if not text:
        return None
    begin, _, end = text.partition("-")
    try:
        return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
    except ValueError:
        raise BadInput(f"rest '{text[:40]}' cannot be read; write it as 12:00-15:30") from None


def _zones(context: RegionContext, path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise BadInput(f"zones: {path.name} cannot be read as CSV in UTF-8 ({str(error).strip()})") from None
    missing = [column for column in ("segment_id", "skill") if column not in table.columns]
    if missing:
        raise BadInput(f"zones: {path.name} has no column '{column}'" for column in missing)
    known = table["segment_id"].isin(context.network.segments.index)
    faults = [
        f"zones line {row + 2}: segment '{table['segment_id'][row][:80]}' is not known" for row in table.index[~known]
    ]
    faults += [f"zones line {row + 2}: skill is empty" for row in table.index[table["skill"].str.strip() == ""]]
    if faults:
        raise BadInput(faults)
    return dict(zip(table["segment_id"], table["skill"].str.strip(), strict=True))


def _with_skills(read: _Read, convoys: tuple[Convoy, ...], items: Iterable[str], *, known: bool) -> tuple[Convoy, ...]:
    skills: dict[str, set[str]] = {}
    for base, skill in read.split(items, ":", "agadez:sand"):
        place = read.place(base)
        if place and known and place not in {convoy.base.place_id for convoy in convoys}:
            read.faults.lines.append(f"'{place}' is no base of this plan, so it has no skill to give")
        elif place:
            skills.setdefault(place, set()).add(skill)
    return tuple(replace(convoy, skills=frozenset(skills.get(convoy.base.place_id, ()))) for convoy in convoys)


def _places_of_safety(read: _Read, wishes: Wishes) -> tuple[PlaceOfSafety, ...]:
    """Return the places marked safe, with the room told for today and the agreements made."""
    pack = read.context.pack
    room: dict[str, int] = {}
    for name, count in read.split(wishes.room, ":", "agadez:40"):
        place = read.place(name)
        if not count.isdigit():
            read.faults.lines.append(f"room '{name}:{count}': '{count[:20]}' is not a number of people")
        elif place:
            room[place] = int(count)
    agreed: dict[str, str] = {}
    for name, who in read.split(wishes.agreed, "=", "gao=who agreed"):
        place = read.place(name)
        if place:
            agreed[place] = who
    marked = pack.places_of_safety.set_index("place_id")
    for place in sorted({*room, *agreed} - set(marked.index)):
        read.faults.lines.append(f"'{place}' is not marked as a place of safety: nobody is brought there")
    return tuple(
        PlaceOfSafety(
            str(place),
            str(pack.places.at[place, "country"]),
            room.get(str(place), int(row["room"])),
            frozenset(row["services"].split(";")) - {""},
            agreed.get(str(place), ""),
        )
        for place, row in marked.iterrows()
    )


def blocked_names(context: RegionContext, on: date) -> Mapping[str, str]:
    """Return the segments closed by mines or fighting on a day, with the name of their area."""
    blocked = context.blocked(on)
    names = context.pack.blocked_areas.set_index("area_id")["name"]
    return {str(segment): str(names[area]) for segment, area in blocked[blocked != ""].items()}
