"""One message to a case: words, files and options become events, all of them or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from api.context import RegionContext
from api.usecases.case_desk import CaseDesk
from api.usecases.case_events import CaseEvent, Driven, read_event
from api.usecases.case_replay import CaseState
from api.usecases.case_tracks import from_gpx
from api.usecases.inputs import Faults, moment_of
from api.usecases.read_update import read_update
from data.errors import BadInput
from routes.positions import read_position
from sar.sweep import Platform


@dataclass(frozen=True)
class Telling:
    """What is told at once; every part is read by `tell`."""

    message: str = ""
    gpx_files: tuple[tuple[str, bytes], ...] = ()
    asset_id: str | None = None
    platform: str = Platform.GROUND_VEHICLE.value
    begun: datetime | None = None
    ended: datetime | None = None
    measured_rd_m: float | None = None
    visibility_km: float | None = None
    assets: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    withdrawn: tuple[int, ...] = ()
    same_as: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def tell(desk: CaseDesk, case_id: str, telling: Telling, by: str, at: datetime | None) -> list[str]:
    """Write what is told; return how it was understood, a line for each event.

    Raises
    ------
    BadInput
        With every fault; nothing is written then.
    """
    moment = at or desk.clock()
    state = desk.state(case_id, max(moment, desk.moment(case_id, None)) if at is None else moment)
    faults = Faults()
    events: list[tuple[CaseEvent, str]] = []
    for reading in (
        partial(_words, desk.context, state, telling, moment),
        partial(_files, telling),
        partial(_assets, desk.context, telling, moment),
        partial(_plain, telling),
        partial(_weights, telling),
        partial(_facts, telling),
    ):
        events += faults.read(reading) or []
    faults.settle()
    if not events:
        raise BadInput("nothing is told: give a message, a file or an option")
    lines = []
    for event, understood in events:
        number = desk.add(case_id, event, by, at)
        lines.append(f"{number}: {understood}")
    return lines


def _words(context: RegionContext, state: CaseState, telling: Telling, moment: datetime) -> list[tuple[CaseEvent, str]]:
    if not telling.message.strip():
        return []
    reading = read_update(
        context, state, telling.message, telling.ended or moment, telling.asset_id, Platform(telling.platform)
    )
    return [(reading.event, reading.understood)]


def _files(telling: Telling) -> list[tuple[CaseEvent, str]]:
    found: list[tuple[CaseEvent, str]] = []
    for name, content in telling.gpx_files:
        events, remarks = from_gpx(
            content, name, asset_id=telling.asset_id, platform=Platform(telling.platform), begun=telling.begun,
            ended=telling.ended, visibility_km=telling.visibility_km, measured_rd_m=telling.measured_rd_m,
        )  # fmt: skip
        note = f" ({'; '.join(remarks)})" if remarks else ""
        found += [(event, _searched(event) + note) for event in events]
    return found


def _searched(event: Driven) -> str:
    hours = (event.times[-1] - event.times[0]) / timedelta(hours=1)
    return f"{event.said}: track of {len(event.lonlat)} points, {hours:.1f} h, nothing found"


def _assets(context: RegionContext, telling: Telling, moment: datetime) -> list[tuple[CaseEvent, str]]:
    assets = []
    for text in telling.assets:
        parts = [part.strip() for part in text.split("/")]
        if not 2 <= len(parts) <= 5:
            raise BadInput(f"asset '{text}' is not ID/PLACE[/PLATFORM[/READY[/HOURS]]]")
        name, place, platform, ready, hours = (*parts, *[""] * (5 - len(parts)))
        position = read_position(place, context.pack.places)
        assets.append(
            {
                "asset_id": name,
                "at": position.read_as,
                "lon": position.lon,
                "lat": position.lat,
                "platform": platform or Platform.GROUND_VEHICLE.value,
                "ready": moment_of(ready, field=f"ready of {name}") if ready else moment,
                **({"endurance_h": hours} if hours else {}),
            }
        )
    if not assets:
        return []
    event = read_event({"kind": "assets", "assets": tuple(assets)})
    return [(event, "assets: " + ", ".join(f"{each['asset_id']} at {each['at']}" for each in assets))]


def _plain(telling: Telling) -> list[tuple[CaseEvent, str]]:
    events = [(read_event({"kind": "released", "asset_id": each}), f"{each} released") for each in telling.release]
    events += [(read_event({"kind": "withdrawn", "event": n}), f"event {n} withdrawn") for n in telling.withdrawn]
    events += [(read_event({"kind": "linked", "case_id": each}), f"same as {each}") for each in telling.same_as]
    return events + [(read_event({"kind": "note", "text": each}), "noted") for each in telling.notes]


def _weights(telling: Telling) -> list[tuple[CaseEvent, str]]:
    if not telling.weights:
        return []
    weights: dict[str, float] = {}
    for text in telling.weights:
        name, _, value = text.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError:
            raise BadInput(f"weight '{text}' is not SCENARIO=NUMBER, as stayed=0.6") from None
    told = ", ".join(f"{name} {value:g}" for name, value in weights.items())
    return [(read_event({"kind": "weights", "weights": weights}), f"weights: {told}")]


def _facts(telling: Telling) -> list[tuple[CaseEvent, str]]:
    if not telling.facts:
        return []
    values: dict[str, str] = {}
    for text in telling.facts:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInput(f"fact '{text}' is not NAME=VALUE, as litres=20")
        values[name.strip()] = value.strip()
    told = ", ".join(f"{name} {value}" for name, value in values.items())
    return [(read_event({"kind": "facts", **values}), f"facts: {told}")]
