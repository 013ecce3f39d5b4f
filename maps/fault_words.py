"""Faults in the language of the page: lines of a fixed form, turned from English where a form for them is known.

Use cases tell faults in English, for the command line and for programs; whoever reads a page gets the same line in the
page's language. A line of another form stays as it is: a fault half understood is better than none.
"""

from __future__ import annotations

import re
from functools import lru_cache

from maps.words import Language, catalogue

#: The forms, the more particular first; what stands in braces is taken over as it is.
FORMS = (
    "place '{text}' is not known; did you mean {others}?",
    "place '{text}' is not known",
    "'{text}' fits several places: {others}; give one of these ids",
    "position '{text}' (latitude {lat}, longitude {lon}) lies outside the region",
    "position '{text}' is no latitude and longitude; swapped it would be latitude {lat}, longitude {lon}",
    "position '{text}' is no latitude and longitude",
    "position '{text}': minutes and seconds stay below 60",
    "{field}: '{text}' is not a number",
    "{field}: {value} is not a whole number",
    "{field}: '{text}' is no time; write it as {example}",
    "nothing is told: give a message, a file or an option",
    "'{text}' is not understood; write it as one of: {examples}",
    "say where it was: {examples}",
    "km {km} lies beyond the end of the way at km {end}",
    "from km {first} to km {last} is no way",
    "say from which place and towards which one the kilometres are counted",
    "no leg was ordered {whom}: say from which place and towards which one kilometres are counted",
    "legs were ordered to {assets}: say which asset",
    "no track leads from {start} to {end}",
    "{name}: holds no times; say when it was driven (from and until)",
    "{name}: is no GPX ({why})",
    "{name}: holds no track or route of two points or more",
    "the search ended before it began",
    "name a base and its vehicles",
    "vehicle type '{kind}' is not known; there are {others}",
    "base {place}: {vehicles} vehicles are more than the {most} a base can plan with",
    "base {place} has a single vehicle, which may not leave alone: give two, or allow single cars",
    "base {place} is given twice; give its vehicles in one number",
    "there is no such kind of report",
    "area: corner {number} '{text}' is not latitude, longitude",
    "area: its outline crosses itself",
    "the message has {letters} letters; give at most {most}",
    "'{text}' is no place or country to go towards",
    "water point '{text}' is not known",
    "'{text}' fits several water points: {others}; give the position of the one meant",
    "an alert must say where: a place in words or coordinates",
    "the last contact lies after the alert",
    "hours stranded must be from 0 to {most}, got {value}",
    "litres must be from 0 to {most}, got {value}",
    "{field} {day} is outside {first} to {last}",
    "case {case_id} has no event {event}",
    "case {case_id} is closed; two people have to reopen it first",
    "{case_id}: there is no such case",
    "no asset '{asset}': there are {others}",
    "{asset} can reach nothing worth searching and be home in time",
    "the name of a car has no /",
    "the plan was made with data {made}, here is {here}: plan anew",
    "{field}: lies ahead",
    "{field}: there is no water point '{text}'",
    "{field}: '{text}' is not known",
    "{field}: name the segments or draw the area that is closed",
    "{field}: it ends before it begins",
    "'{text}' cannot be read; write it as {example}",
    "'{text}' is a position; name a place of the network",
    "'{text}' is no convoy and day of this plan; there are {others}, days 1 to {days}",
    "no convoy can visit required segment {lost} there and back: {limits}",
    "no ways join the places where convoys begin, pass nights and end within shift and fuel",
    "no track fits the description: {said}",
    "{held} jobs of yours are waiting or running and {most} may be: wait or dismiss one",
    "{what}: somebody has settled or changed it; look again",
    "{what} has moved on from {before} to {after}; nothing was written",
    "{what}: there is none",
    "{field}: Field required",
    "{field}: String should have at least {n} characters",
    "{field}: String should have at most {n} characters",
    "{field}: Input should be greater than or equal to {n}",
    "{field}: Input should be less than or equal to {n}",
    "{field}: Input should be {rest}",
    "{field}: String should match pattern '{pattern}'",
    "{field}: Value should have at least {n} items after validation, not {m}",
)
_GAP = re.compile(r"\\{(\w+)\\}")


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((form, re.compile(_GAP.sub(r"(?P<\1>.+?)", re.escape(form)), re.DOTALL)) for form in FORMS)


def fault_words(line: str, language: Language) -> str:
    """Return a fault in a language; as it came where its form is not known."""
    if language == "en":
        return line
    for form, pattern in _patterns():
        if (found := pattern.fullmatch(line)) is not None:
            return catalogue(language)[form].format(**found.groupdict())
    return line
