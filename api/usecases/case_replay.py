"""The state of a case from its log: the same events always give the same state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from api.case_book import number_of_day
from api.context import RegionContext
from api.usecases.case_events import (
    Asset,
    Assets,
    Clue,
    Decision,
    Driven,
    Facts,
    Found,
    Opened,
    Ordered,
    Released,
    Sight,
    Storm,
    Weights,
    Withdrawn,
)
from api.usecases.case_evidence import USUAL_SIGHT_KM, Logged, told_all
from api.usecases.case_scene import case_scene, moving_people, night_hours
from api.usecases.locate import locate
from data.errors import BadInput
from data.units import KM_PER_DEG
from sar.alert import Alert
from sar.belief import (
    GENUINE,
    Belief,
)
from sar.particles import Particles
from sar.pinned import joined, pinned
from sar.scenarios import OUTSIDE, Scenario, prior, with_weights
from sar.scene import People, Scene
from sar.searcher import Searcher, Skies
from sar.walkers import PARTICLES, simulate
from sar.whereabouts import Whereabouts

Array = NDArray[np.float64]

#: Hours followed beyond now, and in all.
AHEAD_H, LEAST_H, MOST_H = 48, 72, 360
#: Nearer than this to its base an asset is back, km; what it then takes to leave again, h.
HOME_KM, TURN_ROUND_H = 3.0, 1.0
#: A phone at or below this may fail any moment, per cent.
LOW_BATTERY_PCT = 20.0
#: Fewer of the particles near a clue than this, of all: a set is made that starts from the clue.
_FEW_NEAR = 0.01


@dataclass(frozen=True, eq=False)
class CaseState:
    """What is known and believed of a case.

    Attributes
    ----------
    case_id : str
    alert : Alert
        With all facts learnt since.
    events : tuple of Logged
        That count; withdrawn ones are left out.
    weights : dict of Scenario to float
        Before any search or clue.
    understood : str
        How the place was read.
    belief : Belief
    skies : Skies
    scene : Scene
    searchers : tuple of Searcher
        Where they are now.
    now : datetime
    found_alive, found_dead : int
    status : str
        "open", "suspended" or "closed".
    remarks : tuple of str
        What a reader must know.
    gains : tuple of (int, float)
        Number of each search and the probability that it had of finding somebody (POS) when it was told.
    """

    case_id: str
    alert: Alert
    events: tuple[Logged, ...]
    weights: dict[Scenario, float]
    understood: str
    belief: Belief
    skies: Skies
    scene: Scene
    searchers: tuple[Searcher, ...]
    assets: tuple[Asset, ...]
    now: datetime
    found_alive: int
    found_dead: int
    status: str
    remarks: tuple[str, ...]
    gains: tuple[tuple[int, float], ...] = field(default=())

    @property
    def now_h(self) -> float:
        """Now on the particles' clock."""
        return self.belief.particles.hour_of(self.now)

    @property
    def looked_for(self) -> int:
        """People still looked for."""
        return max(self.alert.group.people - self.found_alive - self.found_dead, 0)

    @property
    def pos(self) -> float:
        """Probability of success of all searches so far, had they not been known to fail."""
        missed = np.prod([1 - gain for _, gain in self.gains])
        return float(1 - missed)


