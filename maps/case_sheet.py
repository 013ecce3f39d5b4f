"""The sheet of a case as words and numbers: one page for whoever has to decide at night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

from babel.dates import format_date

from maps.case_map import MOST_LEGS, NEXT, SEARCHED, SHADES, UNDER_WAY
from maps.case_view import CaseView, NextLeg
from maps.case_words import (
    CLUE,
    MOVEMENT,
    NOT_TOLD,
    PLATFORM,
    QUESTION,
    REPORTER,
    SCENARIO,
    STATUS,
    VEHICLE,
    clock,
    hours_words,
    leg_words,
    ltr,
    percent,
    position,
    remark_words,
    where_words,
)
from maps.words import Language, number, phrase

Say = Callable[..., str]

#: Rows of the lists; the rest is told by its number.
MOST_CLUES, MOST_UNDER_WAY, MOST_REMARKS, MOST_QUESTIONS = 3, 3, 4, 2


def case_document(view: CaseView, language: Language) -> dict[str, Any]:
    """Return what the sheet says, every text ready in the language."""

    def say(text: str, **values: str) -> str:
        return phrase(text, language, **values)

    local = view.now.astimezone(view.zone)
    first = view.last_positions[0]
    return {
        "language": language,
        "title": say("Distress case"),
        "case_id": view.case_id,
        "status": say(STATUS[view.status]),
        "day": str(format_date(local, format="full", locale=language)),
        "time": say("{local} local time", local=f"{local:%H:%M}"),
        "utc": f"{view.now.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "facts": _facts(view, language, say),
        "where_title": say("Where"),
        "where": where_words(view, language),
        "middle": say(
            "likeliest near {position}; half of the possibilities within {km} km of it",
            position=position(first.lon, first.lat, language),
            km=number(first.radius_km, 0, language),
        ),
        "left_title": say("Time left if nobody reaches them (an estimate, not a deadline)"),
        "left": _left(view, language, say) if view.looked_for else [],
        "legend": _legend(view, say),
        "scenarios_title": say("What they may have done"),
        "scenarios_heads": [say("before"), say("now")],
        "scenarios": [
            [say(SCENARIO[name]), was, now, percent(was, language), percent(now, language)]
            for name, (was, now) in view.scenarios.items()
        ],
        "chances": _chances(view, language, say),
        "questions_title": say("Ask the caller first"),
        "questions": _questions(view, language, say),
        "legs_title": say("Next best leg of each asset"),
        "legs_heads": [
            say(head)
            for head in (
                "No.", "Asset", "Where to (lat, lon)", "Leave", "Done", "km", "Chance to find", "People alive an hour",
            )
        ],
        "legs": [_leg(view, row, each, language, say) for row, each in enumerate(view.best_legs[:MOST_LEGS], start=1)],
        "legs_notes": _leg_notes(view, say),
        "lines": _lines(view, language, say),
        "remarks": _cut([remark_words(each, language) for each in view.remarks], MOST_REMARKS, say),
        "decision_title": say("Suspending or closing takes two people. The program never does it."),
        "decision_heads": [say(head) for head in ("go on / suspend / close", "Role", "Signature", "Date and time")],
        "footer": say("Estimates for planning. Positions of people in danger: show to nobody who does not search."),
        "data": [say("data {version}", version="").strip(), view.data_version],
    }  # fmt: skip


def _cut(lines: list[str], most: int, say: Say) -> list[str]:
    """Cut a list, and say how many are left out."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], say("and {n} more", n=str(len(lines) - most + 1))]


def _facts(view: CaseView, language: Language, say: Say) -> list[list[str]]:
    """Return heading, value and detail of each fact told."""
    alert = view.alert
    people = (
        say("adults {adults}, children {children}, pregnant {pregnant}", adults=str(alert.adults),
            children=str(alert.children), pregnant=str(alert.pregnant))
        if alert.people
        else say("not told: {people} assumed", people=str(alert.group.people))
    )  # fmt: skip
    if view.found_alive or view.found_dead:
        people = say("found alive {alive}, dead {dead}", alive=str(view.found_alive), dead=str(view.found_dead))
    litres = NOT_TOLD if alert.litres is None else ""
    ago = number((view.now - alert.stranded_at).total_seconds() / 3600, 0, language)
    assumed = "{hours} h ago" if alert.hours_stranded is not None else "{hours} h ago, not told: taken from the contact"
    told = say("grade {grade}", grade=alert.grade.value) + " · " + clock(view, alert.told_at, language)
    walked = view.told_bearing_deg
    return [
        [say("Still looked for"), number(view.looked_for, 0, language), people],
        [
            say("Water told"),
            say(litres) if litres else f"{number(alert.litres or 0.0, 0, language)} {say('l')}",
            say("none is assumed") if litres else say("of all together, when last heard"),
        ],
        [say("Vehicle"), say(VEHICLE[alert.vehicle]), _battery(view, language, say)],
        [
            say("People"),
            say(MOVEMENT[alert.movement]),
            "" if walked is None else say("walkers on bearing {bearing}", bearing=ltr(f"{walked:03.0f}°", language)),
        ],
        [say("Stranded since"), clock(view, alert.stranded_at, language), say(assumed, hours=ago)],
        [say("Told by"), say(REPORTER[alert.reported_by]), told],
    ]


