"""What the commands that plan have in common: following the work, writing files, showing the plan."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.common import print_table, progress_bar

if TYPE_CHECKING:
    from api.context import RegionContext
    from maps.plan_view import PlanView
    from sar.patrol import Watch


#: Files named after a plan; the others lie beside them.
SHOWN = 14


@contextmanager
def watched(label: str) -> Iterator[Watch]:
    """Show progress, and let the first Ctrl-C end the work with the best so far; a second one ends the program."""
    from sar.patrol import Watch

    asked: list[bool] = []

    def stop(number: int, frame: object) -> None:
        asked.append(True)
        signal.signal(signal.SIGINT, before)
        click.echo("stopping with the best plan so far", err=True)

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, stop)
    try:
        with progress_bar(label) as progress:
            yield Watch(progress, lambda: bool(asked))
    finally:
        signal.signal(signal.SIGINT, before)


def document(view: PlanView) -> dict[str, Any]:
    """Return the plan as a JSON-ready document."""
    from maps.exporters.json_plan import document as plan_document

    return plan_document(view)


def write_plan(context: RegionContext, view: PlanView, folder: Path, language: str) -> list[str]:
    """Write every file of a plan, and its map; return their paths."""
    from api.usecases.page import write_page
    from maps.exporter import write_all

    with progress_bar("writing") as progress:
        written = write_all(view, folder, progress)
        page = write_page(context, view.plan.on, language, folder / "map.html", view)  # type: ignore[arg-type]
    return [str(path) for path in [*written, page]]


def show_plan(view: PlanView, files: list[str]) -> None:
    """Print the plan as tables."""
    from maps.sentences import sentence

    plan, several = view.plan, view.plan.request.days > 1
    heads = ["vehicle", "legs", "km", "hours", "fuel l", "water l", "people reached by convoy"]
    print_table(f"Patrols of {plan.on}, plan {view.plan_id}", heads, _rows(view), left=2)
    days = f" in {plan.request.days} days" if several else ""
    click.echo(
        f"expected people reached alive{days}: {plan.expected_people_reached:.2f} of {plan.area_benefit:.2f} that "
        "visiting every segment of the bases' countries every day would reach"
    )
    click.echo(f"at least {100 * plan.share_of_best:.1f} % of the best possible under the same limits")
    for convoy in view.convoys:
        for note in convoy.plan.notes:
            click.echo(f"note, {convoy.plan.label}: {sentence(note, 'en', view.places)}")
    for line in _hand_overs(view):
        click.echo(line)
    print_table(
        "Worst segments left out",
        ["segment", "people", "why"],
        [[left.segment_id, f"{left.benefit:.2f}", sentence(left.why, "en", view.places)] for left in plan.left_out],
        left=1,
    )
    click.echo("wrote:")
    first = sorted(files, key=_importance)
    for path in first[:SHOWN]:
        click.echo(f"  {path}")
    if len(files) > SHOWN:
        click.echo(f"  and {len(files) - SHOWN} more files beside them")


def _importance(path: str) -> tuple[int, str]:
    """Order files for reading: the map, the plan, the printed orders, then what machines read."""
    name = Path(path).name
    kinds = [name == "map.html", name.startswith("plan."), name.endswith(".pdf"), True]
    return kinds.index(True), name


def _rows(view: PlanView) -> list[list[str]]:
    rows = []
    for convoy in view.convoys:
        plan = convoy.plan
        legs = "stays at base"
        if convoy.runs:
            legs = " → ".join([convoy.runs[0].start_name, *(run.end_name for run in convoy.runs)])
        for name in plan.order_ids:
            numbers = [plan.km, plan.hours, plan.fuel_l, plan.water_l, plan.expected_people_reached]
            digits = (0, 1, 0, 0, 2)
            rows.append([name, legs, *(f"{value:.{places}f}" for value, places in zip(numbers, digits, strict=True))])
            legs = "with the above"
    return rows


def _hand_overs(view: PlanView) -> Iterator[str]:
    from maps.order import hand_over_words

    for convoy in view.convoys:
        if convoy.plan.pieces:
            yield f"place of safety, {convoy.plan.label}: {hand_over_words(view, convoy.plan, 'en')}"
