from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from risk.incidents import IncidentParameters, effective_days, stranding_rate

ON = date(2026, 6, 15)


def line(count: int = 30, mode: str = "desert") -> pd.DataFrame:
    """A straight track along 20 N, segments of 10 km."""
    lon = 10 + np.arange(count) * 0.0957
    return pd.DataFrame({"lon": lon, "lat": 20.0, "length": 10_000.0, "mode": mode, "corridor": "niger-libya"})


def chain(count: int) -> np.ndarray:
    return np.column_stack([np.arange(count - 1), np.arange(1, count)])


def reports(rows: list[tuple[float, float, float, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["lon", "lat", "precision_km", "date", "source_grade"])


def rate(segments: pd.DataFrame, incidents: pd.DataFrame, **changes: float):
    far = np.full(len(segments), 200_000.0)
    return stranding_rate(segments, chain(len(segments)), incidents, far, ON, IncidentParameters(**changes))


def test_a_report_raises_the_rate_most_where_it_happened():
    segments = line()
    found = rate(segments, reports([(segments["lon"][15], 20.0, 5.0, "2026-05-01", "A")]))
    assert int(np.argmax(found.mean_per_km_day)) == 15
    assert found.reports.sum() == pytest.approx(2 ** (-45 / 365.25 / IncidentParameters().half_life_years), rel=1e-6)
    assert (np.diff(found.mean_per_km_day[15:]) <= 0).all()


def test_no_report_is_not_no_risk_and_lowers_less_where_nobody_would_report():
    segments = line()
    near, far = (
        stranding_rate(segments, chain(30), reports([]), np.full(30, away), ON).mean_per_km_day[0]
        for away in (0.0, 500_000.0)
    )
    assert 0 < near < far


def test_older_worse_graded_and_vaguer_reports_count_less():
    segments = line()
    at = segments["lon"][15]
    best = rate(segments, reports([(at, 20.0, 5.0, "2026-05-01", "A")]))
    for worse in (
        (at, 20.0, 5.0, "2016-05-01", "A"),
        (at, 20.0, 5.0, "2026-05-01", "D"),
        (at, 20.0, 90.0, "2026-05-01", "A"),
    ):
        assert rate(segments, reports([worse])).mean_per_km_day[15] < best.mean_per_km_day[15]


def test_reports_after_the_day_are_not_known_yet():
    segments = line()
    later = rate(segments, reports([(segments["lon"][15], 20.0, 5.0, "2026-07-01", "A")]))
    assert later.reports.sum() == 0


def test_the_interval_is_the_gamma_s():
    segments = line()
    found = rate(segments, reports([(segments["lon"][15], 20.0, 5.0, "2026-05-01", "A")]))
    for probability in (0.1, 0.9):
        expected = gamma.ppf(probability, found.shape, scale=1 / found.rate)
        assert np.allclose(found.quantile_per_km_day(probability), expected)
    assert (found.quantile_per_km_day(0.1) < found.mean_per_km_day).all()


def test_spreading_along_the_network_keeps_the_sum_and_stays_off_the_sea():
    segments = line()
    segments.loc[20:, "mode"] = "sea"
    found = rate(segments, reports([(segments["lon"][18], 20.0, 5.0, "2026-05-01", "A")]), along_km=60)
    assert (found.reports[20:] == 0).all() and np.isnan(found.mean_per_km_day[25])
    assert found.reports.sum() == pytest.approx(2 ** (-45 / 365.25 / IncidentParameters().half_life_years), rel=1e-6)


def test_row_order_of_the_reports_does_not_matter():
    segments = line()
    rows = [
        (10.5, 20.0, 5.0, "2024-05-01", "A"),
        (11.5, 20.2, 30.0, "2021-01-01", "B"),
        (12.0, 19.9, 80.0, "2018-01-01", "C"),
    ]
    assert np.allclose(rate(segments, reports(rows)).reports, rate(segments, reports(rows[::-1])).reports)


def test_a_report_far_from_every_route_changes_nothing():
    segments = line()
    assert rate(segments, reports([(-10.0, 5.0, 5.0, "2024-05-01", "A")])).reports.sum() == 0


def test_effective_days_is_the_integral_of_the_decay():
    parameters = IncidentParameters(half_life_years=4)
    days = np.arange((ON - parameters.records_from).days)
    assert effective_days(ON, parameters) == pytest.approx(np.sum(2.0 ** (-(days + 0.5) / 365.25 / 4)), rel=1e-4)


def test_thinned_simulation_recovers_the_rate():
    """Strandings drawn at a known rate, reported one time in twenty: the posterior covers the truth."""
    rng = np.random.default_rng(3)
    segments, truth = line(60), 1e-4
    parameters = IncidentParameters(half_life_years=100, along_km=0, bandwidth_km=5)
    days = (ON - parameters.records_from).days
    reporting = parameters.reporting_share * parameters.remote_share
    covered, means = [], []
    for _ in range(40):
        count = rng.poisson(truth * 600 * days * reporting)
        where = rng.integers(0, 60, count)
        when = pd.Timestamp(parameters.records_from) + pd.to_timedelta(rng.integers(0, days, count), unit="D")
        table = pd.DataFrame(
            {
                "lon": segments["lon"].to_numpy()[where],
                "lat": 20.0,
                "precision_km": 1.0,
                "date": when.strftime("%Y-%m-%d"),
                "source_grade": "A",
            }
        )
        found = stranding_rate(segments, chain(60), table, np.full(60, 1e7), ON, parameters)
        covered.append(((found.quantile_per_km_day(0.1) <= truth) & (truth <= found.quantile_per_km_day(0.9))).mean())
        means.append(found.mean_per_km_day.mean())
    assert np.mean(covered) > 0.75 and np.mean(means) == pytest.approx(truth, rel=0.25)
