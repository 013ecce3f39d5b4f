"""The options of `guelta plan` that say what is wished, shared with the commands that plan again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

#: Option, keywords of click; the names are those of `api.usecases.wishes.Wishes`.
_OPTIONS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("--hours",), {"type": float, "default": 12.0, "show_default": True, "help": "Length of the shift."}),
    (("--days",), {"type": int, "default": 1, "show_default": True, "help": "Days to plan, 1 to 14."}),
    (
        ("--seed",),
        {"type": click.IntRange(0, 2**31 - 1), "default": 1, "show_default": True, "help": "Same seed, same plan."},
    ),
    (
        ("--close", "closed"),
        {"multiple": True, "metavar": "SEGMENT[=DATE]", "help": "May not be driven, or not before a date."},
    ),
    (("--require", "required"), {"multiple": True, "metavar": "SEGMENT", "help": "Has to be visited."}),
    (("--allow-single",), {"is_flag": True, "help": "Let a single car leave alone."}),
    (
        ("--explore",),
        {"type": float, "default": 0.15, "show_default": True, "help": "Share of the aim for uncertain segments."},
    ),
    (
        ("--vary",),
        {"type": float, "default": 0.0, "help": "Share of the aim given up so that a watcher cannot foresee the plan."},
    ),
    (("--home-each-night",), {"is_flag": True, "help": "Pass no night away from base."}),
    (("--end", "ends"), {"multiple": True, "metavar": "BASE:PLACE", "help": "End the last day elsewhere."}),
    (("--rest",), {"default": "", "metavar": "12:00-15:30", "help": "Do not drive between these local times (heat)."}),
    (
        ("--zones", "zones_file"),
        {
            "type": click.Path(dir_okay=False, path_type=Path),
            "help": "CSV with segment_id,skill: only convoys with the skill or permit drive there.",
        },
    ),
    (("--skill", "skills"), {"multiple": True, "metavar": "BASE:SKILL", "help": "What a base's crews can or may."}),
    (("--room",), {"multiple": True, "metavar": "PLACE:PEOPLE", "help": "Room at a place of safety today."}),
    (
        ("--agreed",),
        {"multiple": True, "metavar": "PLACE=WHO", "help": "Who agreed that people are brought there over a border."},
    ),
]


def wish_options(command: Decorated) -> Decorated:
    """Add the options to a command."""
    for names, keywords in reversed(_OPTIONS):
        command = click.option(*names, **keywords)(command)
    return command


driven_option = click.option(
    "--driven",
    "driven_files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="plan.json of patrols that were driven: what they saw counts as visited.",
)
since_option = click.option(
    "--since-visit",
    "since_h",
    type=float,
    default=168.0,
    show_default=True,
    help="Hours since the last patrol, where nothing better is known.",
)
