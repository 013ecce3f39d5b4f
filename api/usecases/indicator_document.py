"""Indicators as both doors give them: everything to those who run patrols, what is published to everybody."""

from __future__ import annotations

from typing import Any

from api.context import RegionContext
from api.store.store import Store
from api.usecases.editions import editions
from api.usecases.indicator_facts import gather
from api.usecases.indicators import BYS, By, Month, document, months_of
from api.usecases.public_indicators import public_document
from data.errors import BadInput


def by_of(text: str) -> By:
    """Return what numbers are told by; BadInput where that is none."""
    for each in BYS:
        if each == text:
            return each
    raise BadInput(f"by '{text[:20]}' is not one of {', '.join(BYS)}")


def inner_document(
    context: RegionContext, store: Store, first: str | None, last: str | None, by: str | None
) -> dict[str, Any]:
    """Return all indicators of a period; without one, of the twelve months up to now.

    Parameters
    ----------
    first, last : str or None
        Months, as 2026-01; both included.
    by : str or None
        One of `BYS`.
    """
    newest = Month.of(store.clock())
    months = months_of(first or (last or str(newest.before(11))), last or str(newest))
    return document(gather(context, store), months, by_of(by or "whole"), context.pack.version)


def published_document(
    context: RegionContext, store: Store, first: str | None, last: str | None, by: str | None
) -> dict[str, Any]:
    """Return what everybody may know, of all windows or those that lie within a period.

    Asked the first time after a month's delay is over, it keeps what the month came to.
    """
    safe = set(context.pack.places_of_safety["place_id"])
    months = months_of(first or "2013-01", last or "2100-12", most=None) if first or last else ()
    kept = editions(store, lambda: gather(context, store), safe)
    wanted = by_of(by) if by else None
    return public_document(kept, store.clock().date(), wanted, months, context.pack.version)
