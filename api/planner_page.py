"""What the planner's pages share: language, tabs, forms, and how a fault is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, Request, Response
from starlette.responses import RedirectResponse

from api.access.who import identity_of
from api.framing import access_of, frame_of, framed, language_of
from api.store.errors import Full, Missing, Stale, Taken
from data.errors import BadInput, NoAnswer
from maps.fault_words import fault_words
from maps.words import Language

#: What is told on the page itself, above the form it came from.
TOLD = (BadInput, NoAnswer, Full, Missing, Stale, Taken)
TABS = (("/planner", "Plans"), ("/planner/cases", "Cases"), ("/planner/reports", "Reports"))
_MOST_FIELDS = 3000


@dataclass(frozen=True)
class Form:
    """Fields of a plain form, each with all its values."""

    fields: dict[str, list[str]]

    def one(self, name: str, otherwise: str = "") -> str:
        """Return a field's first value without blanks around it."""
        return (self.fields.get(name) or [otherwise])[0].strip() or otherwise

    def all(self, name: str) -> list[str]:
        """Return every value of a field that is not blank."""
        return [each.strip() for each in self.fields.get(name, []) if each.strip()]

    def number(self, name: str) -> float | None:
        """Return a number, with a comma or a point; None where the field is empty.

        Raises
        ------
        BadInput
            If it is none.
        """
        text = self.one(name).replace(",", ".")
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            raise BadInput(f"{name}: '{text[:40]}' is not a number") from None

    def whole(self, name: str) -> int | None:
        """Return a whole number; None where the field is empty; BadInput if it is none."""
        value = self.number(name)
        if value is None:
            return None
        if value != int(value):
            raise BadInput(f"{name}: {value:g} is not a whole number")
        return int(value)


async def _form(request: Request) -> Form:
    text = (await request.body()).decode("utf-8", "replace")
    try:
        return Form(parse_qs(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise BadInput("the form has too many fields") from None


Fields = Annotated[Form, Depends(_form)]


def page_language(request: Request) -> Language:
    """Return the language of a page."""
    return language_of(request.headers, request.query_params.get("lang"))


def addresses(request: Request) -> Callable[..., str]:
    """Return the function that tells templates the address of a page in the same language."""
    root, language = str(request.scope.get("root_path", "")), page_language(request)
    return lambda path, **query: f"{root}{path}?{urlencode({'lang': language, **query})}"


def planner_page(
    request: Request, template: str, title: str, status: int = 200, parts: dict[str, str] | None = None, **values: Any
) -> Response:
    """Answer with a page of the planner; `parts` is what the title has in braces."""
    language, who, access = page_language(request), identity_of(request), access_of(request)
    frame = frame_of(request, title, language, True, **(parts or {}))
    to = addresses(request)
    tabs = []
    for path, text in TABS:
        match = access.book.match("GET", path)
        if match is not None and match.is_for(who.audience, who.scopes):
            own = request.url.path.removeprefix(frame.root)
            inside = own.startswith(path) if path != TABS[0][0] else not own.startswith(tuple(p for p, _ in TABS[1:]))
            tabs.append((to(path), text, inside))
    faults = [fault_words(each, language) for each in values.pop("faults", ())]
    answer = framed(request, frame, template, status, to=to, tabs=tabs, faults=faults, **values)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def onward(request: Request, path: str, mark: str = "") -> Response:
    """Send the browser on to a page after a form was taken; `mark` is the element it comes to."""
    address = addresses(request)(path) + (f"#{mark}" if mark else "")
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
