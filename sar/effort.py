"""Allocation of search effort, and what an unsuccessful search says.

One kind of effort is shared out exactly (Charnes and Cooper 1958; Stone 1975; Washburn 2014): after sorting, in
closed form. Several resources, or assets that arrive and leave and whose finds are worth less the later they come, make
a concave programme (`sar.effort_solver`) whose answer carries a proven gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sar.effort_solver import Programme, maximise
from sar.sweep import coverage

Array = NDArray[np.float64]

#: Probabilities and coverages an hour at or below this count as zero, so that none of their inverses overflows.
_LEAST = 1e-100
#: Times that resources are shared out in turn at most.
_ROUNDS = 50


@dataclass(frozen=True)
class Allocation:
    """Effort shared out over n areas.

    Attributes
    ----------
    effort_h : array, shape (n,) or (n, R)
        Hours in each area, of each of R resources where there are several.
    pos : float
        What it is expected to find: probability of success (POS), or the sum of p x value x POD where areas carry a
        value (expected people found alive).
    gap : float
        No allocation is worth more than `pos + gap`; zero where the answer is in closed form.
    """

    effort_h: Array
    pos: float
    gap: float


def allocate(poa: Array, per_h: Array, hours: float, value: Array | None = None) -> Allocation:
    """Maximise sum_i p_i v_i (1 - exp(-w_i t_i)) subject to sum_i t_i = T, t >= 0, exactly.

    At the optimum the worth of one more hour, p v w exp(-w t), is the same wherever there is effort and no higher
    elsewhere. With areas by falling p v w those searched are the first k, and the level follows from T.

    Parameters
    ----------
    poa : array, shape (n,)
        Probability of area (or any weight); not negative.
    per_h : array, shape (n,)
        w: coverage for an hour, sweep width x speed / area; not negative. Zero where nothing can be seen.
    hours : float
        T; not negative.
    value : array, shape (n,), optional
        Worth of a find in each area, such as survival when the search comes; 1 where not given.

    Returns
    -------
    Allocation
        Hours stay unused only where nothing can be found anywhere.

    Raises
    ------
    ValueError
        If shapes differ or a number is negative or not finite.
    """
    worth = poa if value is None else np.asarray(poa, dtype=float) * value
    worth, rate = _checked("poa and value", worth, 1), _checked("per_h", per_h, 1)
    (total,) = _checked("hours", np.array([hours]), 1)
    if worth.shape != rate.shape:
        raise ValueError(f"poa has {len(worth)} areas and per_h {len(rate)}")
    effort = np.zeros(len(worth))
    useful = (worth > _LEAST) & (rate > _LEAST)
    level = np.log(worth, where=useful, out=np.full(len(worth), -np.inf))
    level += np.log(rate, where=useful, out=np.zeros(len(rate)))
    order = np.argsort(-level, kind="stable")[: int(useful.sum())]
    if len(order) and total > 0:
        level, slowness = level[order], np.cumsum(1 / rate[order])
        # Hours until the next area is worth as much: never falling, also where areas are worth the same.
        needed = np.append(0.0, np.cumsum(slowness[:-1] * (level[:-1] - level[1:])))
        taken = max(int((needed < total).sum()), 1)
        deeper = (total - needed[taken - 1]) / slowness[taken - 1]
        effort[order[:taken]] = (level[:taken] - level[taken - 1] + deeper) / rate[order[:taken]]
        effort *= total / effort.sum() if effort.any() else 1.0
    return Allocation(effort, float(-(worth * np.expm1(-rate * effort)).sum()), 0.0)


def allocate_several(poa: Array, per_h: Array, hours: Array) -> Allocation:
    """Maximise sum_i p_i (1 - exp(-sum_r w_ir t_ir)) subject to sum_i t_ir <= T_r, t >= 0.

    With one resource this is `allocate` and exact; with more, optimal within the gap told (some 1e-9 of all
    probability). It is Washburn's problem of several resources, as in SORAL.

    Parameters
    ----------
    poa : array, shape (n,)
    per_h : array, shape (n, R)
        Coverage for an hour of each resource in each area.
    hours : array, shape (R,)

    Returns
    -------
    Allocation

    Raises
    ------
    ValueError
        As `allocate`.
    """
    worth, rate, total = _checked("poa", poa, 1), _checked("per_h", per_h, 2), _checked("hours", hours, 1)
    if rate.shape != (len(worth), len(total)):
        raise ValueError(f"per_h has shape {rate.shape}; areas and resources make {(len(worth), len(total))}")
    if len(total) == 1:
        one = allocate(worth, rate[:, 0], float(total[0]))
        return Allocation(one.effort_h[:, None], one.pos, 0.0)
    programme = Programme(worth[:, None], rate, np.zeros(len(total), dtype=np.int64), total)
    effort = _in_turn(worth, rate, total, maximise(programme))
    return Allocation(effort, programme.total(effort), programme.gap(effort))


def _in_turn(poa: Array, per_h: Array, hours: Array, effort: Array) -> Array:
    """Share out each resource again while the others stay, exactly, as long as that brings anything."""
    effort, before = effort.copy(), -np.inf
    for _ in range(_ROUNDS):
        for r in range(len(hours)):
            others = (per_h * effort).sum(axis=1) - per_h[:, r] * effort[:, r]
            effort[:, r] = allocate(poa * np.exp(-others), per_h[:, r], float(hours[r])).effort_h
        missed = float((poa * np.exp(-(per_h * effort).sum(axis=1))).sum())
        if -missed <= before:
            break
        before = -missed
    return effort


@dataclass(frozen=True)
class SearchAsset:
    """A car, team, aircraft or drone that searches.

    Attributes
    ----------
    sweep_width_m : array, shape (n,)
        In each of n areas; zero where it cannot go or see.
    speed_kph : float
        Above zero, while searching.
    arrival_h : float
        Hours from now until it is on scene.
    endurance_h : float
        Hours it can search from then on.
    """

    sweep_width_m: Array
    speed_kph: float
    arrival_h: float
    endurance_h: float

    def __post_init__(self) -> None:
        _checked("sweep_width_m", self.sweep_width_m, 1)
        if not (np.isfinite(self.speed_kph) and self.speed_kph > 0):
            raise ValueError(f"speed_kph must be above zero, got {self.speed_kph!r}")
        _checked("arrival_h and endurance_h", np.array([self.arrival_h, self.endurance_h]), 1)


@dataclass(frozen=True)
class AssetPlan:
    """What each asset searches, slot by slot.

    Attributes
    ----------
    effort_h : array, shape (n, assets, slots)
    alive : float
        Expected people found alive, each find counted at the end of its slot: what is promised.
    at_most : float
        No plan for these assets, however fine its times, finds more alive (survival at the start of each slot).
    pos : float
        Probability of success, dead or alive.
    """

    effort_h: Array
    alive: float
    at_most: float
    pos: float


def allocate_assets(
    poa: Array, area_km2: Array, assets: Sequence[SearchAsset], edges_h: Array, survival: Array, people: float = 1.0
) -> AssetPlan:
    """Share out the hours of several assets so that most people are found alive.

    With survival not rising, a find by the end of slot k is worth S_k; summed by parts the aim is concave in the hours,
    and searching as soon as one arrives is never worse, so that each asset's hours in a slot are known beforehand. The
    optimum for survival at the slots' ends is found to some 1e-8. Left out, and so promised too well: the way
    between areas. Judgement: detections are independent, the object stays in its area.

    Parameters
    ----------
    poa : array, shape (n,)
        Sum at most 1; what is missing lies outside.
    area_km2 : array, shape (n,)
        Above zero.
    assets : sequence of SearchAsset
        At least one.
    edges_h : array, shape (slots + 1,)
        Rising; hours from now. Effort outside is not planned.
    survival : array, shape (n, slots + 1)
        Chance to be alive in each area at each edge, in [0, 1], not rising.
    people : float
        In the group.

    Returns
    -------
    AssetPlan

    Raises
    ------
    ValueError
        If a shape or range is not as above.
    """
    chance, size = check_poa(poa), _checked("area_km2", area_km2, 1)
    edges, alive = _checked("edges_h", edges_h, 1), _checked("survival", survival, 2)
    _check_scene(chance, size, assets, edges, alive)
    slots = len(edges) - 1
    rate = np.stack([coverage(a.speed_kph, a.sweep_width_m, size) for a in assets], axis=1)
    arrive = np.array([a.arrival_h for a in assets])[:, None]
    leave = arrive + np.array([a.endurance_h for a in assets])[:, None]
    hours = np.clip(np.minimum(edges[1:], leave) - np.maximum(edges[:-1], arrive), 0, None)
    rates, slot = np.repeat(rate, slots, axis=1), np.tile(np.arange(slots), len(assets))

    def programme(survives: Array) -> Programme:
        later = np.append(survives[:, 1:], np.zeros((len(chance), 1)), axis=1)
        return Programme(people * chance[:, None] * (survives - later), rates, slot, hours.ravel())

    late, early = programme(alive[:, 1:]), programme(alive[:, :-1])
    effort, hopeful = maximise(late), maximise(early)
    pos = float(-(chance * np.expm1(-(rates * effort).sum(axis=1))).sum())
    bound = early.total(hopeful) + early.gap(hopeful)
    return AssetPlan(effort.reshape(len(chance), len(assets), slots), late.total(effort), bound, pos)


def posterior(poa: Array, pod: Array) -> tuple[Array, float]:
    """Return the probability of each area, and of the outside, after a search that found nothing (Bayes).

    p_i' = p_i (1 - POD_i) / (1 - sum_j p_j POD_j); the outside, 1 - sum p, has a POD of zero.

    Parameters
    ----------
    poa : array, shape (n,)
        Sum at most 1.
    pod : array, shape (n,)
        In [0, 1].

    Returns
    -------
    posterior : array, shape (n,)
    outside : float
        With the areas it makes 1.

    Raises
    ------
    ValueError
        If a probability is out of range, or nothing is left: the search could not have failed.
    """
    prior, seen = check_poa(poa), _checked("pod", pod, 1)
    if seen.shape != prior.shape or (seen > 1).any():
        raise ValueError("pod must be in [0, 1], one for each area")
    left, outside = prior * (1 - seen), max(1 - float(prior.sum()), 0.0)
    total = float(left.sum()) + outside
    if total <= 0:
        raise ValueError("the search covers every possibility with certainty: it could not have found nothing")
    return left / total, outside / total


@dataclass(frozen=True)
class CircularPlan:
    """Best search for an object with a circular normal distribution (Stone 1975, ch. 2).

    Attributes
    ----------
    sigma_km : float
        Standard deviation along each axis.
    a : float
        sqrt(swept area / (pi sigma^2)).
    """

    sigma_km: float
    a: float

    @classmethod
    def of(cls, sigma_km: float, swept_km2: float) -> CircularPlan:
        """Plan for a swept area (sweep width x speed x hours); both numbers finite, sigma above zero."""
        if not (np.isfinite([sigma_km, swept_km2]).all() and sigma_km > 0 and swept_km2 >= 0):
            raise ValueError("sigma_km must be above zero and swept_km2 not negative")
        return cls(sigma_km, float(np.sqrt(swept_km2 / np.pi) / sigma_km))

    @property
    def radius_km(self) -> float:
        """Radius of the disc to search; nothing outside it."""
        return self.sigma_km * float(np.sqrt(2 * self.a))

    @property
    def pos(self) -> float:
        """Probability of success, 1 - (1 + a) exp(-a)."""
        return float(-np.expm1(-self.a) - self.a * np.exp(-self.a))

    def coverage_at(self, from_middle_km: Array) -> Array:
        """Return the coverage at some distance from the middle: (R^2 - r^2) / (2 sigma^2), not below zero."""
        r = np.asarray(from_middle_km, dtype=float)
        return np.maximum(self.radius_km**2 - r**2, 0) / (2 * self.sigma_km**2)

    def mean_hours(self, swept_km2_per_h: float) -> float:
        """Return the expected hours to detection under this plan: 6 pi sigma^2 / (sweep width x speed)."""
        return 6 * np.pi * self.sigma_km**2 / swept_km2_per_h


def check_poa(poa: Array) -> Array:
    """Return the probabilities of area; ValueError unless they are one row, not negative, of a sum at most 1."""
    checked = _checked("poa", poa, 1)
    if checked.sum() > 1 + 1e-9:
        raise ValueError(f"probabilities of area sum to {checked.sum():.6g}, over 1")
    return checked


def _check_scene(poa: Array, area: Array, assets: Sequence[SearchAsset], edges: Array, survival: Array) -> None:
    n = len(poa)
    if not assets or any(np.shape(a.sweep_width_m) != (n,) for a in assets):
        raise ValueError(f"there must be an asset, and each must have {n} sweep widths")
    if area.shape != (n,) or (area <= 0).any():
        raise ValueError("area_km2 must be above zero, one for each area")
    if len(edges) < 2 or (np.diff(edges) <= 0).any():
        raise ValueError("edges_h must rise and hold at least two")
    if survival.shape != (n, len(edges)) or (survival > 1).any() or (np.diff(survival, axis=1) > 0).any():
        raise ValueError("survival must be in [0, 1] and not rise, one row an area and one column an edge")


def _checked(name: str, values: Array, dimensions: int) -> Array:
    array = np.asarray(values, dtype=float)
    if array.ndim != dimensions or not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"{name}: numbers must be finite and not negative, in {dimensions} dimension(s)")
    return array
