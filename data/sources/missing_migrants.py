"""IOM Missing Migrants Project exports, in the layouts published since 2017 (csv and xlsx)."""

from __future__ import annotations

import pandas as pd

from data.incident_reading import INCIDENT_VARIABLES, read_incidents
from data.incident_source import IncidentSource
from data.source import WORLD_BBOX, DataSource

#: Causes as the project words them, by what is in the words; the first that fits counts.
_CAUSES = (
    ("vehicle", "vehicle_accident"),
    ("violence", "violence"),
    ("sickness", "illness"),
    ("harsh environment", "thirst_unspecified"),
    ("dehydration", "thirst_unspecified"),
    ("starvation", "thirst_unspecified"),
    ("drown", "drowning"),
)
#: The project's source quality (1 one media report, 2 uncorroborated witness or survey, 3 several media, 4 an NGO or
#: IGO, 5 an official or forensic source) as grades.
_GRADES = {"5": "A", "4": "A", "3": "B", "1": "C", "2": "D"}
_SURVEY = r"4\s?mi|mixed migration monitoring|mhub|survey"
#: Places that say no more than a country or a desert.
GENERIC_KM, VAGUE_KM, TOWN_KM, STATED_KM = 300.0, 100.0, 20.0, 30.0
_GENERIC = (
    r"(?:(?:an? )?(?:unspecified|unknown)(?: locations?)?(?: in| along)?(?: the)? ?(?:sahara|libyan)?[ -]?(?:desert)?"
    r"(?: route)?|(?:the )?sahara(?: desert)?|(?:the )?desert),? ?[\w .'-]*"
)
_VAGUE = r"unspecified|unknown|between|on the way|en route|towards|heading"
_DISTANCE = r"\d+ ?k(?:m|ilo)"


def _translate(table: pd.DataFrame) -> pd.DataFrame:
    place = table["place"].str.strip().str.casefold()
    cause = table["cause"].str.casefold()
    found = pd.Series("unknown", index=table.index)
    for words, name in reversed(_CAUSES):
        found = found.mask(cause.str.contains(words, regex=False), name)
    grade = table["grade"].map(
        lambda cell: max((_GRADES.get(part.strip(), "") for part in cell.split(",")), default="")
    )
    survey = table["source"].str.contains(_SURVEY, case=False, regex=True) | (table["grade"].str.strip() == "2")
    generic = place.str.fullmatch(_GENERIC) | (place == "")
    precision = pd.Series(STATED_KM, index=table.index)
    precision = precision.mask(place.str.count(",") == 1, TOWN_KM).mask(
        place.str.contains(_VAGUE, regex=True), VAGUE_KM
    )
    precision = precision.mask(place.str.contains(_DISTANCE, regex=True), STATED_KM).mask(generic, GENERIC_KM)
    return table.assign(
        cause=found, source_grade=grade.where(grade != "", "D"), survey=survey, precision_km=precision, generic=generic
    )


INCIDENT_SOURCE = IncidentSource(
    name="missing-migrants",
    title="IOM Missing Migrants Project",
    licence="CC BY 4.0",
    citation="IOM Missing Migrants Project, missingmigrants.iom.int",
    headers={
        "id": ("mainid", "webid", "incidentid"),
        "date": ("incidentdateclean", "incidentdate", "websitedate", "reporteddate"),
        "year": ("incidentyear", "reportedyear", "year"),
        "month": ("incidentmonth", "reportedmonth", "month"),
        "lat": ("latitude", "lat"),
        "lon": ("longitude", "lon", "long"),
        "coordinates": ("coordinates", "locationcoordinates"),
        "place": ("locationofdeath", "locationdescription", "locationofincident"),
        "country": ("countryofincident",),
        "dead": ("nodead", "numberofdead", "numberdead"),
        "missing": ("nomissing", "minimumestimatednumberofmissing"),
        "survivors": ("nosurvivors", "numberofsurvivors"),
        "cause": ("causeofdeathcategory", "causeofdeath", "causeofdeathreported"),
        "source": ("source", "informationsource"),
        "grade": ("sourcequality",),
        "url": ("link", "url"),
    },
    required=(("lat", "coordinates"), ("date", "year"), ("place",), ("dead",)),
    marks=("locationofdeath", "minimumestimatednumberofmissing", "nodeadmissing"),
    translate=_translate,
)

SOURCE = DataSource(
    name=INCIDENT_SOURCE.name,
    title=INCIDENT_SOURCE.title,
    gives=("incidents",),
    variables=INCIDENT_VARIABLES,
    bbox=WORLD_BBOX,
    since="2014",
    until="",
    licence=INCIDENT_SOURCE.licence,
    citation=INCIDENT_SOURCE.citation,
    home="https://missingmigrants.iom.int/downloads",
    patterns=("*missing*migrants*.csv", "*missing*migrants*.xlsx"),
    read=read_incidents,
    by_hand="take the global data set from missingmigrants.iom.int/downloads",
    stale_days=400,
)
