"""Why a segment is at risk, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maps.panel import stretch_name
from maps.words import Language, number, phrase

#: Within this of the typical segment (a fifth more or less) there is nothing to explain.
TYPICAL_LOG = 0.2
#: What is said near, above and below the typical segment of the land network, and of the sea.
SENTENCES = {
    "land": (
        "{stretch}: about the network's typical risk.",
        "{stretch}: {ratio} times the network's typical risk: {parts}.",
        "{stretch}: {ratio} times lower than the network's typical risk: {parts}.",
    ),
    "sea": (
        "{stretch}: about the typical risk at sea.",
        "{stretch}: {ratio} times the typical risk at sea: {parts}.",
        "{stretch}: {ratio} times lower than the typical risk at sea: {parts}.",
    ),
}


def explain_segment(segment: pd.Series, places: pd.DataFrame, language: Language) -> str:
    """Say how a segment compares with the network's typical one and what makes it so, greatest cause first.

    Parameters
    ----------
    segment : Series
        A row of the network's segments joined with their risk.
    """
    ratio = float(np.exp(segment["log_ratio"]))
    name = stretch_name(segment, language, places)
    if segment["blocked"] == 1:
        name = f"{name} ({phrase('closed area', language)})"
    typical, above, below = SENTENCES["sea" if segment["mode"] == "sea" else "land"]
    if abs(segment["log_ratio"]) < TYPICAL_LOG:
        return phrase(typical, language, stretch=name)
    causes = _causes(segment, language)
    order = sorted(causes, key=lambda cause: -abs(segment[f"share_{cause}"]))
    parts = [f"{number(segment[f'share_{cause}'] * 100, 0, language)} % {causes[cause]}" for cause in order]
    shown = number(ratio if ratio >= 1 else 1 / ratio, 1, language)
    return phrase(above if ratio >= 1 else below, language, stretch=name, ratio=shown, parts=", ".join(parts))


def _causes(segment: pd.Series, language: Language) -> dict[str, str]:
    if segment["mode"] == "sea":
        return {
            "cold": phrase("water at {degc} °C", language, degc=number(segment["water_degc"], 0, language)),
            "port": phrase("rescue port {hours} h away", language, hours=number(segment["rescue_h"], 1, language)),
            "incidents": phrase("boats in distress", language),
        }
    return {
        "water": phrase("nearest water {km} km", language, km=number(segment["distance_to_water_km"], 0, language)),
        "heat": phrase("heat, {litres} l a day lost", language, litres=number(segment["heat"], 1, language)),
        "incidents": phrase("groups stranded and nobody passing", language),
    }
