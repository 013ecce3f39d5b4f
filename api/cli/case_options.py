"""Options shared by the commands of `guelta case`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from api.cli.common import FiniteRange
from sar.alert import Movement, Reporter, SourceGrade, VehicleState

if TYPE_CHECKING:
    from api.store.store import Store
    from api.usecases.case_desk import CaseDesk

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Moment(click.DateTime):
    """An instant with its zone."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it; one line where it is none."""
        from api.usecases.inputs import moment_of
        from data.errors import BadInput

        if isinstance(value, datetime):
            return value
        try:
            return moment_of(value, field="time")
        except BadInput as error:
            self.fail(error.faults[0], param, ctx)


MOMENT = Moment()
case_argument = click.argument("case_id", metavar="CASE")
by_option = click.option(
    "--by", default="coordinator", show_default=True, metavar="ROLE", help="Who tells it: a role or sign, never a name."
)
now_option = click.option("--now", type=MOMENT, help="Look at the case as of 2026-06-15T09:00Z.")
moment_option = click.option("--told", "at", type=MOMENT, help="When it was told, 2026-06-15T09:00Z; else now.")

#: Option and keywords of click; names are those of `sar.alert.Alert`.
_ALERT: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("--where",), {"default": None, "help": "Where, in words or coordinates."}),
    (("--told", "told_at"), {"type": MOMENT, "help": "When the alert came in; now if left out."}),
    (("--last-contact", "last_contact"), {"type": MOMENT, "help": "When the group was last heard of."}),
    (("--people", "adults"), {"type": click.IntRange(0, 100_000), "help": "Adults."}),
    (("--children",), {"type": click.IntRange(0, 100_000)}),
    (("--pregnant",), {"type": click.IntRange(0, 100_000)}),
    (("--litres",), {"type": FiniteRange(0, 1e6), "help": "Water of the whole group."}),
    (("--hours-stranded", "hours_stranded"), {"type": FiniteRange(0, 240)}),
    (
        ("--vehicle",),
        {"type": click.Choice([each.value for each in VehicleState])},
    ),
    (("--movement",), {"type": click.Choice([each.value for each in Movement])}),
    (("--walked-towards",), {"help": "Where walkers went: north, a place, water."}),
    (("--battery", "battery_pct"), {"type": FiniteRange(0, 100), "help": "Phone, per cent."}),
    (
        ("--reported-by", "reported_by"),
        {"type": click.Choice([each.value for each in Reporter])},
    ),
    (("--grade",), {"type": click.Choice([each.value for each in SourceGrade]), "help": "Of the source."}),
]


def alert_options(function: Decorated) -> Decorated:
    """Add the fields of an alert as options; None where not given."""
    for names, keywords in reversed(_ALERT):
        function = click.option(*names, **keywords)(function)
    return function


def store_at(url: str) -> Store:
    """Open the store of a command; it is made if it is not there."""
    from api.store.store import open_store

    return open_store(url)


def desk_of(url: str) -> CaseDesk:
    """Open the store that keeps the cases, and the region with what was reported into it."""
    from api.prepared_region import open_prepared
    from api.usecases.case_desk import CaseDesk
    from api.usecases.field_reports import FieldRegion

    store = store_at(url)
    return CaseDesk(FieldRegion(open_prepared()).of(store), store)


reading_language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "fr"]),
    default="en",
    show_default=True,
    help="Of what is read back and asked.",
)
