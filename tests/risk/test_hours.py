"""The hour of the stranding: the usual one gives the day's risk, others move it as heat and night do."""

from __future__ import annotations

import numpy as np
import pytest
from tests_days import JUNE

from api.context import RegionContext
from api.usecases.analyst import USUAL_HOUR, deaths_by_hour, hour_effect, risk_seen
from risk.hours import at_hour, day_fates, risk_at_hour


@pytest.fixture(scope="module")
def some(context: RegionContext):
    return context.network.segments.drop(columns="geometry").iloc[::97]


def test_the_usual_hour_gives_the_risk_of_the_day(context, some) -> None:
    from dataclasses import replace

    day = day_fates(some, replace(context.conditions(JUNE), responders=None))
    table = context.risk(JUNE).table.loc[some.index]
    found = risk_at_hour(table, at_hour(day, USUAL_HOUR).drop(columns="arrival_h"))
    for column in ("risk_per_km_day", "risk_low", "risk_high", "survival_h", "survival_h_p10", "death_probability"):
        np.testing.assert_allclose(found[column], table[column], rtol=1e-9, err_msg=column)
    assert found["hour_ratio"].to_numpy() == pytest.approx(1.0)


def test_an_evening_is_kinder_than_a_morning_in_june_and_the_sea_knows_no_hour(context) -> None:
    morning, evening = (risk_seen(context, JUNE, hour) for hour in (8, 19))
    unpaved = morning["mode"].isin(("desert", "track"))
    assert morning.loc[unpaved, "death_probability"].mean() > evening.loc[unpaved, "death_probability"].mean()
    assert hour_effect(evening).median < 1 < hour_effect(morning).high
    sea = morning["mode"] == "sea"
    assert (morning.loc[sea, "risk_per_km_day"] == evening.loc[sea, "risk_per_km_day"]).all()
    land = evening[~sea].dropna(subset=["risk_per_km_day"])
    told = land["incident_rate_per_km_day"] * land["group_size"] * land["death_probability"]
    np.testing.assert_allclose(land["risk_per_km_day"], told)


def test_the_day_of_one_segment_is_the_table_of_all(context) -> None:
    name = "ingall--assamaka:029"
    deaths = deaths_by_hour(context, JUNE, name)
    assert len(deaths) == 24 and deaths[19] == pytest.approx(risk_seen(context, JUNE, 19).at[name, "death_probability"])


def test_an_hour_that_is_none_is_refused(context, some) -> None:
    with pytest.raises(ValueError, match="start_hour must be from 0 to 23"):
        at_hour(day_fates(some.iloc[:2], context.conditions(JUNE)), 24)
