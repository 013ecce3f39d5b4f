"""`guelta simulate`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, print_json, print_table, progress_bar, spread_options


@click.command("simulate")
@click.argument("plan_path", metavar="PLAN", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="Days driven.")
@click.option("--runs", type=click.IntRange(1, 100_000), default=2000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@spread_options
@json_option
def command(plan_path: Path, days: int, runs: int, seed: int, workers: int, scheduler: str, as_json: bool) -> None:
    """Put a plan (plan.json) to the test on simulated strandings, beside habits with the same fleet and fuel.

    A plan shorter than the days begins anew when it ends; the weather is that of its first day.
    """
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.spread import Engine
        from api.usecases.plan_file import read_plan
        from api.usecases.simulate import simulate_plan, simulation_document

        engine = Engine(workers, scheduler)
        progress(0.3)
        context = open_prepared()
        plan = read_plan(context, plan_path)
        progress(0.5)
        context.risk(plan.on)
    with progress_bar("simulating") as progress:
        found = simulate_plan(context, plan, days, runs, seed, progress, engine)
    document = simulation_document(found)
    if as_json:
        print_json(document)
        return
    rows = []
    for name, way in document["ways"].items():
        people, waits = way["people_reached_alive"], way["hours_to_be_found"]
        hours = (
            "none found"
            if waits["median"] is None
            else f"{waits['median']:.0f} ({waits['low']:.0f}-{waits['high']:.0f})"
        )
        rows.append(
            [
                name,
                f"{people['mean']:.1f} ({people['low']:.0f}-{people['high']:.0f})",
                f"{way['people_per_day']:.2f}",
                f"{way['groups_found']:.1f}",
                hours,
            ]
        )
    heads = ["driven as", f"people met alive in {days} days", "a day", "groups", "hours to be found"]
    print_table(f"{runs} runs of plan {plan.plan_id}; intervals hold 80 % of runs", heads, rows)
    ratio = document["ratio_to_best_habit"]
    click.echo(f"the plan promises {found.promised:.2f} people a day")
    if plan.days == 1:
        click.echo("a plan of one day is the same loop every day; plan several days to see what planning brings")
    if ratio is None:
        click.echo("no habit met anybody in these runs: there is no ratio")
        return
    click.echo(
        f"it reaches {ratio['value']:.2f} times the people of the best habit, {document['best_habit']} "
        f"({ratio['low']:.2f}-{ratio['high']:.2f} for the mean)"
    )
