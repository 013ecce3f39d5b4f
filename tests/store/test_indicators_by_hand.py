"""Indicators of a small store are what a person works out, on both databases."""

from __future__ import annotations

import pytest
from tests_indicators import MONTHS, TRACK_KM, fill, rows_of_a_small_store, values

from api.context import RegionContext
from api.usecases.indicator_facts import gather
from api.usecases.indicators import indicators


def test_the_whole_period_by_hand(new_store, context: RegionContext) -> None:
    facts = gather(context, fill(new_store(), rows_of_a_small_store()))
    told = values(indicators(facts, MONTHS))
    assert told[("people_reached_patrol", "")] == (17, 2)
    assert told[("people_reached_alert", "")] == (25, 2)  # 18 by the events of C-1, 7 of C-3 by its report
    assert told[("dead_found", "patrol")] == (1, 1) and told[("dead_found", "alert")] == (2, 1)
    assert told[("response_ordered_h", "")] == (2.0, 3) and told[("response_found_h", "")] == (10.0, 1)
    assert told[("alerts", "")] == (3, 3)
    # the alert record of C-2 stands for what opened it
    assert told[("alerts", "driver")] == (1, 1) and told[("alerts", "relative")] == (2, 2)
    assert told[("alerts_by_grade", "B")] == (2, 2) and told[("alerts_by_grade", "C")] == (1, 1)
    assert told[("cases_opened", "")] == (3, 3) and told[("cases_closed", "")] == (2, 2)
    assert told[("cases_found_share", "")] == (0.5, 2)
    assert told[("patrol_km", "")] == (pytest.approx(400 + 300 + TRACK_KM + 250 + TRACK_KM), 5)
    assert told[("patrol_hours", "")] == (12 + 24 + 12 + 8 + 4, 5)
    assert told[("hand_overs", "")] == (37, 3) and told[("hand_overs", "dirkou")] == (18, 1)
    assert facts.remarks == ("2 tracks are left out: a report, or another track of the asset, tells of those hours",)
