"""`guelta hindcast`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, print_json, print_table, progress_bar


@click.command("hindcast")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--train-until", required=True, help="Last day of the incidents fitted, as 2020-12-31.")
@click.option("--from", "start", help="First day of the incidents scored; the day after by default.")
@click.option("--to", "end", help="Last day of the incidents scored; the end of the file by default.")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="Draw the capture curves (.svg, .png).")
@json_option
def command(
    file: Path, train_until: str, start: str | None, end: str | None, figure: Path | None, as_json: bool
) -> None:
    """Fit on the incidents of FILE up to a day and score how well the later ones are foretold.

    Beside the model: chance, nearness to towns, and kernel densities of earlier incidents.
    """
    with progress_bar("looking back") as progress:
        from datetime import timedelta

        from api.prepared_region import open_prepared
        from api.usecases.hindcast import hindcast_document, run_hindcast
        from api.usecases.inputs import LAST_DAY, Faults, day_of

        faults = Faults()
        until = faults.read(lambda: day_of(train_until, field="train-until"))
        first = faults.read(lambda: day_of(start, field="from")) if start else None
        last = faults.read(lambda: day_of(end, field="to")) if end else LAST_DAY
        if figure is not None and figure.suffix not in (".svg", ".png"):
            faults.lines.append(f"figure '{figure.name}' must end in .svg or .png")
        faults.settle()
        assert until is not None and last is not None
        progress(0.2)
        context = open_prepared()
        found = run_hindcast(context, file, until, first or until + timedelta(days=1), last)
    document = hindcast_document(found, context.pack.version)
    if figure is not None:
        from maps.capture_figure import write_capture_figure

        write_capture_figure(document, figure)
    if as_json:
        print_json(document)
        return
    for subset, scores in document["subsets"].items():
        heads = ["model", *(f"worst {share:.0%}" for share in document["shares_of_network_km"]), "log score"]
        rows = [
            [
                name,
                *(
                    f"{plain:.0%} ({searched:.0%})"
                    for plain, searched in zip(score["capture"], score["capture_in_search_order"], strict=True)
                ),
                f"{score['log_score']:.2f}",
            ]
            for name, score in scores["models"].items()
        ]
        print_table(
            f"{subset}: {scores['incidents']} incidents, of which {scores['with_a_segment_within_10_km']} within 10 km "
            "of the network; in brackets: segments taken in search order, each covering its surroundings",
            heads,
            rows,
        )
