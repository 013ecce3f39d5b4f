"""`guelta risk`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.common import (
    FiniteRange,
    elevation_option,
    json_option,
    print_json,
    print_table,
    progress_bar,
    spread_options,
    tomorrow,
    weather_option,
)
from data.units import PER_100KM_MONTH, REGION_BBOX

if TYPE_CHECKING:
    import pandas as pd

    from api.context import RegionContext
    from api.spread import Engine
    from api.usecases.inputs import Box

#: Smallest cell of rasters, degrees: 22 m.
FINEST_DEG = 0.0002


@click.command("risk")
@click.option("--date", "day", default=tomorrow, show_default="tomorrow", help="Day, as 2026-06-15.")
@click.option("--top", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many segments.")
@click.option("--corridor", help="Only this corridor, as niger-libya.")
@click.option("--leg", "leg_id", help="Only this leg, as arbre_du_tenere--achegour.")
@click.option("--weights", metavar="CRITERION=WEIGHT,...", help="Rank by a weighted overlay, as water=2,heat=1.")
@click.option(
    "--order",
    type=click.Choice(["worst", "search"]),
    default="worst",
    show_default=True,
    help="Worst first, or in the order of a search in which each segment covers 10 km around it.",
)
@click.option("--explain", is_flag=True, help="Say in words why each segment is where it is.")
@click.option("--lang", "language", type=click.Choice(["fr", "en", "ar"]), default="en", show_default=True)
@click.option(
    "--raster",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a GeoTIFF of each layer and of the risk here.",
)
@click.option(
    "--res",
    "resolution_deg",
    type=FiniteRange(FINEST_DEG, 5),
    default=0.25,
    show_default=True,
    help="Cell size of the rasters, degrees; 0.009 is 1 km.",
)
@click.option("--bbox", metavar="LEFT,BOTTOM,RIGHT,TOP", help="Box of the rasters, degrees; else the whole region.")
@spread_options
@weather_option
@elevation_option
@json_option
def command(
    day: str,
    top: int,
    corridor: str | None,
    leg_id: str | None,
    weights: str | None,
    order: str,
    explain: bool,
    language: str,
    folder: Path | None,
    resolution_deg: float,
    bbox: str | None,
    workers: int,
    scheduler: str,
    weather_file: Path | None,
    elevation_file: Path | None,
    as_json: bool,
) -> None:
    """List the riskiest segments of a day, or write rasters."""
    with progress_bar("computing risk") as progress:
        from api.prepared_region import open_prepared
        from api.spread import Engine
        from api.usecases.inputs import Faults, box_of, day_of, elevation_of, weather_of
        from api.usecases.risk import in_search_order, overlay_columns, risk_document, risk_table, weather_words
        from maps.explain import explain_segment
        from risk.overlay import read_weights

        faults = Faults()
        on = faults.read(lambda: day_of(day))
        chosen = faults.read(lambda: read_weights(weights)) if weights else None
        weather = faults.read(lambda: weather_of(weather_file))
        heights = faults.read(lambda: elevation_of(elevation_file))
        box = faults.read(lambda: REGION_BBOX if bbox is None else box_of(bbox))
        engine = faults.read(lambda: Engine(workers, scheduler))
        faults.settle()
        assert on is not None and box is not None and engine is not None
        context = open_prepared().with_files(weather, heights)
        progress(0.4)
        table = risk_table(context, on, corridor=corridor, leg_id=leg_id)
        if chosen:
            table = table.join(overlay_columns(context, on, chosen, top))
            table = table.sort_values("overlay", ascending=False, kind="stable")
        if order == "search":
            table = in_search_order(context, table)
        table = table.head(top)
        words = [explain_segment(row, context.pack.places, language) for _, row in table.iterrows()] if explain else []  # type: ignore[arg-type]
    written = [] if folder is None else _write_rasters(context, on, folder, resolution_deg, box, engine)
    if as_json:
        document = risk_document(context, on, table, order)
        for segment, said in zip(document["segments"], words, strict=False):
            segment["explanation"] = said
        print_json({**document, "files": written} if folder is not None else document)
        return
    _print(on, table, top, order)
    lines = [f"weather: {weather_words(context, on)}"]
    if elevation_file is not None:
        known = int(table["slope_deg"].notna().sum())
        lines.append(f"heights: {elevation_file.name} covers {known} of the {len(table)} segments shown")
    for line in [*lines, *words, *(f"wrote {path}" for path in written)]:
        click.echo(line)


def _write_rasters(
    context: RegionContext, on: date, folder: Path, resolution_deg: float, box: Box, engine: Engine
) -> list[str]:
    from api.usecases.raster import write_rasters

    with progress_bar("writing rasters") as progress:
        paths = write_rasters(context, on, folder, resolution_deg, progress, bbox=box, engine=engine)
    return [str(path) for path in paths]


def _cell(value: float, form: str) -> str:
    """Write a number, or a dash where it has no meaning."""
    return "–" if value != value else format(value, form)


def _print(on: date, table: pd.DataFrame, top: int, order: str) -> None:
    from maps.explain import TYPICAL_LOG
    from risk.combine import causes_of

    rows = [
        [
            f"{name} (closed)" if row["blocked"] == 1 else str(name),
            _cell(row["distance_to_water_km"], ".0f"),
            _cell(row["tmax_degc"], ".0f"),
            _cell(row["rescue_h"], ".1f"),
            _cell(row["heat"], ".1f"),
            f"{row['survival_h']:.0f}",
            f"{row['death_probability']:.0%}",
            f"{row['risk_per_km_day'] * PER_100KM_MONTH:.1f}",
            f"{row['risk_low'] * PER_100KM_MONTH:.1f}–{row['risk_high'] * PER_100KM_MONTH:.1f}",
            "typical"
            if abs(row["log_ratio"]) < TYPICAL_LOG
            else " ".join(f"{cause} {row[f'share_{cause}']:.0%}" for cause in causes_of(row["mode"])),
        ]
        for name, row in table.iterrows()
    ]
    heads = [
        "segment",
        "water km",
        "max °C",
        "rescue h",
        "loss l/day",
        "survival h",
        "lethality",
        "deaths/100 km/month",
        "80 % interval",
        "shares",
    ]
    title = "Riskiest segments" if order == "worst" else "Segments in search order, each covering 10 km around it,"
    print_table(f"{title} on {on}", heads, rows)
    if "overlay" in table:
        for name, row in table.dropna(subset=["overlay"]).iterrows():
            click.echo(
                f"{name}: overlay {row['overlay']:.0f} of 100, in the top {top} in {row['top_share']:.0%} of weightings"
            )
