"""`guelta data join`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import FiniteRange, json_option, print_json, print_table, progress_bar


@click.command("join")
@click.argument("points", metavar="POINTS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="GeoParquet to write: all rows and columns, with the segment, its leg, the km on it and the distance.",
)
@click.option("--within", "within_km", type=FiniteRange(0.001, 20_000), help="Join points within so many km only.")
@json_option
def join(points: Path, out: Path, within_km: float | None, as_json: bool) -> None:
    """Join points (GeoParquet, or Parquet or CSV with lon and lat) to the nearest segments of the network.

    Incidents or track points by the million: the file is read and written a piece at a time.
    """
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.join_points import join_points, joined_document
        from data.units import M_PER_KM

        progress(0.3)
        context = open_prepared()
    with progress_bar("joining points") as progress:
        within_m = float("inf") if within_km is None else within_km * M_PER_KM
        found = join_points(context, points, out, within_m, progress)
    document = joined_document(context, found, out)
    if as_json:
        print_json(document)
        return
    rows = [[name, f"{count:,}"] for name, count in document["most_met"].items()]
    print_table("Segments with most points", ["segment", "points"], rows)
    click.echo(
        f"{found.rows:,} rows: {found.joined:,} joined, {found.beyond:,} beyond reach, "
        f"{found.unplaced:,} without a position; wrote {out}"
    )
