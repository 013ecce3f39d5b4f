"""Free text of a case's events, screened before it is written."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from api.access.screen import ALL, MARKS, MESSAGES, WORDS_OF_PLACES, screened
from api.usecases.case_events import Assets, CaseEvent

Told = TypeVar("Told", bound=BaseModel)

#: Fields of words, and what is taken out of them. Those that are read as positions keep their coordinates.
FIELDS = {
    "message": MESSAGES,
    "said": MESSAGES,
    "text": ALL,
    "reason": ALL,
    "condition": ALL,
    "case_id": WORDS_OF_PLACES,
    "where": WORDS_OF_PLACES,
    "walked_towards": WORDS_OF_PLACES,
    "at": WORDS_OF_PLACES,
    "to": WORDS_OF_PLACES,
}


def without_contacts(event: Told) -> Told:
    """Return an event whose words hold no telephone numbers and mail addresses, and coordinates only where they belong.

    A mark stands where something was; `marks_in` finds it again.
    """
    changed: dict[str, object] = {}
    for name, kinds in FIELDS.items():
        value = getattr(event, name, None)
        if isinstance(value, str) and (answer := screened(value, kinds)).found:
            changed[name] = answer.text[: max(len(value), 40)]
    if isinstance(event, Assets):
        assets = tuple(
            each.model_copy(update={"at": screened(each.at, WORDS_OF_PLACES).text[:400]}) for each in event.assets
        )
        changed["assets"] = assets
    return event.model_copy(update=changed) if changed else event


def marks_in(event: CaseEvent) -> list[str]:
    """Return what was taken out of an event: "phone", "mail", "position"."""
    words = " ".join(value for name in FIELDS if isinstance(value := getattr(event, name, None), str))
    return [kind for kind, mark in MARKS.items() if mark in words]
