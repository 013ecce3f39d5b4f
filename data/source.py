"""What a source of data is; the sources are the files of `data.sources`, each of which defines SOURCE.

A source says what it gives, where and since when, under which licence and how to cite it, where its files are, and how
one of them is read. Listing, fetching, checking and importing are the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import BadInput
from data.registry import Registry, collect
from data.units import REGION_BBOX

if TYPE_CHECKING:
    from data.source_found import Found

Bbox = tuple[float, float, float, float]
AFRICA_BBOX: Bbox = (-26.0, -35.0, 60.0, 40.0)
WORLD_BBOX: Bbox = (-180.0, -90.0, 180.0, 90.0)
#: What a source can give. Roads, water, places and incidents become part of the region, elevation its heights, climate
#: its normals; the others are checked and kept beside it, or are given to a command.
GIVES = ("roads", "water", "places", "incidents", "elevation", "climate", "weather", "borders", "areas", "tracks")


@dataclass(frozen=True)
class Variable:
    """One variable: its name, unit ("" for none) and the range that is possible in the region."""

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RemoteFile:
    """A file to fetch: the part it is (such as a country or tile, "" for the whole), its address and its name."""

    part: str
    address: str
    file: str


@dataclass(frozen=True)
class Reading:
    """What a reader is told beside the file.

    Attributes
    ----------
    bbox : (left, bottom, right, top)
        What lies outside is left out, degrees.
    mapping : mapping of str to str, or None
        Of a mapping file, for sources that need one.
    region : Path or None
        Region folder: its boxes of countries mend positions of incidents, its names tell swapped positions.
    on : date
        Day the file is read, by which it is told whether it is stale.
    """

    bbox: Bbox = REGION_BBOX
    mapping: Mapping[str, str] | None = None
    region: Path | None = None
    on: date = field(default_factory=date.today)


@dataclass(frozen=True)
class DataSource:
    """One publisher's data.

    Attributes
    ----------
    name, title : str
    gives : tuple of str
        Out of `GIVES`.
    variables : tuple of Variable
    bbox : (left, bottom, right, top)
        Where it has data, degrees.
    since, until : str
        Years or days between which it has data; "" where it has no time, or goes on.
    licence, citation, home : str
        `home` is the page that describes it.
    patterns : tuple of str
        Names its files go by, as `*.osm.pbf`.
    read : callable
        From a file to what is in it; raises BadInput where nothing of it can be understood.
    files : tuple of RemoteFile
        Empty where files are made on request or behind a sign-in: `by_hand` then says how to get one.
    by_hand : str
    stale_days : int or None
        A file whose newest day is older is called stale.
    confidence : float
        How likely a line or point of it is there today. Judgement.
    precision_km : float
        Of a position, where the file tells none.
    """

    name: str
    title: str
    gives: tuple[str, ...]
    variables: tuple[Variable, ...]
    bbox: Bbox
    since: str
    until: str
    licence: str
    citation: str
    home: str
    patterns: tuple[str, ...]
    read: Callable[[Path, Reading], Found]
    files: tuple[RemoteFile, ...] = ()
    by_hand: str = ""
    stale_days: int | None = None
    confidence: float = 0.6
    precision_km: float = 1.0

    def __post_init__(self) -> None:
        unknown = set(self.gives) - set(GIVES)
        if unknown or not self.gives:
            raise ValueError(f"source {self.name} gives {unknown or 'nothing'}")
        if not self.files and not self.by_hand:
            raise ValueError(f"source {self.name} says neither where its files are nor how to get one")
        if len({each.part for each in self.files}) != len(self.files):
            raise ValueError(f"source {self.name} has two files of one part")

    def remote(self, part: str) -> RemoteFile:
        """Return the file of a part; BadInput where there is none."""
        if not self.files:
            raise BadInput(f"{self.name} cannot be fetched: {self.by_hand}")
        if not part and len(self.files) == 1:
            return self.files[0]
        found = next((each for each in self.files if each.part == part), None)
        if found is None:
            some = ", ".join(each.part for each in self.files[:6])
            more = f" and {len(self.files) - 6} more" if len(self.files) > 6 else ""
            raise BadInput(f"{self.name}: {f'no part {part!r}' if part else 'name a part'}; there are {some}{more}")
        return found


@lru_cache(maxsize=1)
def sources() -> Registry[DataSource]:
    """Return every source by name."""
    from data import sources as package

    return Registry(collect(package, "SOURCE"))


def source_named(name: str) -> DataSource:
    """Return a source; BadInput with the names there are."""
    if name not in sources():
        raise BadInput(f"no source '{name}'; there are {', '.join(sources())}")
    return sources()[name]


def source_of(path: Path) -> DataSource:
    """Return the one source whose names a file's name fits; BadInput where none or several do."""
    fitting = [each for each in sources().values() if any(fnmatch(path.name.lower(), one) for one in each.patterns)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(each.name for each in fitting) or ", ".join(sources())
    raise BadInput(f"{path.name} could be of several sources; say which with --source: {names}")
