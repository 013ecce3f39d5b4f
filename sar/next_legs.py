"""The next best leg of each asset: most people found alive for each hour until it is done.

Assets choose one after another, the one with the best leg before the others; each counts on the legs already chosen.
Legs are ways over tracks through where people may be, and parallel sweeps of squares of open ground; all are judged by
the same timed swath as a search that was really done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sar.belief import Belief
from sar.leg_candidates import Theatre, candidates
from sar.particles import Particles, left_behind
from sar.search_leg import Claims, SearchLeg, Worth, together, worth
from sar.searcher import Searcher
from sar.swath import sightings

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What it is worth to find somebody dead, against finding somebody alive. Judgement.
DEAD_WORTH = 0.05
#: What it is worth to find the vehicle that somebody left, against finding them. Judgement.
CLUE_WORTH = 0.3
#: Legs count as taking so long at least, h.
LEAST_H = 0.1
#: Particles that legs are judged on.
THINNED = 2000
#: Legs shown beside the best.
OTHERS = 3


@dataclass(frozen=True, eq=False)
class Choice:
    """A leg with what it is expected to bring.

    Attributes
    ----------
    leg : SearchLeg
    pos : float
        Chance that a person of the group is found on it.
    alive : float
        Expected people found alive.
    hours : float
        From now until the leg is done.
    home_h : float
        Hours from its end back to where the asset has to be.
    dead : float
        Expected people found dead.
    clue : float
        Expected people alive whose vehicle is found, but not they.
    """

    leg: SearchLeg
    pos: float
    alive: float
    hours: float
    home_h: float
    dead: float
    clue: float = 0.0

    @property
    def per_h(self) -> float:
        """People found alive for each hour until the leg is done."""
        return self.alive / self.hours

    @property
    def score(self) -> float:
        """What legs are ranked by: as `per_h`, the dead and the vehicles left counted a little."""
        return (self.alive + DEAD_WORTH * self.dead + CLUE_WORTH * self.clue) / self.hours


@dataclass(frozen=True, eq=False)
class AssetAdvice:
    """The best leg of an asset and others; `best` is None where it can reach nothing."""

    searcher: Searcher
    best: Choice | None
    others: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Question:
    """What knowing would be worth: people found alive for each hour, above the best leg chosen without knowing."""

    asks: str
    per_h: float


@dataclass(frozen=True, eq=False)
class Advice:
    """Legs for all assets.

    Attributes
    ----------
    assets : tuple of AssetAdvice
    questions : tuple of Question
        Most worth knowing first.
    pos : float
        Chance that the best legs together find a person of the group.
    alive : float
        Expected people found alive by them.
    """

    assets: tuple[AssetAdvice, ...]
    questions: tuple[Question, ...]
    pos: float
    alive: float


def thinned(belief: Belief, count: int = THINNED) -> Belief:
    """Return fewer particles of equal weight that stand for all (systematic draws, no luck in it)."""
    if len(belief.particles) <= count:
        return belief
    edges = np.cumsum(belief.weight)
    rows = np.searchsorted(edges / edges[-1], (np.arange(count) + 0.5) / count).clip(max=len(edges) - 1)
    return Belief(belief.particles.some(rows), np.full(count, (1 - belief.outside) / count), belief.outside)


def advise(
    belief: Belief,
    searchers: Sequence[Searcher],
    theatre: Theatre,
    now_h: float,
    people: float,
    progress: Callable[[float], None] = lambda share: None,
    particles: int = THINNED,
    vehicle_found: bool = False,
    under_way: Sequence[SearchLeg] = (),
) -> Advice:
    """Choose the next leg of each asset.

    Parameters
    ----------
    belief : Belief
    searchers : sequence of Searcher
    theatre : Theatre
    now_h : float
        On the particles' clock.
    people : float
        In the group.
    vehicle_found : bool
        A vehicle left behind is known already, and tells nothing any more.
    under_way : sequence of SearchLeg
        Of assets that are not asked.
    """
    few = thinned(belief, particles)
    claims = Claims.none(len(few.particles))
    for leg in under_way:
        claims = claims.with_leg(few, leg)
    advices: dict[str, AssetAdvice] = {}
    questions: tuple[Question, ...] = ()
    # each asset once by itself, so that who is near chooses before who is far
    rows = np.flatnonzero(few.particles.with_vehicle & ~few.particles.waits & (not vehicle_found))
    vehicles = Vehicles(rows, left_behind(few.particles.some(rows)))
    first = {each.asset_id: _judged(few, each, theatre, now_h, people, vehicles, claims) for each in searchers}
    order = sorted(searchers, key=lambda each: (-first[each.asset_id].best_score, each.ready_h, each.asset_id))
    for number, searcher in enumerate(order):
        judged = first[searcher.asset_id]
        if number:
            judged = _judged(few, searcher, theatre, now_h, people, vehicles, claims)
        advices[searcher.asset_id] = _ranked(searcher, judged.choices)
        if judged.choices and not questions:
            values = [each.alive * people / max(choice.hours, 1e-9) for each, choice in judged.pairs]
            questions = _questions(few, few.weight, np.array(values), now_h)
        best = advices[searcher.asset_id].best
        if best is not None:
            claims = claims.with_leg(few, best.leg)
        progress((number + 1) / len(searchers))
    ordered = tuple(advices[each.asset_id] for each in searchers)
    chosen = [each.best.leg for each in ordered if each.best is not None]
    before, after = together(few, under_way), together(few, [*under_way, *chosen])
    pos, alive = ((few.weight * (getattr(after, name) - getattr(before, name))).sum() for name in ("pod", "alive"))
    return Advice(ordered, questions, float(pos), people * float(alive))


@dataclass(frozen=True, eq=False)
class Vehicles:
    """Vehicles that walkers left: rows of the walkers, and their vehicles as particles that stay."""

    rows: Ints
    left: Particles


@dataclass(frozen=True, eq=False)
class _Judged:
    """The legs of one asset with what they bring."""

    pairs: list[tuple[Worth, Choice]]

    @property
    def choices(self) -> list[Choice]:
        return [choice for _, choice in self.pairs]

    @property
    def best_score(self) -> float:
        return max((choice.score for _, choice in self.pairs), default=0.0)


def _judged(
    belief: Belief, searcher: Searcher, theatre: Theatre, now_h: float, people: float, vehicles: Vehicles,
    claims: Claims,
) -> _Judged:  # fmt: skip
    """Judge what an asset could do, counting on the legs already chosen."""
    # ground that others will come to is looked at too, for this asset may be there sooner
    likely = replace(belief, weight=belief.weight * (1 - 0.5 * claims.pod))
    pairs = []
    for leg, home_h in candidates(likely, searcher, theatre, max(now_h, searcher.ready_h)):
        each = worth(belief, leg, claims)
        clue = _clue(belief, leg, vehicles) * (1 - claims.pod)
        pairs.append((each, _choice(belief.weight, leg, home_h, each, clue, now_h, people)))
    return _Judged(pairs)


def _clue(belief: Belief, leg: SearchLeg, vehicles: Vehicles) -> Array:
    """Return the chance that the vehicle which each left is seen while they live."""
    seen = np.zeros(len(belief.particles))
    if len(vehicles.rows):
        seen[vehicles.rows] = sightings(vehicles.left, leg.swath).total(len(vehicles.rows))
    return np.asarray(np.where(belief.particles.alive(leg.ends_h), seen, 0.0))


def _choice(
    weight: Array, leg: SearchLeg, home_h: float, each: Worth, clue: Array, now_h: float, people: float
) -> Choice:
    pos, alive = float((weight * each.pod).sum()), float((weight * each.alive).sum())
    told = people * float((weight * clue * (1 - each.pod)).sum())
    return Choice(leg, pos, people * alive, max(leg.ends_h - now_h, LEAST_H), home_h, people * (pos - alive), told)


def _ranked(searcher: Searcher, choices: list[Choice]) -> AssetAdvice:
    """Return the best leg and the next ones that end elsewhere."""
    picked: list[Choice] = []
    for choice in sorted((each for each in choices if each.score > 0), key=lambda each: -each.score):
        if all(choice.leg.to != other.leg.to for other in picked):
            picked.append(choice)
        if len(picked) > OTHERS:
            break
    return AssetAdvice(searcher, picked[0] if picked else None, tuple(picked[1:]))


def _questions(belief: Belief, weight: Array, values: Array, now_h: float) -> tuple[Question, ...]:
    """Rank what could be asked by what the answer would be worth for the next leg (expected value of information)."""
    best = float((values @ weight).max(initial=0.0))
    found = []
    for asks, labels in _partitions(belief, now_h).items():
        known = sum(float((values[:, labels == each] @ weight[labels == each]).max()) for each in np.unique(labels))
        found.append(Question(asks, known - best))
    return tuple(sorted((each for each in found if each.per_h > 0), key=lambda each: -each.per_h))


def _partitions(belief: Belief, now_h: float) -> dict[str, Ints]:
    """Return the answers to each question, by particle."""
    particles = belief.particles
    start_lon, start_lat = particles.at(0.0)
    lon, lat = particles.at(now_h)
    east, north = (lon - start_lon) * np.cos(np.radians(start_lat)), lat - start_lat
    quarter = np.round(np.degrees(np.arctan2(east, north)) % 360 / 90).astype(int) % 4
    centred = np.column_stack(
        [(start_lon - start_lon.mean()) * np.cos(np.radians(start_lat)), start_lat - start_lat.mean()]
    )
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    along = centred @ axes[0]
    third = np.searchsorted(np.quantile(along, (1 / 3, 2 / 3)), along)
    return {
        "do they wait or walk": particles.waits.astype(int),
        "which way did the walkers go": np.where(particles.waits, 4, quarter),
        "where along the way did the vehicle stop": third,
    }
