"""Guelta's own template: the columns of the region's table of incidents."""

from __future__ import annotations

import pandas as pd

from data.incident_reading import INCIDENT_VARIABLES, read_incidents
from data.incident_source import IncidentSource
from data.source import WORLD_BBOX, DataSource


def _translate(table: pd.DataFrame) -> pd.DataFrame:
    precision = pd.to_numeric(table["precision"], errors="coerce")
    return table.assign(
        source_grade=table["grade"].str.strip().str.upper().where(lambda grade: grade.isin(list("ABCD")), "D"),
        survey=False,
        precision_km=precision.fillna(100.0),
        generic=precision.fillna(100.0) >= 200,
    )


INCIDENT_SOURCE = IncidentSource(
    name="template",
    title="Guelta incident template",
    licence="the contributor's",
    citation="own reports",
    headers={
        "id": ("incidentid",),
        "date": ("date",),
        "date_precision": ("dateprecision",),
        "lat": ("lat",),
        "lon": ("lon",),
        "place": ("place",),
        "country": ("country",),
        "dead": ("dead",),
        "missing": ("missing",),
        "survivors": ("survivors",),
        "cause": ("cause",),
        "source": ("source",),
        "grade": ("sourcegrade",),
        "precision": ("precisionkm",),
        "url": ("url",),
    },
    required=(("lat",), ("lon",), ("date",), ("precision",)),
    marks=("precisionkm",),
    translate=_translate,
)

SOURCE = DataSource(
    name=INCIDENT_SOURCE.name,
    title=INCIDENT_SOURCE.title,
    gives=("incidents",),
    variables=INCIDENT_VARIABLES,
    bbox=WORLD_BBOX,
    since="1990",
    until="",
    licence=INCIDENT_SOURCE.licence,
    citation=INCIDENT_SOURCE.citation,
    home="docs/sources.md",
    patterns=("*.incidents.csv",),
    read=read_incidents,
    by_hand="it is a table of your own, with the columns of data/region/incidents.csv",
    stale_days=None,
)
