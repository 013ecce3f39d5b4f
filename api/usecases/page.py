"""Pages from what the other use cases found."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from api.context import RegionContext
from maps.page import PageData, render_page
from maps.plan_view import PlanView
from maps.words import Language
from risk.blocks import held_on


def write_page(context: RegionContext, on: date, language: Language, path: Path, plan: PlanView | None = None) -> Path:
    """Write a page, as `make_page` returns it, and return its path; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(make_page(context, on, language, plan), encoding="utf-8")
    return path


def make_page(context: RegionContext, on: date, language: Language, plan: PlanView | None = None) -> str:
    """Return a page, with a plan or with risk alone, as one HTML text that needs no network."""
    segments = context.network.segments.join(context.risk(on).table)
    page = PageData(
        on,
        segments,
        context.pack.places,
        context.water_points(on),
        context.pack.incidents,
        context.pack.water_shapes,
        held_on(context.pack.blocked_areas, on),
        context.pack.version,
        plan,
    )
    return render_page(page, language)
