"""Where data that are no part of the project lie: downloads, imports, and the region made with them.

    downloads/SOURCE/FILE     as fetched, with downloads/registry.txt of their hashes
    imports/NUMBER-SOURCE/    what one import took, as Parquet and GeoTIFF
    regions/DIGEST/           the shipped region with all imports in it: made from them, and checked as a whole
    data.json                 which imports count; it is replaced at once, so that an import counts wholly or not
    proposals.json            edges that tracks of patrols propose

This file imports nothing slow: every command asks it where the region is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from data.errors import BadInput

#: Folder for data; and, set by `guelta --pack`, a region folder that is used alone.
VARIABLE, ALONE = "GUELTA_DATA", "GUELTA_REGION"
FORM = "guelta data 1"


@dataclass(frozen=True)
class Import:
    """One import.

    Attributes
    ----------
    number : int
    source, file, sha256 : str
        What was read.
    at : str
        When, UTC.
    counts : dict of str to int
        Records taken, by kind.
    report : list of str
        What became of them, one line each.
    """

    number: int
    source: str
    file: str
    sha256: str
    at: str
    counts: dict[str, int]
    report: list[str] = field(default_factory=list)

    @property
    def folder(self) -> str:
        """Its folder below `imports`."""
        return f"{self.number:04d}-{self.source}"


@dataclass(frozen=True)
class State:
    """Which imports count, and the region made with them; an empty region is the shipped one."""

    imports: tuple[Import, ...] = ()
    region: str = ""
    next_number: int = 1


def data_root(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for data: `GUELTA_DATA`, or one in the user's folder for data."""
    if named := environment.get(VARIABLE, ""):
        return Path(named)
    base = environment.get("XDG_DATA_HOME", "")
    # the standard wants a relative one ignored
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "guelta"


def read_state(root: Path) -> State:
    """Return which imports count; BadInput if the file that says so is damaged."""
    path = root / "data.json"
    try:
        document = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return State()
    except orjson.JSONDecodeError:
        raise BadInput(f"{path} is damaged; put a copy back, or remove it to be without imports") from None
    if not isinstance(document, dict) or document.get("form") != FORM:
        raise BadInput(f"{path} is of another version of this program")
    try:
        imports = tuple(Import(**each) for each in document["imports"])
        return State(imports, str(document["region"]), int(document["next_number"]))
    except (LookupError, TypeError, ValueError):
        raise BadInput(f"{path} is damaged; put a copy back, or remove it to be without imports") from None


def state_bytes(state: State) -> bytes:
    """Return a state as `read_state` reads it."""
    document: dict[str, Any] = {"form": FORM} | asdict(state)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)
