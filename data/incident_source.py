"""What an incident source is; the sources are the files of `data.sources` that define INCIDENT_SOURCE."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd


@dataclass(frozen=True)
class IncidentSource:
    """How to read one publisher's exports, whatever the order or wording of their columns.

    Attributes
    ----------
    name, title, licence, citation : str
    headers : mapping of role to header names
        Folded names (`fold_header`) of each role in the layouts known. Roles: id, date, year, month,
        lat, lon, coordinates, place, country, dead, missing, survivors, cause, source, grade, precision,
        date_precision, url.
    required : tuple of tuples of str
        Of each inner tuple at least one role has to be found for the source to be recognised.
    marks : tuple of str
        Folded headers, one of which only this source has.
    translate : callable
        From the table of roles (text cells) to the same with `cause`, `source_grade`, `survey`, `precision_km` added.
    """

    name: str
    title: str
    licence: str
    citation: str
    headers: Mapping[str, tuple[str, ...]]
    required: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...]
    translate: Callable[[pd.DataFrame], pd.DataFrame]


def fold_header(name: object) -> str:
    """Return a header in small letters and digits only."""
    return re.sub(r"[^a-z0-9]+", "", str(name).casefold())


@lru_cache(maxsize=1)
def incident_sources() -> dict[str, IncidentSource]:
    """Return the incident sources by name."""
    from data import sources
    from data.registry import collect

    found: dict[str, IncidentSource] = collect(sources, "INCIDENT_SOURCE", every=False)
    return dict(sorted(found.items()))


def roles_of(source: IncidentSource, headers: list[str]) -> dict[str, str] | None:
    """Match a file's headers to a source's roles; None when the source does not recognise them.

    Returns
    -------
    dict of role to header
        Earlier names of a role win over later ones.
    """
    folded = {fold_header(header): header for header in reversed(headers)}
    if not any(mark in folded for mark in source.marks):
        return None
    roles = {}
    for role, names in source.headers.items():
        header = next((folded[name] for name in names if name in folded), None)
        if header is not None:
            roles[role] = header
    return roles if all(any(role in roles for role in choice) for choice in source.required) else None
