"""What the routers of the analyst's pages share: the view asked for, the tabs, the answer to one that is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request, Response

from api.framing import frame_of, framed, language_of
from api.router import reported_region_of
from data.errors import BadInput
from maps.words import Language

if TYPE_CHECKING:
    from api.usecases.analyst import View

#: Path behind /analyst and English text of each page.
TABS = (
    ("", "Map"),
    ("/compare", "Two days"),
    ("/weights", "Weights"),
    ("/profile", "Corridor profile"),
    ("/hindcast", "Hindcast"),
)
PATH = "/analyst"


def asked_language(request: Request) -> Language:
    """Return the language of the answer."""
    return language_of(request.headers, request.query_params.get("lang"))


def asked_view(request: Request) -> View:
    """Return the view of the address; today where it names no day."""
    from api.usecases.analyst import view_of

    return view_of(reported_region_of(request), request.query_params, datetime.now(UTC).date())


def address(request: Request, path: str, language: Language, view: View, **more: object) -> str:
    """Return the address of a page or file of the analyst for a view; None and "" are left out."""
    root = str(request.scope.get("root_path", ""))
    parts = {
        "lang": language,
        "date": view.on.isoformat(),
        "other": view.other.isoformat() if view.other else "",
        **more,
    }
    kept = {name: value for name, value in parts.items() if value not in (None, "")}
    return f"{root}{PATH}{path}?{urlencode(kept)}"


def analyst_page(
    request: Request, title: str, template: str, language: Language, tab: str, view: View, faults: tuple[str, ...] = (),
    title_parts: Mapping[str, str] | None = None, **values: Any,
) -> Response:  # fmt: skip
    """Answer with a page in its frame with the tabs; 422 where there are faults."""
    from api.usecases.analyst import View

    frame = frame_of(request, title, language, True, **(title_parts or {}))
    plain = View(view.on, view.hour)
    tabs = [(address(request, path, language, plain), text, path == tab) for path, text in TABS]
    return framed(request, frame, template, 422 if faults else 200, tabs=tabs, faults=faults, **values)


def _refused(request: Request, title: str, tab: str, error: BadInput) -> Response:
    """Answer a view that is none with its faults, on the page."""
    from api.usecases.analyst import View

    view = View(datetime.now(UTC).date())
    return analyst_page(
        request, title, "analyst_table", asked_language(request), tab, view, tuple(error.faults),
        fields=(), notes=(), picture="", rows=(), links=(),
    )  # fmt: skip


def page_of(title: str, tab: str) -> Callable[[Callable[[Request], Response]], Callable[[Request], Response]]:
    """Answer what is wrong with an address on the page itself."""

    def around(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        @wraps(answer)
        def answered(request: Request) -> Response:
            try:
                return answer(request)
            except BadInput as error:
                return _refused(request, title, tab, error)

        return answered

    return around