def _battery(view: CaseView, language: Language, say: Say) -> str:
    battery = view.alert.battery_pct
    return "" if battery is None else say("phone battery {share}", share=percent(battery / 100, language))


def _left(view: CaseView, language: Language, say: Say) -> list[list[str]]:
    heads = ("One in ten now alive will be dead", "Half will be dead", "Nine in ten will be dead")
    boxes = [
        [say(head), *hours_words(view, hours, language)] for head, hours in zip(heads, view.hours_left, strict=True)
    ]
    alive = say(
        "{alive} of {people}", alive=number(view.alive * view.looked_for, 0, language), people=str(view.looked_for)
    )
    return [[say("Thought alive now"), alive, percent(view.alive, language)], *boxes]


def _legend(view: CaseView, say: Say) -> list[list[str]]:
    """Return kind of mark, its colour and words."""
    shades = [["fill", colour, say("{share} % of the chance", share=f"{100 * level:.0f}")] for level, colour in
              sorted(SHADES.items())]  # fmt: skip
    marks = [*shades, ["cross", "#c00000", say("likeliest place where they stopped")]]
    if view.best_legs:
        marks.append(["line", NEXT, say("next leg (dotted: on the way)")])
    if view.searches:
        marks.append(["double", SEARCHED, say("searched")])
    if view.under_way:
        marks.append(["dashed", UNDER_WAY, say("leg under way")])
    if view.clues:
        marks.append(["triangle", "#c00000", say("clue")])
    if view.finds:
        marks.append(["diamond", "#1a7a1a", say("people found")])
    return [*marks, ["drop", "#000000", say("water (hollow: doubtful)")]]


def _chances(view: CaseView, language: Language, say: Say) -> list[list[str]]:
    km = sum(each.km for each in view.searches)
    inside = 1 - view.outside
    searched = say(
        "Searched: {n} track(s), {km} km; chance to find them was",
        n=str(len(view.searches)),
        km=number(km, 0, language),
    )
    return [
        [searched if view.searches else say("Nothing searched yet; chance so far"), percent(view.pos, language)],
        [say("They are in the area estimated"), percent(inside, language)],
        [say("In it, and alive"), percent(inside * view.alive, language)],
        [say("Somewhere else"), percent(view.outside, language)],
    ]


def _questions(view: CaseView, language: Language, say: Say) -> list[list[str]]:
    return [
        [
            say(QUESTION[each.asks]) if each.asks in QUESTION else ltr(each.asks, language),
            say("knowing it: up to {per_h} people more found alive an hour", per_h=number(each.per_h, 2, language)),
        ]
        for each in view.questions[:MOST_QUESTIONS]
    ]


def _leg(view: CaseView, row: int, each: NextLeg, language: Language, say: Say) -> list[str]:
    name, here = leg_words(view, each, language)
    choice = each.choice
    return [
        str(row),
        each.asset_id,
        say(PLATFORM[each.platform]),
        name,
        here,
        clock(view, each.times[0], language, "d MMM"),
        clock(view, each.times[-1], language, "d MMM"),
        number(choice.leg.swath.length_km, 0, language),
        percent(choice.pos, language),
        number(choice.per_h, 2, language),
    ]


def _leg_notes(view: CaseView, say: Say) -> list[str]:
    notes = []
    if view.status != "open":
        notes.append(say("The case is not open: no legs are proposed."))
    elif not view.looked_for:
        notes.append(say("Everybody told of is found: no legs are proposed."))
    if len(view.best_legs) > MOST_LEGS:
        notes.append(say("and {n} more", n=str(len(view.best_legs) - MOST_LEGS)))
    if view.assets_assumed and view.best_legs:
        notes.append(say("Nobody named an asset: one car at each of the nearest bases is assumed."))
    if view.idle:
        shown = ", ".join(view.idle[:MOST_LEGS]) + (" …" if len(view.idle) > MOST_LEGS else "")
        notes.append(say("Can reach nothing worth it and be home in time: {assets}", assets=shown))
    return notes


def _lines(view: CaseView, language: Language, say: Say) -> list[list[str]]:
    """Return clues, legs under way and storms, each with its heading."""
    comma = "، " if language == "ar" else ", "
    clues = [
        comma.join(
            (
                f"{ltr(f'[{each.number}]', language)} {say(CLUE[each.what])}",
                clock(view, each.seen_at, language),
                position(each.lon, each.lat, language),
                say("grade {grade}", grade=each.grade.value),
            )
        )
        for each in reversed(view.clues)
    ]
    under_way = [
        say("{asset} until {time}", asset=ltr(each.asset_id, language), time=clock(view, each.times[-1], language))
        for each in view.under_way
    ]
    storms = [
        f"{clock(view, begins, language)} – {clock(view, ends, language)}"
        for begins, ends in view.storms
        if ends > view.now
    ]
    found = [
        [say("Clues"), " · ".join(_cut(clues, MOST_CLUES, say))],
        [say("Legs under way"), " · ".join(_cut(under_way, MOST_UNDER_WAY, say))],
        [say("Sandstorm"), " · ".join(_cut(storms, 2, say))],
    ]
    return [each for each in found if each[1]]
