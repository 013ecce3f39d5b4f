"""The legs of a plan as CSV with a row of HXL tags, for humanitarian data tools and spreadsheets."""

from __future__ import annotations

from maps.exporter import Exporter
from maps.hxl_table import hxl_csv
from maps.plan_view import PlanView

#: Heading and HXL tag of each column.
COLUMNS = (
    ("plan", "#activity+id"),
    ("date", "#date"),
    ("convoy", "#asset+id"),
    ("leg", "#meta+num"),
    ("from", "#loc+name+from"),
    ("to", "#loc+name+to"),
    ("to lat", "#geo+lat"),
    ("to lon", "#geo+lon"),
    ("surface", "#access+road+type"),
    ("km", "#distance+km"),
    ("hours", "#indicator+hours+num"),
    ("bearing", "#indicator+bearing+deg"),
    ("fuel l for one vehicle", "#indicator+fuel+l"),
    ("people expected", "#reached+expected+num"),
)


def plan_csv(view: PlanView) -> bytes:
    """Return the legs of all convoys (UTF-8 with a mark for spreadsheets, comma, point)."""
    rows = []
    for convoy in view.convoys:
        for number, run in enumerate(convoy.runs, start=1):
            lon, lat = run.lonlat[-1].tolist()
            rows.append(
                [
                    view.plan_id,
                    convoy.plan.on.isoformat(),
                    convoy.plan.convoy.convoy_id,
                    number,
                    run.start_name,
                    run.end_name,
                    f"{lat:.5f}",
                    f"{lon:.5f}",
                    run.mode,
                    f"{run.km:.2f}",
                    f"{run.hours:.3f}",
                    f"{run.bearing_deg:.0f}",
                    f"{run.fuel_l:.2f}",
                    f"{run.expected_people_reached:.4f}",
                ]
            )
    return hxl_csv(COLUMNS, rows)


EXPORTER = Exporter("hxl", "text/csv", lambda view: {"plan.csv": plan_csv(view)})
