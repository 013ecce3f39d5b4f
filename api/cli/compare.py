"""`guelta compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli.common import json_option, print_json, print_table, progress_bar

_SHOWN = 10


@click.command("compare")
@click.argument("before_path", metavar="PLAN", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("after_path", metavar="OTHER", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def command(before_path: Path, after_path: Path, as_json: bool) -> None:
    """Put two plans (plan.json) side by side."""
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.edit import comparison
        from api.usecases.inputs import Faults
        from api.usecases.plan_file import read_plan

        progress(0.3)
        context = open_prepared()
        faults = Faults()
        plans = [faults.read(lambda path=path: read_plan(context, path)) for path in (before_path, after_path)]  # type: ignore[misc]
        faults.settle()
    both = comparison(*(plan.document for plan in plans if plan is not None))
    if as_json:
        print_json(both)
        return
    show_comparison(both)


def show_comparison(both: dict[str, Any]) -> None:
    """Print a comparison as tables."""
    before, after = both["plans"]
    keys = (
        ("date", "first day", "{}"),
        ("days", "days", "{}"),
        ("expected_people_reached", "people expected", "{:.2f}"),
        ("at_least_share_of_best", "at least this share of the best", "{:.1%}"),
        ("km", "km", "{:.0f}"),
        ("hours", "hours", "{:.1f}"),
        ("fuel_l", "fuel of all vehicles, l", "{:.0f}"),
    )
    rows = [[words, form.format(before[key]), form.format(after[key])] for key, words, form in keys]
    print_table("Side by side", ["", f"plan {before['plan_id']}", f"plan {after['plan_id']}"], rows)
    changed = [line for line in both["convoys"] if _driven(line["before"]) != _driven(line["after"])]
    if changed:
        print_table(
            "Convoys that drive otherwise",
            ["convoy and day", "before", "after"],
            [[line["convoy"], _words(line["before"]), _words(line["after"])] for line in changed],
            left=3,
        )
    for key, words in (("only_before", "no longer visited"), ("only_after", "newly visited")):
        segments = both[key]
        if segments:
            names = ", ".join(
                f"{each['segment_id']} ({each['expected_people_reached']:.2f})" for each in segments[:_SHOWN]
            )
            more = f" and {len(segments) - _SHOWN} more" if len(segments) > _SHOWN else ""
            click.echo(f"{words} (people): {names}{more}")


def _driven(line: dict[str, Any] | None) -> list[str] | None:
    return None if line is None else list(line["segments"])


def _words(line: dict[str, Any] | None) -> str:
    if line is None:
        return "not there"
    return f"{line['way']} ({line['km']:.0f} km, {line['hours']:.1f} h, {line['expected_people_reached']:.2f} people)"
