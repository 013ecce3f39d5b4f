"""HTML pages of the API: templates filled, nothing fetched from elsewhere, nothing that needs a script."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response

from api.router import context_of

if TYPE_CHECKING:
    import jinja2


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("api"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def page(request: Request, template: str, title: str, **values: Any) -> Response:
    """Fill a template of `api/templates`."""
    text = (
        _templates()
        .get_template(f"{template}.html.j2")
        .render(title=title, base=str(request.base_url), data_version=context_of(request).version, **values)
    )
    # should a value ever slip through the escaping, the browser still runs and fetches nothing
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
    return Response(text, media_type="text/html", headers={"Content-Security-Policy": policy, "Vary": "Accept"})