def replay(
    context: RegionContext,
    case_id: str,
    log: Sequence[Logged],
    now: datetime,
    progress: Callable[[float], None] = lambda share: None,
    count: int = PARTICLES,
) -> CaseState:
    """Fold a log into a state.

    Parameters
    ----------
    log : sequence of Logged
        In order; the first opens the case.
    now : datetime
        Aware; events told later are left out.

    Raises
    ------
    BadInput
        If the first event opens nothing or the place is not understood.
    """
    if not log or not isinstance(log[0].event, Opened):
        raise BadInput(f"case {case_id}: its log does not begin with an alert")
    events = counting([each for each in log if each.at <= now or each.number == 1])
    alert = alert_of(events)
    said, where = locate(context, alert.where)
    hours = int(np.clip(np.ceil((now - alert.stranded_at).total_seconds() / 3600) + AHEAD_H, LEAST_H, MOST_H))
    storms = tuple(each.event for each in events if isinstance(each.event, Storm))
    scene = case_scene(context, alert, where, hours, storms)
    weights = _weights(alert, events)
    progress(0.3)
    particles, share, pinned_by = _particles(context, case_id, alert, where, weights, scene, events, count)
    progress(0.7)
    # where a clue moves people to a place of its own, nothing of that lies outside
    kept = [1 - GENUINE[e.event.grade.value] for e in events if isinstance(e.event, Clue) and e.number in pinned_by]
    outside = OUTSIDE[alert.grade.value] * float(np.prod(kept))
    belief = Belief(particles, share * (1 - outside), outside)
    skies = _skies(scene, events)
    belief, gains, remarks = told_all(belief, skies, events, pinned_by)
    progress(1.0)
    assets = _assets(events)
    if alert.battery_pct is not None and alert.battery_pct <= LOW_BATTERY_PCT:
        remarks += (
            f"their phone was at {alert.battery_pct:g} %: ask first for a position by message, then let it rest",
        )
    if belief.effective < 300:
        remarks += ("few of the possibilities drawn still fit all messages: the map is coarse",)
    if (now - alert.stranded_at).total_seconds() / 3600 + AHEAD_H > MOST_H:
        remarks += (f"people are followed for {MOST_H} h from the stranding; beyond that nothing changes",)
    founds = [each.event for each in events if isinstance(each.event, Found)]
    return CaseState(
        case_id, alert, events, weights, said.read_as, belief, skies, scene,
        _searchers(assets, events, belief.particles, now), assets, now,
        sum(each.alive for each in founds), sum(each.dead for each in founds),
        status_of(events), remarks, gains,
    )  # fmt: skip


def counting(log: Sequence[Logged]) -> tuple[Logged, ...]:
    """Return the events that are not withdrawn; a withdrawal that was itself withdrawn takes nothing away."""
    gone = set[int]()
    for each in reversed(log):
        if isinstance(each.event, Withdrawn) and each.number not in gone and each.event.event < each.number:
            gone.add(each.event.event)
    return tuple(each for each in log if each.number not in gone or each.number == 1)


def alert_of(events: Sequence[Logged]) -> Alert:
    """Return the alert with every fact learnt since."""
    opened = events[0].event
    assert isinstance(opened, Opened)
    values = opened.model_dump(exclude={"kind", "message"})
    for each in events[1:]:
        if isinstance(each.event, Facts):
            changed = each.event.model_dump(exclude={"kind"}, exclude_none=True)
            if "hours_stranded" in changed:
                # told later: counted back from then
                later_h = (each.at - opened.told_at).total_seconds() / 3600
                changed["hours_stranded"] = max(changed["hours_stranded"] - max(later_h, 0.0), 0.0)
            values.update(changed)
    return Alert(**values)


def status_of(events: Sequence[Logged]) -> str:
    """Return "open", "suspended" or "closed": a change takes two different people of one mind."""
    return voices_of(events)[0]


def voices_of(events: Sequence[Logged]) -> tuple[str, dict[str, str]]:
    """Return the status, and who has spoken for what since it last changed."""
    status, voices = "open", dict[str, str]()
    words = {"close": "closed", "suspend": "suspended", "reopen": "open"}
    for each in events:
        if not isinstance(each.event, Decision):
            continue
        voices[each.by] = each.event.what
        if sum(what == each.event.what for what in voices.values()) >= 2:
            status, voices = words[each.event.what], {}
    return status, voices


def _weights(alert: Alert, events: Sequence[Logged]) -> dict[Scenario, float]:
    weights = prior(alert)
    for each in events:
        if isinstance(each.event, Weights):
            weights = with_weights(weights, each.event.weights)
    return weights


def _particles(
    context: RegionContext, case_id: str, alert: Alert, where: Whereabouts, weights: dict[Scenario, float],
    scene: Scene, events: Sequence[Logged], count: int,
) -> tuple[Particles, Array, set[int]]:  # fmt: skip
    """Draw particles from the alert, and from each clue that hardly any of them fits; with their shares."""
    people = moving_people(context, alert, where)
    seed = crc32(number_of_day(case_id).encode())
    sets = [simulate(where, weights, people, scene, np.random.default_rng(seed), count)]
    shares, pins = [1.0], set[int]()
    for each in events:
        clue = each.event
        if not isinstance(clue, Clue):
            continue
        hour = 0.0 if "vehicle" in clue.what else min(sets[0].hour_of(clue.seen_at), float(scene.hours))
        near = _near(joined(sets), clue, hour)
        if near >= _FEW_NEAR:
            continue
        genuine = GENUINE[clue.grade.value]
        # by what the clue says, not by its number: the order of messages moves nobody
        own = [seed, crc32(clue.model_dump_json().encode())]
        sets.append(_from_clue(context, clue, hour, weights, people, scene, sets[0], own))
        shares = [share * (1 - genuine) for share in shares] + [genuine]
        pins.add(each.number)
    share = np.concatenate([np.full(len(one), part / len(one)) for one, part in zip(sets, shares, strict=True)])
    return joined(sets), share, pins


