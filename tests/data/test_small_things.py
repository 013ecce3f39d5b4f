from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType

import pytest

import maps.exporters
from data.errors import BadInput
from data.grid import GridFrame
from data.registry import Registry, collect
from data.units import parse_date, require_utc


@dataclass(frozen=True)
class Thing:
    name: str


def test_registry_is_frozen_and_sorted():
    registry = Registry({"b": Thing("b"), "a": Thing("a")})
    assert list(registry) == ["a", "b"] and "a" in registry and len(registry) == 2
    with pytest.raises(TypeError):
        registry["c"] = Thing("c")  # type: ignore[index]


def test_a_duplicate_name_is_an_error(monkeypatch):
    import maps.exporters.geojson
    import maps.exporters.gpx

    monkeypatch.setattr(maps.exporters.gpx, "EXPORTER", maps.exporters.geojson.EXPORTER)
    with pytest.raises(ValueError, match="two modules"):
        collect(maps.exporters, "EXPORTER")


def test_a_module_without_its_constant_is_an_error():
    with pytest.raises(ValueError, match="does not define"):
        collect(maps.exporters, "NOTHING")
    assert isinstance(maps.exporters, ModuleType)


def test_naive_times_are_refused():
    with pytest.raises(BadInput):
        require_utc(datetime(2026, 6, 15, 9))
    assert require_utc(datetime(2026, 6, 15, 9, tzinfo=UTC)).hour == 9


def test_a_date_that_is_none_is_one_line():
    with pytest.raises(BadInput) as caught:
        parse_date("2026-02-30")
    assert len(caught.value.faults) == 1


def test_bad_input_needs_a_fault():
    with pytest.raises(ValueError):
        BadInput([])


def test_grid_covers_its_box():
    frame = GridFrame.over((-19, -4, 52, 40), 0.25)
    assert (frame.rows, frame.columns) == (176, 284)
    lon, lat = frame.centres()
    assert lon[0] == -18.875 and lat[0] == 39.875 and len(lon) == 176 * 284
