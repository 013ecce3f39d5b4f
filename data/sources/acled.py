"""Exports of the Armed Conflict Location and Event Data project."""

from __future__ import annotations

import pandas as pd

from data.incident_reading import INCIDENT_VARIABLES, read_incidents
from data.incident_source import IncidentSource
from data.source import WORLD_BBOX, DataSource

#: ACLED's geo_precision: 1 the place itself, 2 near it, 3 the region's chief place.
_PRECISION_KM = {"1": 5.0, "2": 25.0, "3": 100.0}


def _translate(table: pd.DataFrame) -> pd.DataFrame:
    cause = pd.Series("violence", index=table.index)
    cause = cause.mask(table["cause"].str.contains("landmine|remote explosive|ied", case=False, regex=True), "mine")
    precision = table["precision"].str.strip().map(_PRECISION_KM).fillna(100.0)
    return table.assign(cause=cause, source_grade="B", survey=False, precision_km=precision, generic=precision >= 100)


INCIDENT_SOURCE = IncidentSource(
    name="acled",
    title="Armed Conflict Location and Event Data",
    licence="ACLED terms of use: attribution, no redistribution of raw data",
    citation="ACLED, acleddata.com",
    headers={
        "id": ("eventidcnty", "eventid", "dataid"),
        "date": ("eventdate",),
        "lat": ("latitude",),
        "lon": ("longitude",),
        "place": ("location",),
        "country": ("country",),
        "dead": ("fatalities",),
        "cause": ("subeventtype", "eventtype"),
        "source": ("source",),
        "precision": ("geoprecision",),
    },
    required=(("lat",), ("lon",), ("date",), ("dead",)),
    marks=("eventidcnty", "subeventtype", "geoprecision"),
    translate=_translate,
)

SOURCE = DataSource(
    name=INCIDENT_SOURCE.name,
    title=INCIDENT_SOURCE.title,
    gives=("incidents",),
    variables=INCIDENT_VARIABLES,
    bbox=WORLD_BBOX,
    since="1997",
    until="",
    licence=INCIDENT_SOURCE.licence,
    citation=INCIDENT_SOURCE.citation,
    home="https://acleddata.com",
    patterns=("*acled*.csv", "*acled*.xlsx"),
    read=read_incidents,
    by_hand="exports need an account of your own at acleddata.com",
    stale_days=400,
)
