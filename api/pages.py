"""HTML pages of the API, in English: nothing fetched from elsewhere, nothing that needs a script."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from api.framing import frame_of, framed


def page(request: Request, template: str, title: str, **values: Any) -> Response:
    """Fill a template of `api/templates`."""
    frame = frame_of(request, title, "en", languages=False)
    return framed(request, frame, template, base=str(request.base_url), **values)
