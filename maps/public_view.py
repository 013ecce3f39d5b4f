"""What the public page says, in a language: heat, water, incidents in cells, telephone numbers, limits and ages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from babel.dates import format_date, get_month_names

from maps.words import Language, catalogue, number, phrase
from risk.awareness import MonthHeat
from risk.water import COMPILED_ON

#: Hours from here on are told in days.
_IN_DAYS_H = 72.0
#: English names of corridors, the keys of the catalogues; a corridor of another region keeps its id.
CORRIDORS = {
    "central-med": "Central Mediterranean",
    "central-sahara": "Central Sahara",
    "chad-libya": "Chad – Libya",
    "eastern-med": "Eastern Mediterranean",
    "horn": "Horn of Africa",
    "mali-algeria": "Mali – Algeria",
    "niger-algeria": "Niger – Algeria",
    "niger-libya": "Niger – Libya",
    "sudan-egypt": "Sudan – Egypt",
    "sudan-libya": "Sudan – Libya",
    "west-africa": "West Africa",
    "western-africa-atlantic": "Atlantic route",
    "western-med": "Western Mediterranean",
}


@dataclass(frozen=True, eq=False)
class Hotline:
    """A telephone number as whoever runs the service configured it.

    Attributes
    ----------
    names : dict of Language to str
    phone : str
        As it is dialled.
    hours : str
        When somebody answers, in any language; "" if not told.
    corridors : frozenset of str
        Where it serves; empty for everywhere.
    checked_on : date
        When somebody last called it.
    """

    names: Mapping[Language, str]
    phone: str
    hours: str
    corridors: frozenset[str]
    checked_on: date


@dataclass(frozen=True, eq=False)
class PublicFacts:
    """All the public page is made of; each part has passed the policy before it comes here.

    Attributes
    ----------
    on : date
    corridor : str
        "" for the whole region.
    corridors : tuple of str
        All there are.
    view : (float, float, float, float)
        Left, bottom, right, top of the map, whole degrees.
    months : tuple of MonthHeat
        Empty where there is no land.
    dry_beyond_km : int or None
        The next water is farther than this somewhere along the ways; 0 for "no farther than the least class".
    sea_degc, in_water_h : float or None, (float, float) or None
        Coldest sea of the month, and hours in it after which a tenth and nine tenths are dead; None without sea.
    cells : tuple of dict
        Properties of published cells (`api.access.cells`).
    places, shapes : DataFrame
        Towns and ports; rivers and lakes.
    hotlines : tuple of Hotline
    data_version : str
    """

    on: date
    corridor: str
    corridors: tuple[str, ...]
    view: tuple[float, float, float, float]
    months: tuple[MonthHeat, ...]
    dry_beyond_km: int | None
    sea_degc: float | None
    in_water_h: tuple[float, float] | None
    cells: tuple[dict[str, Any], ...]
    places: pd.DataFrame
    shapes: pd.DataFrame
    hotlines: tuple[Hotline, ...]
    data_version: str


def corridor_name(corridor: str, language: Language) -> str:
    """Name a corridor, or the whole region."""
    if not corridor:
        return phrase("Sahara and Mediterranean", language)
    return catalogue(language).get(CORRIDORS.get(corridor, ""), corridor)


def public_words(facts: PublicFacts, language: Language) -> dict[str, Any]:
    """Return what the templates `public_body` and `public` show, formatted."""
    month = next((each for each in facts.months if each.month == facts.on.month), None)
    return {
        "corridor": corridor_name(facts.corridor, language),
        "month": _month_name(facts.on.month, language),
        "heat": _heat(month, language) if month else None,
        "dry": _dry(facts.dry_beyond_km, language),
        "sea": _sea(facts, language),
        "year": [_heat(each, language) | {"is_now": each.month == facts.on.month} for each in facts.months],
        "cells": [_cell(cell, language) for cell in _newest_first(facts.cells)],
        "hotlines": [_hotline(each, language) for each in facts.hotlines],
        "ages": _ages(facts, language),
        "on": _day(facts.on, language),
    }


def _heat(heat: MonthHeat, language: Language) -> dict[str, Any]:
    return {
        "month": _month_name(heat.month, language),
        "tmax": f"{number(heat.tmax_degc, 0, language)} °C",
        "rest": _litres(heat.rest_l, language),
        "walk": _litres(heat.walk_l, language),
        "alive": _span(heat.alive_h, language),
    }


def _litres(range_l: tuple[float, float, float], language: Language) -> str:
    # whole litres, halves below five: the span is a quarter to either side
    halves = (round(value * 2) / 2 if value < 5 else float(round(value)) for value in range_l)
    low, middle, high = (number(value, 0 if value.is_integer() else 1, language) for value in halves)
    return phrase("about {middle} l ({low}–{high})", language, low=low, middle=middle, high=high)


def _span(hours: tuple[float, float], language: Language) -> str:
    """Write a span of hours, of days from three days on; never finer than is known."""
    low, high = hours
    if low >= _IN_DAYS_H:
        return phrase(
            "{low} to {high} days", language, low=number(low / 24, 0, language), high=number(high / 24, 0, language)
        )
    step = 5.0 if high >= 10 else 1.0
    rounded = [
        number(max(1.0, round(value / step) * step if value >= step else round(value)), 0, language) for value in hours
    ]
    return phrase("{low} to {high} hours", language, low=rounded[0], high=rounded[1])


def _dry(beyond_km: int | None, language: Language) -> str | None:
    if beyond_km is None:
        return None
    text = "more than {km} km" if beyond_km else "up to 25 km"
    return phrase(text, language, km=number(beyond_km, 0, language)) if beyond_km else phrase(text, language)


def _sea(facts: PublicFacts, language: Language) -> dict[str, str] | None:
    if facts.sea_degc is None or facts.in_water_h is None:
        return None
    return {"degc": f"{number(facts.sea_degc, 0, language)} °C", "hours": _span(facts.in_water_h, language)}


def _newest_first(cells: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    return sorted(cells, key=lambda cell: (cell["ends"], -cell["level"], cell["incidents"]), reverse=True)


def _cell(cell: dict[str, Any], language: Language) -> dict[str, str]:
    begins, ends = date.fromisoformat(cell["begins"]), date.fromisoformat(cell["ends"])
    return {
        "area": area_name(cell["west"], cell["south"], cell["side_deg"]),
        "time": f"{_month(begins, language)} – {_month(ends, language)}",
        "incidents": number(cell["incidents"], 0, language),
    }


def area_name(west: float, south: float, side_deg: float) -> str:
    """Name a cell by its edges, in Latin digits."""
    return f"{_degrees(south, south + side_deg, 'N', 'S')}, {_degrees(west, west + side_deg, 'E', 'W')}"


def _degrees(low: float, high: float, positive: str, negative: str) -> str:
    if low < 0 < high:
        return f"{-low:g}° {negative} – {high:g}° {positive}"
    return f"{-high:g}–{-low:g}° {negative}" if low < 0 else f"{low:g}–{high:g}° {positive}"


def _hotline(hotline: Hotline, language: Language) -> dict[str, str]:
    dialled = "".join(sign for sign in hotline.phone if sign.isdigit() or sign == "+")
    checked = phrase("checked on {date}", language, date=_day(hotline.checked_on, language))
    return {
        "name": hotline.names[language], "phone": hotline.phone, "href": f"tel:{dialled}", "hours": hotline.hours,
        "checked": checked,
    }  # fmt: skip


def _ages(facts: PublicFacts, language: Language) -> list[str]:
    newest = max((date.fromisoformat(cell["ends"]) for cell in facts.cells), default=None)
    told = [
        phrase("Routes and water: as compiled on {date}.", language, date=_day(COMPILED_ON, language)),
        phrase("Heat: averages of many years, not a forecast; a day can be far hotter.", language),
    ]
    if newest:
        text = "Incidents: only periods that ended at least 30 days ago; the newest shown ended on {date}."
        told.append(phrase(text, language, date=_day(newest, language)))
    return told


def _month_name(month: int, language: Language) -> str:
    return str(get_month_names("wide", "stand-alone", locale=language)[month])


def _month(on: date, language: Language) -> str:
    return str(format_date(on, format="MM/yyyy", locale=language))


def _day(on: date, language: Language) -> str:
    return str(format_date(on, format="long", locale=language))