def _from_clue(
    context: RegionContext, clue: Clue, hour: float, weights: dict[Scenario, float], people: People, scene: Scene,
    base: Particles, seed: list[int],
) -> Particles:  # fmt: skip
    """Return people who were where a clue says: who set out there for a vehicle, else who came by there."""
    rng = np.random.default_rng(seed)
    if "vehicle" in clue.what:
        letters = f"{abs(clue.lat):.5f}{'S' if clue.lat < 0 else 'N'} {abs(clue.lon):.5f}{'W' if clue.lon < 0 else 'E'}"
        _, at = locate(context, f"{letters} ± {max(clue.radius_km, 0.5):g} km")
        left = {name: w for name, w in weights.items() if clue.what == "vehicle" or name is not Scenario.STAYED}
        total = sum(left.values())
        fits = {name: w / total for name, w in left.items()} if total > 0 else weights
        found = simulate(at, fits, people, scene, rng, len(base))
        # nobody waits at an empty vehicle, not even a part of a split group
        gone = np.flatnonzero(~found.waits)
        return found.some(gone) if clue.what == "empty vehicle" and len(gone) else found
    seen = np.full(len(base), int(min(hour, base.hours)))
    # footprints and the dead were left at some time before they were found
    by_then = seen if clue.what == "sighting" else rng.integers(0, seen + 1)
    return pinned(base, clue.lon, clue.lat, by_then, clue.radius_km, rng)


def _near(particles: Particles, clue: Clue, hour: float) -> float:
    """Return the share of all particles within two radii of a clue."""
    lon, lat = particles.at(hour)
    east = (lon - clue.lon) * np.cos(np.radians(clue.lat))
    away_km = np.hypot(east, lat - clue.lat) * KM_PER_DEG
    return float((away_km < 2 * max(clue.radius_km, 1.0)).mean())


def _skies(scene: Scene, events: Sequence[Logged]) -> Skies:
    told = [USUAL_SIGHT_KM, *(each.event.visibility_km for each in events if isinstance(each.event, Sight))]
    return Skies(night_hours(scene), scene.no_walk, told[-1])


def _assets(events: Sequence[Logged]) -> tuple[Asset, ...]:
    known: dict[str, Asset] = {}
    for each in events:
        if isinstance(each.event, Assets):
            known.update({asset.asset_id: asset for asset in each.event.assets})
        elif isinstance(each.event, Released):
            known.pop(each.event.asset_id, None)
    return tuple(known.values())


def _searchers(
    assets: Sequence[Asset], events: Sequence[Logged], particles: Particles, now: datetime
) -> tuple[Searcher, ...]:
    """Return assets where they last were: at the end of what they drove, or of the leg they are on."""
    found = []
    for asset in assets:
        searcher = Searcher(
            asset.asset_id, asset.platform, asset.lon, asset.lat, particles.hour_of(asset.ready), asset.endurance_h,
            asset.lon, asset.lat, asset.speed_kph, 1.0, asset.height_m, asset.measured_rd_m,
        )  # fmt: skip
        last: Driven | Ordered | None = None
        for each in events:
            if isinstance(each.event, (Driven, Ordered)) and each.event.asset_id == asset.asset_id:
                last = each.event
        if last is not None and last.times[-1] >= asset.ready:
            lon, lat = last.lonlat[-1]
            searcher = searcher.moved(lon, lat, particles.hour_of(last.times[-1]))
            if np.hypot((lon - asset.lon) * np.cos(np.radians(lat)), lat - asset.lat) * KM_PER_DEG < HOME_KM:
                # back at its base it fills up and starts anew
                searcher = replace(searcher, ready_h=searcher.ready_h + TURN_ROUND_H, endurance_h=asset.endurance_h)
        elif asset.ready < now:
            # waiting at its base costs no endurance
            searcher = replace(searcher, ready_h=particles.hour_of(now))
        found.append(searcher)
    return tuple(found)
