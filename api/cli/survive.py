"""`guelta survive`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, print_json, print_table, progress_bar, weather_option


@click.command("survive")
@click.argument("at", metavar="AT")
@click.option("--start", required=True, help="When the clock starts, with its zone: 2026-06-15T09:00Z.")
@click.option("--people", type=int, default=0, help="Adults (or everybody, when no more is known).")
@click.option("--children", type=int, default=0, help="Children of about 6 to 12 years, not counted in --people.")
@click.option("--pregnant", type=int, default=0, help="Pregnant women, not counted in --people.")
@click.option("--litres", type=float, default=0.0, show_default=True, help="Water left, of all together.")
@click.option(
    "--behaviour",
    type=click.Choice(["stay", "walk-night", "walk-day", "unknown"]),
    default="unknown",
    show_default=True,
    help="What the group does.",
)
@click.option("--hours-stranded", type=int, default=0, show_default=True, help="Hours before the start.")
@click.option("--tmax", type=float, help="Day's maximum in shade, degrees Celsius; else climate normals.")
@click.option("--tmin", type=float, help="Night's minimum, degrees Celsius; else climate normals.")
@click.option("--humidity", type=float, help="Mean relative humidity, per cent; else climate normals.")
@weather_option
@json_option
def command(
    at: str,
    start: str,
    people: int,
    children: int,
    pregnant: int,
    litres: float,
    behaviour: str,
    hours_stranded: int,
    tmax: float | None,
    tmin: float | None,
    humidity: float | None,
    weather_file: Path | None,
    as_json: bool,
) -> None:
    """How long has a group got: survival curve, band of hours, reach on foot, and what moves the answer.

    AT is a place or a position as for `guelta route`.
    """
    with progress_bar("running the life clock") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import weather_of
        from api.usecases.survive import Distress, ask, survival_document

        progress(0.3)
        context = open_prepared().with_files(weather_of(weather_file))
        call = Distress(at, start, people, children, pregnant, litres, behaviour, hours_stranded, tmax, tmin, humidity)
        answer = ask(context, call)
    document = survival_document(answer, context.pack.version)
    if as_json:
        print_json(document)
        return
    band = [document[f"hours_{name}"] for name in ("p50", "p10", "p90")]
    said = [f"{hours:.0f}" if hours is not None else "over 1440" for hours in band]
    click.echo(f"{document['at']['read_as']}: {document['people']} people, {document['litres_per_person']:.1f} l each")
    click.echo(f"half are dead after {said[0]} h (a tenth after {said[1]} h, nine tenths after {said[2]} h)")
    click.echo(f"an adult needs {document['litres_per_person_day']:.1f} l a day to hold the balance")
    weather = document["weather"]
    sources = "; ".join(f"{name}: {source}" for name, source in weather["source"].items())
    click.echo(f"weather: {weather['tmin_degc']:.0f} to {weather['tmax_degc']:.0f} °C ({sources})")
    within = "within" if document["water_within_reach"] else "beyond"
    click.echo(
        f"walking by night reaches {document['reach_km']:.0f} km; nearest water {document['nearest_water_km']:.0f} km, "
        f"{within} reach"
    )
    heads = ["what moves the median", "low", "high", "h at low", "h at high"]
    rows = [
        [each["assumption"], each["low"], each["high"], _hours(each["hours_p50_low"]), _hours(each["hours_p50_high"])]
        for each in document["drivers"]
    ]
    print_table("Assumptions, greatest effect first", heads, rows, left=3)


def _hours(value: float | None) -> str:
    return "over 1440" if value is None else f"{value:.0f}"
