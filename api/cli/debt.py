"""`guelta debt`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, print_json, print_table, progress_bar, tomorrow
from api.cli.plan_options import driven_option, since_option


@click.command("debt")
@click.option("--date", "day", default=tomorrow, show_default="tomorrow", help="Day asked about, as 2026-06-15.")
@driven_option
@since_option
@click.option("--top", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--country", multiple=True, metavar="NE", help="Only segments inside a country; may be repeated.")
@json_option
def command(
    day: str, driven_files: tuple[Path, ...], since_h: float, top: int, country: tuple[str, ...], as_json: bool
) -> None:
    """List the coverage debt: days unseen times risk, by segment, greatest first."""
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import FIRST_DAY, Faults, day_of
        from api.usecases.patrol import visit_parameters
        from api.usecases.visits import debt_table, read_visits

        progress(0.3)
        context = open_prepared()
        faults = Faults()
        on = faults.read(lambda: day_of(day))
        visits = faults.read(lambda: read_visits(context, driven_files, on or FIRST_DAY))
        faults.read(lambda: visit_parameters(since_h))
        known = sorted(set(context.network.segments["country"]) - {""})
        faults.lines += [
            f"country '{each}' is not known; there are {', '.join(known)}" for each in country if each not in known
        ]
        faults.settle()
        assert on is not None and visits is not None
        table = debt_table(context, on, visits, since_h)
    if country:
        table = table[context.network.segments.loc[table.index, "country"].isin(country)]
    table = table.head(top)
    if as_json:
        records = [{"segment_id": segment, **row} for segment, row in table.to_dict("index").items()]
        print_json(
            {"kind": "coverage-debt", "date": on.isoformat(), "data_version": context.pack.version, "segments": records}
        )
        return
    rows = [
        [
            str(segment),
            f"{row.days_unseen:.1f}" if row.seen else f"{row.days_unseen:.1f} (assumed)",
            f"{row.risk_per_km_day * row.km:.4f}",
            f"{row.debt:.4f}",
            f"{row.people:.2f}",
        ]
        for segment, row in zip(table.index, table.itertuples(), strict=True)
    ]
    heads = ["segment", "days unseen", "deaths a day", "debt (deaths)", "people a visit reaches"]
    print_table(f"Coverage debt on {on}", heads, rows)
