"""The HTTP application."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from fastapi import FastAPI

from api import routers
from api.context import RegionContext, open_region
from api.problems import install
from api.router import NamedRouter
from data.registry import collect


def create_app(context: RegionContext | None = None, cases: Path = Path("cases")) -> FastAPI:
    """Build the application around a region (the shipped one by default) and a folder of case logs.

    The routers are the files of `api.routers`.
    """
    context = context or open_region()
    app = FastAPI(title="Guelta", version=metadata.version("guelta"), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.context = context
    app.state.cases = cases
    install(app, context.pack.version)
    found: dict[str, NamedRouter] = collect(routers, "ROUTER")
    for router in found.values():
        app.include_router(router.routes)
    return app
