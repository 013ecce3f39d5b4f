"""Incident files as a source's tables: what `data.incident_import` makes of every row, told as findings."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data.incident_import import import_incidents
from data.region_folder import SHIPPED
from data.source import Reading, Variable
from data.source_found import Finding, Found, table_of

#: What every source of incidents tells.
INCIDENT_VARIABLES = (
    Variable("dead", "", 0, 5000),
    Variable("missing", "", 0, 5000),
    Variable("survivors", "", 0, 20_000),
)
#: Reasons that only say the row lies elsewhere: no fault of the file.
_ELSEWHERE = "outside the region"


def read_incidents(path: Path, reading: Reading) -> Found:
    """Read an incident file in any layout known; see `data.incident_import`."""
    countries = pd.read_csv((reading.region or SHIPPED) / "countries.csv")
    report = import_incidents(path, countries)
    rows = report.rows
    found = Found()
    elsewhere = (rows["outcome"] == "rejected") & (rows["note"] == _ELSEWHERE)
    for outcome, words in (("generic", "tell no place better than a desert"), ("duplicate", "repeat an earlier row")):
        if count := int((rows["outcome"] == outcome).sum()):
            found.remarks.append(f"incidents: {count} {words} and were left out")
    if elsewhere.any():
        found.remarks.append(f"incidents: {int(elsewhere.sum())} outside the region were left out")
    good = rows[rows["outcome"].isin(["accepted", "repaired"])]
    # interviews of years later tell who asked, not when people died; at sea the region counts by route
    surveys, sea = good["survey"].astype(bool), good["at_sea"].astype(bool)
    for where, words in ((surveys, "come from interview surveys"), (sea & ~surveys, "happened at sea")):
        if where.any():
            found.remarks.append(f"incidents: {int(where.sum())} {words} and were left out")
    for row in good[good["outcome"] == "repaired"].itertuples():
        found.warn("position", f"line {row.line}: {row.note}; taken as {row.lat:g}, {row.lon:g}")
    used = good[~surveys & ~sea]
    url = report.raw[[name for name in report.raw.columns if str(name).casefold() in ("url", "link")][:1]]
    records = []
    for row in used.to_dict("index").items():
        at, values = row
        link = str(url.loc[at].iloc[0]).strip() if url.shape[1] else ""
        kept = {name: values[name] for name in ("lon", "lat", "date", "date_precision", "precision_km")}
        kept |= {name: values[name] for name in ("dead", "missing", "survivors", "cause", "source_grade")}
        name = {"row": f"line {values['line']}", "key": str(values["incident_id"] or values["line"])}
        records.append(name | {"name": str(values["place"]), "url": link} | kept)
    if records:
        found.tables["incidents"] = table_of("incidents", records)
    bad = rows[(rows["outcome"] == "rejected") & ~elsewhere]
    found.findings += [
        Finding("position" if "position" in row.note else "value", f"incidents line {row.line}: {row.note}", ("", ""))
        for row in bad.itertuples()
    ]
    return found
