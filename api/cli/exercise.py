"""`guelta exercise`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.common import json_option, print_json, print_table, progress_bar
from api.cli.exercise_text import Words, words_of

if TYPE_CHECKING:
    from api.usecases.exercise import Ask
    from api.usecases.exercise_draw import Exercise


@click.command("exercise")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Which exercise.")
@click.option("--lang", "language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--auto", is_flag=True, help="Let the engine decide.")
@click.option(
    "--decisions",
    "decisions_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Decisions to replay: one a line, or the record of an exercise.",
)
@json_option
def command(seed: int, language: str, auto: bool, decisions_file: Path | None, as_json: bool) -> None:
    """Train: search for a hidden group, one decision for each car at a time, and see the score.

    Decisions: the number of a leg, `engine` for its advice, `wait 2` (hours), `go PLACE` (a name or a position),
    `quit`. Legs are listed by name, not by worth.
    """
    if auto and decisions_file is not None:
        raise click.UsageError("--auto and --decisions are two ways to decide: give one")
    with progress_bar("drawing the exercise") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.exercise import play_exercise, read_decisions, record, score
        from api.usecases.exercise_draw import draw_exercise

        said = None if decisions_file is None else iter(read_decisions(decisions_file))
        progress(0.2)
        context = open_prepared()
        progress(0.7)
        exercise = draw_exercise(context, seed, language)
    table = _Table(exercise, words_of(language), loud=not as_json, said=said)
    table.open()
    finished = play_exercise(
        context, exercise, None if auto else table.ask, None if said is not None else table.fault, table.watch
    )
    with progress_bar("scoring") as progress:
        scored = score(finished, progress)
    document = record(finished, scored)
    if as_json:
        print_json(document)
        return
    table.close(document)


class _Table:
    """What a planner sees and says."""

    def __init__(self, exercise: Exercise, words: Words, *, loud: bool, said: Iterator[str] | None) -> None:
        self.exercise, self.words, self.said = exercise, words, said
        # with --json only the record goes to standard output
        self.to_error, self.loud = not loud, loud or (said is None)

    def say(self, text: str) -> None:
        if self.loud:
            click.echo(text, err=self.to_error)

    def open(self) -> None:
        for line in self.words.alert(self.exercise):
            self.say(line)

    def watch(self, what: str, desk: Any, about: Any) -> None:
        text = self.words.happened(self.exercise, what, desk, about)
        if text:
            self.say(text)

    def ask(self, asked: Ask) -> str:
        """Show the legs of a car and read a decision; the end of input ends the exercise."""
        from sar.exercise import Stopped

        if self.said is not None:
            said = next(self.said, None)
            if said is None:
                raise Stopped
            return said
        for line in self.words.turn(self.exercise, asked):
            self.say(line)
        try:
            click.echo("> ", nl=False, err=self.to_error)
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            line = ""
        if not line:
            self.say("")
            raise Stopped
        return line

    def fault(self, text: str) -> None:
        click.echo(f"guelta: {text}", err=True)

    def close(self, document: dict[str, Any]) -> None:
        title, heads, rows, lines = self.words.score(document)
        print_table(title, heads, rows)
        for line in lines:
            click.echo(line)
