"""How often groups are stranded: a Gamma-Poisson posterior on segments from sparse reports.

Reports on segment s are a thinned Poisson count with mean rate_s x exposure_s, where the exposure is kilometres x
effective days x the chance that a stranding there is ever reported. With a Gamma(a, a / m_s) prior of mean m_s,

    rate_s | reports ~ Gamma(a + y_s, a / m_s + exposure_s),

y_s being the weighted reports that the kernel lays on the segment. "No report" therefore lowers the rate only as far
as a report would have been likely.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.spatial import cKDTree
from scipy.special import gammaincinv

from data.ellipsoid import earth_centred_m
from data.units import DAYS_PER_YEAR, KM_PER_DEG, M_PER_KM
from risk.parameters import Bounded, bounds

Array = NDArray[np.float64]

GRADE_WEIGHT = {"A": 1.0, "B": 0.9, "C": 0.7, "D": 0.4}
#: Strandings per km and day before any report, by mode. Judgement, in proportion to how far a breakdown is from help
#: and how much irregular traffic uses the surface; the corridor factor then learns the level from the reports.
MODE_PRIOR_PER_KM_DAY = {"paved": 4e-6, "track": 3e-5, "desert": 6e-5, "foot": 4e-5}
CELLS_PER_REGION = 4
#: A report reaches segments this many bandwidths away.
REACH_BANDWIDTHS = 8.0


@dataclass(frozen=True)
class IncidentParameters(Bounded):
    """Parameters of the stranding rate.

    Kernel, half-life and survey weight did best on incidents of 2018-2020 foretold from earlier ones; the shapes are
    those under which intervals cover known rates in simulation (a smaller `prior_shape` ranks better and covers worse).

    Attributes
    ----------
    half_life_years : float
        Age at which a report counts half.
    bandwidth_km : float
        Kernel across country; a report's own precision is added in quadrature.
    tail : float
        Power of the kernel's fall, (1 + (d / bandwidth)^2)^-tail: 1 is very heavy-tailed, above 5 nearly Gaussian.
    along_km : float
        Smoothing along the network.
    prior_shape : float
        `a` above: how many reports the prior is worth on a segment.
    corridor_shape : float
        The same for the factor of a corridor.
    region_km, region_shape : float
        Width of the kernel over which a region's reports move the prior of its segments, and how many reports the
        factor 1 is worth there.
    reporting_share : float
        Chance that a stranding near a town ends in a public report. Judgement: some 50 known operations of the hundreds
        that rescuers describe.
    remote_share, town_scale_km : float
        Reporting far from towns relative to near them, and the distance over which it falls.
    survey_weight : float
        Weight of an incident told in an interview survey: its place is where the person remembers it.
    records_from : date
        Since when reports were collected.
    """

    half_life_years: float = field(default=12.0, metadata=bounds(0.1, 100))
    bandwidth_km: float = field(default=25.0, metadata=bounds(1, 500))
    tail: float = field(default=2.5, metadata=bounds(0.6, 20))
    along_km: float = field(default=10.0, metadata=bounds(0, 500))
    prior_shape: float = field(default=0.3, metadata=bounds(0.01, 100))
    corridor_shape: float = field(default=3.0, metadata=bounds(0.01, 100))
    region_km: float = field(default=50.0, metadata=bounds(20, 1000))
    region_shape: float = field(default=0.5, metadata=bounds(0.01, 100))
    reporting_share: float = field(default=0.05, metadata=bounds(0.0001, 1))
    remote_share: float = field(default=0.2, metadata=bounds(0.01, 1))
    town_scale_km: float = field(default=20.0, metadata=bounds(1, 1000))
    survey_weight: float = field(default=0.4, metadata=bounds(0, 1))
    records_from: date = date(2013, 1, 1)


@dataclass(frozen=True)
class StrandingRate:
    """Posterior of the stranding rate, aligned with the segments given.

    Attributes
    ----------
    shape, rate : array, shape (n,)
        Of the Gamma posterior; `rate` in km days. NaN on sea legs.
    reports : array, shape (n,)
        Weighted reports laid on each segment.
    """

    shape: Array
    rate: Array
    reports: Array

    @property
    def mean_per_km_day(self) -> Array:
        """Posterior mean, strandings per km and day."""
        return self.shape / self.rate

    def quantile_per_km_day(self, probability: float) -> Array:
        """Return a posterior quantile for each segment, strandings per km and day."""
        return np.asarray(gammaincinv(self.shape, probability) / self.rate)


def effective_days(on: date, parameters: IncidentParameters) -> float:
    """Return the days of record, each discounted by its age: the integral of 2^(-age / half-life)."""
    span_years = max((on - parameters.records_from).days, 0) / DAYS_PER_YEAR
    half_life = parameters.half_life_years
    return float(half_life / np.log(2) * (1 - 2.0 ** (-span_years / half_life)) * DAYS_PER_YEAR)


def stranding_rate(
    segments: pd.DataFrame,
    neighbours: NDArray[np.int64],
    incidents: pd.DataFrame,
    town_distance_m: Array,
    on: date,
    parameters: IncidentParameters | None = None,
) -> StrandingRate:
    """Estimate the rate at which groups are stranded on each segment.

    Parameters
    ----------
    segments : DataFrame
        With lon, lat (middle, degrees), length (m), mode, corridor.
    neighbours : array, shape (m, 2)
        Pairs of row numbers that share a node.
    incidents : DataFrame
        With lon, lat, precision_km, date, source_grade; those after `on` are ignored.
    town_distance_m : array, shape (n,)
        From each segment to the nearest inhabited place.
    on : date
        The day asked about.

    Returns
    -------
    StrandingRate
    """
    parameters = parameters or IncidentParameters()
    land = (segments["mode"] != "sea").to_numpy()
    length_km = segments["length"].to_numpy(float) / M_PER_KM
    reports = np.zeros(len(segments))
    kernel = _kernel(segments, land, length_km, incidents, parameters)
    reports[land] = kernel.T @ _report_weight(incidents, on, parameters) if len(incidents) else 0.0
    reports = _along_network(reports, neighbours[land[neighbours].all(axis=1)], length_km, parameters)
    exposure = effective_days(on, parameters) * length_km * reporting_chance(town_distance_m, parameters)
    prior = segments["mode"].map(MODE_PRIOR_PER_KM_DAY).to_numpy(float)
    prior = prior * _corridor_factor(segments["corridor"], reports, exposure * prior, land, parameters)
    prior = prior * _regional_factor(segments, reports, exposure * prior, land, parameters)
    shape = np.full(len(segments), parameters.prior_shape)
    return shrink(shape, parameters.prior_shape / prior, reports, exposure)


def shrink(prior_shape: Array, prior_rate: Array, reports: Array, exposure: Array) -> StrandingRate:
    """Return the Gamma posterior of Poisson rates: shape + reports, rate + exposure (empirical Bayes, Hauer 1997).

    Parameters
    ----------
    prior_shape, prior_rate : array, shape (n,)
        Of the Gamma prior; its mean is shape / rate.
    reports, exposure : array, shape (n,)
        Counts and what they were counted over.
    """
    return StrandingRate(prior_shape + reports, prior_rate + exposure, reports)


def reporting_chance(town_distance_m: Array, parameters: IncidentParameters) -> Array:
    """Return the chance that a stranding ends in a public report; it falls with the distance to the nearest town."""
    near_towns = np.exp(-town_distance_m / M_PER_KM / parameters.town_scale_km)
    return np.asarray(
        parameters.reporting_share * (parameters.remote_share + (1 - parameters.remote_share) * near_towns)
    )


def _report_weight(incidents: pd.DataFrame, on: date, parameters: IncidentParameters) -> Array:
    age_days = (pd.Timestamp(on) - pd.to_datetime(incidents["date"])).dt.days.to_numpy(float)
    decay = 2.0 ** (-age_days / DAYS_PER_YEAR / parameters.half_life_years)
    if "survey" in incidents:
        decay = decay * np.where(incidents["survey"].to_numpy(bool), parameters.survey_weight, 1.0)
    known = (age_days >= 0) & (pd.to_datetime(incidents["date"]) >= pd.Timestamp(parameters.records_from)).to_numpy()
    return np.asarray(np.where(known, decay * incidents["source_grade"].map(GRADE_WEIGHT).to_numpy(float), 0.0))


def _kernel(
    segments: pd.DataFrame,
    land: NDArray[np.bool_],
    length_km: Array,
    incidents: pd.DataFrame,
    parameters: IncidentParameters,
) -> csr_array:
    """Share of each report (row) that falls on each land segment (column); a row sums to 1, or 0 if nothing is near."""
    count = int(land.sum())
    if len(incidents) == 0:
        return csr_array((0, count))
    tree = cKDTree(earth_centred_m(segments["lon"].to_numpy(float)[land], segments["lat"].to_numpy(float)[land]))
    at = earth_centred_m(incidents["lon"].to_numpy(float), incidents["lat"].to_numpy(float))
    bandwidth_m = np.hypot(parameters.bandwidth_km, incidents["precision_km"].to_numpy(float)) * M_PER_KM
    rows, columns, values = [], [], []
    for row, (point, width_m) in enumerate(zip(at, bandwidth_m, strict=True)):
        near = np.array(tree.query_ball_point(point, REACH_BANDWIDTHS * width_m), dtype=np.int64)
        away_m = np.linalg.norm(tree.data[near] - point, axis=1)
        # heavy tails (a Student kernel): most reports are placed well, some only by the nearest town
        share = (1 + (away_m / width_m) ** 2) ** -parameters.tail * length_km[land][near]
        if share.sum() > 0:
            rows.append(np.full(len(near), row))
            columns.append(near)
            values.append(share / share.sum())
    if not rows:
        return csr_array((len(incidents), count))
    return coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(len(incidents), count)
    ).tocsr()


def _along_network(
    reports: Array, neighbours: NDArray[np.int64], length_km: Array, parameters: IncidentParameters
) -> Array:
    """Spread reports along joined segments by a lazy random walk that keeps their sum (variance = along_km squared)."""
    if len(neighbours) == 0 or parameters.along_km == 0:
        return reports
    count = len(reports)
    links = coo_array((np.ones(len(neighbours)), (neighbours[:, 0], neighbours[:, 1])), shape=(count, count)).tocsr()
    links = links + links.T
    degree = np.maximum(links.sum(axis=1), 1)
    most = float(degree.max())
    # Equal chance to every neighbour keeps the walk symmetric, so it neither piles up at junctions nor loses weight.
    step = diags_array(1 - degree / (2 * most)) + links / (2 * most)
    variance_per_step_km2 = float(np.median(length_km)) ** 2 / most
    for _ in range(max(1, round(parameters.along_km**2 / variance_per_step_km2))):
        reports = step @ reports
    return np.asarray(reports)


def _corridor_factor(
    corridor: pd.Series, reports: Array, expected: Array, land: NDArray[np.bool_], parameters: IncidentParameters
) -> Array:
    """Reports against expectation by corridor, drawn towards 1 by a Gamma prior: (k + y) / (k + e)."""
    table = pd.DataFrame({"y": reports, "e": expected})[land].groupby(corridor.to_numpy()[land]).sum()
    factor = (parameters.corridor_shape + table["y"]) / (parameters.corridor_shape + table["e"])
    return np.asarray(corridor.map(factor).fillna(1.0), dtype=float)


def _regional_factor(
    segments: pd.DataFrame, reports: Array, expected: Array, land: NDArray[np.bool_], parameters: IncidentParameters
) -> Array:
    """Reports against expectation around each segment, drawn towards 1: a prior that follows regions, not corridors.

    Both are laid on a grid, each value shared among the four cells around it, and smoothed with an unnormalised
    Gaussian, so that they stay counts; degrees of longitude are taken at the middle of the region.
    """
    lon, lat = segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)
    step_lat = parameters.region_km / CELLS_PER_REGION / KM_PER_DEG
    step_lon = step_lat / np.cos(np.radians(np.median(lat)))
    at = np.stack([(lat - lat.min()) / step_lat, (lon - lon.min()) / step_lon])
    whole = at.astype(int)
    part = at - whole
    shape = tuple(whole.max(axis=1) + 2)

    def around(values: Array) -> Array:
        grid = np.zeros(shape)
        for up, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
            weight = np.abs(1 - up - part[0]) * np.abs(1 - right - part[1])
            np.add.at(grid, (whole[0][land] + up, whole[1][land] + right), (values * weight)[land])
        # gaussian_filter divides by the kernel's sum; counts want it back
        smooth = gaussian_filter(grid, CELLS_PER_REGION, mode="constant") * 2 * np.pi * CELLS_PER_REGION**2
        return np.asarray(map_coordinates(smooth, at, order=1))

    shape_at = parameters.region_shape
    return np.asarray((shape_at + around(reports)) / (shape_at + around(np.nan_to_num(expected))))
