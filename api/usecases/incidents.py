"""Importing incident files: what is kept, what is not, and a file for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.context import RegionContext
from data.incident_import import ImportReport, import_incidents

_KEPT = [
    "incident_id",
    "date",
    "date_precision",
    "lon",
    "lat",
    "precision_km",
    "dead",
    "missing",
    "survivors",
    "cause",
    "source_grade",
    "survey",
    "place",
    "source",
    "outcome",
    "note",
]


def import_file(context: RegionContext, path: Path, folder: Path) -> tuple[ImportReport, list[Path]]:
    """Read a file and write what became of it.

    Returns
    -------
    report : ImportReport
    written : list of Path
        `<name>.incidents.csv` with every located row and `<name>.rest.csv` with the raw cells, line and reason of
        every other: together they hold all rows.
    """
    report = import_incidents(path, context.pack.countries)
    located = report.rows["outcome"].isin(["accepted", "repaired", "generic"])
    folder.mkdir(parents=True, exist_ok=True)
    kept, rest = folder / f"{path.stem}.incidents.csv", folder / f"{path.stem}.rest.csv"
    report.rows[located][_KEPT].to_csv(kept, index=False)
    reasons = report.rows.loc[~located, ["line", "outcome", "note"]]
    reasons.join(report.raw, rsuffix="_in_file").to_csv(rest, index=False)
    return report, [kept, rest]


def import_document(report: ImportReport, written: list[Path], data_version: str) -> dict[str, Any]:
    """Return the report as a JSON-ready document."""
    rejected = report.rows[report.rows["outcome"] == "rejected"]
    repaired = report.rows[report.rows["outcome"] == "repaired"]
    return {
        "data_version": data_version,
        "source": report.source.name,
        "licence": report.source.licence,
        "citation": report.source.citation,
        "rows_read": len(report.rows),
        "outcomes": report.counts,
        "survey_rows": int(report.rows["survey"].sum()),
        "reasons": {str(note): int(count) for note, count in rejected["note"].value_counts().items()},
        "repairs": [
            {"line": int(row.line), "note": row.note, "lon": float(row.lon), "lat": float(row.lat)}
            for row in repaired.itertuples()
        ],
        "files": [str(path) for path in written],
    }
