"""What heat asks of a body: as the life clock has it, and monotone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from api.context import RegionContext
from risk.awareness import year_of_heat
from risk.group import Group
from risk.lifeclock import Situation, run_clock
from risk.survival import Behaviour, BodyParameters, WalkParameters

LON, LAT = np.array([12.9]), np.array([18.7])


def test_hours_are_those_of_the_life_clock(context: RegionContext) -> None:
    june = year_of_heat(LON, LAT, context.weather, context.loss_table, 2026)[5]
    weather = context.weather.hours(LON, LAT, date(2026, 6, 15))
    situation = Situation(Group(1), weather, 0, Behaviour.STAY, open_share=0.0)
    clock = run_clock(situation, context.loss_table, BodyParameters(), WalkParameters())
    assert june.alive_h == pytest.approx((clock.hours_p10, clock.hours_p90), rel=1e-6)
    assert june.rest_l[1] > clock.litres_per_person_day  # a body that drinks goes on sweating


def test_more_heat_asks_more_and_the_worst_position_counts(context: RegionContext) -> None:
    year = year_of_heat(LON, LAT, context.weather, context.loss_table, 2026)
    january, june = year[0], year[5]
    assert june.tmax_degc > january.tmax_degc and june.rest_l[1] > january.rest_l[1]
    assert june.alive_h[1] < january.alive_h[1]
    for month in year:
        assert month.rest_l[0] < month.rest_l[1] < month.rest_l[2] < month.walk_l[2]
    coast = year_of_heat(np.array([3.0]), np.array([36.7]), context.weather, context.loss_table, 2026)
    both = year_of_heat(np.append(LON, 3.0), np.append(LAT, 36.7), context.weather, context.loss_table, 2026)
    for desert, cool, worst in zip(year, coast, both, strict=True):
        assert worst.rest_l == pytest.approx(max(desert.rest_l, cool.rest_l))
        assert worst.tmax_degc == pytest.approx(max(desert.tmax_degc, cool.tmax_degc))
        assert worst.alive_h[0] == pytest.approx(min(desert.alive_h[0], cool.alive_h[0]))
