"""The life clock of one group: survival curve, band of hours, reach on foot and what moves the answer most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.units import HOURS_PER_DAY
from risk.climate import HourlyWeather, saturation_kpa
from risk.group import Group
from risk.heat import HourlyLoss, LossTable, hourly_loss
from risk.survival import (
    Behaviour,
    BodyParameters,
    Course,
    WalkParameters,
    behaviour_course,
    cumulated_loss_kg,
    hours_alive,
    hours_from,
    resting_loss,
    survival_curve,
)

Array = NDArray[np.float64]
HORIZON_H = 24 * 60
#: How much longer than told a group may have been stranded, for the drivers.
EARLIER_H = 12
#: Weights of the behaviours when nobody knows what the group does. Judgement: most stay, some walk by night.
UNKNOWN_MIX = {Behaviour.STAY: 0.6, Behaviour.WALK_NIGHT: 0.3, Behaviour.WALK_DAY: 0.1}


@dataclass(frozen=True)
class Situation:
    """What is known of a group in distress.

    Attributes
    ----------
    group : Group
    weather : HourlyWeather
        Of one position, whole days; the last is repeated. It begins `EARLIER_H` or more before the stranding.
    start_hour : int
        From which the clock runs, counted from the first midnight of `weather`.
    behaviour : Behaviour or None
        None where it is not known.
    hours_stranded : int
        Before the start, with its water loss not replaced: the cautious reading.
    open_share : float
        Of those at rest who find no shade.
    """

    group: Group
    weather: HourlyWeather
    start_hour: int
    behaviour: Behaviour | None
    hours_stranded: int = 0
    open_share: float = 0.3


@dataclass(frozen=True)
class LifeClock:
    """Answer for one situation.

    Attributes
    ----------
    curve : array, shape (HORIZON_H + 1,)
        Share of the group alive by whole hours from the start.
    hours_p10, hours_p50, hours_p90 : float
        When a tenth, half and nine tenths of the group are dead.
    litres_per_person_day : float
        Water an adult of the group needs a day to hold the balance.
    reach_km : float
        Distance made good walking by night until a tenth of the walkers are dead.
    """

    curve: Array
    hours_p10: float
    hours_p50: float
    hours_p90: float
    litres_per_person_day: float
    reach_km: float


def run_clock(situation: Situation, table: LossTable, body: BodyParameters, walk: WalkParameters) -> LifeClock:
    """Run the life clock of a situation."""
    loss = hourly_loss(table, situation.weather)
    mix = {situation.behaviour: 1.0} if situation.behaviour else UNKNOWN_MIX
    curve = np.zeros(HORIZON_H + 1)
    daily_kg = 0.0
    for behaviour, weight in mix.items():
        course = _course(behaviour, loss, walk, situation.open_share)
        curve += weight * _group_curve(situation, course, body)
        first_day_kg = float(course.loss_kg_per_h[0, :HOURS_PER_DAY].sum())
        daily_kg += weight * (body.response * first_day_kg + HOURS_PER_DAY * body.urine_kg_per_h)
    walking = behaviour_course(Behaviour.WALK_NIGHT, loss, walk)
    early = float(hours_alive(_group_curve(situation, walking, body)[None, :], 0.9)[0])
    walked = np.append(0.0, np.cumsum(hours_from(situation.start_hour, walking.walked_km, HORIZON_H)[0]))
    first, half, last = (float(hours_alive(curve[None, :], share)[0]) for share in (0.9, 0.5, 0.1))
    return LifeClock(curve, first, half, last, daily_kg, float(np.interp(early, np.arange(HORIZON_H + 1), walked)))


def _course(behaviour: Behaviour, loss: HourlyLoss, walk: WalkParameters, open_share: float) -> Course:
    if behaviour is Behaviour.STAY:
        rest = resting_loss(loss, open_share)
        return Course(rest, np.zeros_like(rest))
    return behaviour_course(behaviour, loss, walk)


def _group_curve(situation: Situation, course: Course, body: BodyParameters) -> Array:
    """Return the share of the group alive, averaged over its kinds of people."""
    begin = situation.start_hour - situation.hours_stranded
    lost = cumulated_loss_kg(course, begin, situation.hours_stranded + HORIZON_H, body)[:, situation.hours_stranded :]
    curve = np.zeros(HORIZON_H + 1)
    for person, share in situation.group.parts():
        own = replace(body, lethal_deficit_kg=body.lethal_deficit_kg * person.relative_reserve)
        curve += share * survival_curve(lost * person.relative_loss, situation.group.litres_per_person, own)[0]
    return curve


@dataclass(frozen=True)
class Driver:
    """How far one assumption moves the median: hours at its low and high end."""

    name: str
    low: str
    high: str
    hours_low: float
    hours_high: float

    @property
    def swing_h(self) -> float:
        """Hours between the two ends."""
        return abs(self.hours_high - self.hours_low)


def drivers(situation: Situation, table: LossTable, body: BodyParameters, walk: WalkParameters) -> list[Driver]:
    """Return what moves the median most, one assumption at a time, greatest first.

    The ends are plausible errors of a report or of the model: half and double the water, 3 degrees of heat, everybody
    or nobody in shade, staying or walking by day, a tenth of body mass parameters, twelve hours of delay.
    """
    group, reserve = situation.group, body.lethal_deficit_kg
    litres = (group.litres / 2, group.litres * 2) if group.litres else (0.0, 1.0 * group.people)

    def hours(situated: Situation = situation, parameters: BodyParameters = body) -> float:
        return run_clock(situated, table, parameters, walk).hours_p50

    def warmer(degrees: float) -> Situation:
        weather = situation.weather
        air = weather.air_degc + degrees
        moved = replace(
            weather,
            air_degc=air,
            vapour_kpa=np.minimum(weather.vapour_kpa, saturation_kpa(air)),
            sun_degc=weather.sun_degc + degrees,
            shade_degc=weather.shade_degc + degrees,
        )
        return replace(situation, weather=moved)

    def watered(total_l: float) -> Situation:
        return replace(situation, group=replace(group, litres=total_l))

    def doing(behaviour: Behaviour) -> Situation:
        return replace(situation, behaviour=behaviour)

    later = replace(situation, hours_stranded=situation.hours_stranded + EARLIER_H)
    drier, fuller = (replace(body, lethal_deficit_kg=reserve * factor) for factor in (0.85, 1.15))
    sparing, wasteful = (replace(body, response=body.response * factor) for factor in (0.8, 1.2))
    shaded, bare = (replace(situation, open_share=share) for share in (0.0, 1.0))
    found = [
        Driver("litres", f"{litres[0]:g} l", f"{litres[1]:g} l", hours(watered(litres[0])), hours(watered(litres[1]))),
        Driver("temperature", "-3 degC", "+3 degC", hours(warmer(-3)), hours(warmer(3))),
        Driver("shade", "all in shade", "none in shade", hours(shaded), hours(bare)),
        Driver("behaviour", "stay", "walk by day", hours(doing(Behaviour.STAY)), hours(doing(Behaviour.WALK_DAY))),
        Driver("hours stranded", "as told", f"{EARLIER_H} h more", hours(), hours(later)),
        Driver("lethal deficit", "-15 %", "+15 %", hours(parameters=drier), hours(parameters=fuller)),
        Driver("water loss of the body", "-20 %", "+20 %", hours(parameters=sparing), hours(parameters=wasteful)),
    ]
    return sorted(found, key=lambda driver: -driver.swing_h)
