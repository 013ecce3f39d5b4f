"""Fixtures shared by all tests: the shipped region opened once, and what is outside the project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_days import JUNE
from tests_plans import plan_day

from api.context import RegionContext, open_region
from data.region_pack import RegionPack
from maps.plan_view import PlanView

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _own_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests prepare of regions out of the user's folder, and what lies there out of tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUELTA_PREPARED", str(tmp_path_factory.mktemp("prepared") / "shelves"))
        patch.setenv("GUELTA_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def context() -> RegionContext:
    return open_region()


@pytest.fixture(scope="session")
def pack(context: RegionContext) -> RegionPack:
    return context.pack


@pytest.fixture(scope="session")
def june_plan(context: RegionContext) -> PlanView:
    return plan_day(context, JUNE, ["agadez:2", "dirkou:2"], 12, seed=1)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference files beside the project; tests that need it skip where it is not."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with the reference files is not here")
    return SHARED
