"""Why a segment is at risk, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maps.panel import stretch_name
from maps.words import Language, number, phrase
from risk.combine import CAUSES

#: Within this of the typical segment (a fifth more or less) there is nothing to explain.
TYPICAL_LOG = 0.2


def explain_segment(segment: pd.Series, places: pd.DataFrame, language: Language) -> str:
    """Say how a segment compares with the network's typical one and what makes it so, greatest cause first.

    Parameters
    ----------
    segment : Series
        A row of the network's segments joined with their risk.
    """
    ratio = float(np.exp(segment["log_ratio"]))
    name = stretch_name(segment, language, places)
    if abs(segment["log_ratio"]) < TYPICAL_LOG:
        return phrase("{stretch}: about the network's typical risk.", language, stretch=name)
    causes = {
        "water": phrase("nearest water {km} km", language, km=number(segment["distance_to_water_km"], 0, language)),
        "heat": phrase("heat, {litres} l a day lost", language, litres=number(segment["heat"], 1, language)),
        "incidents": phrase("groups stranded and nobody passing", language),
    }
    order = sorted(CAUSES, key=lambda cause: -abs(segment[f"share_{cause}"]))
    parts = [f"{number(segment[f'share_{cause}'] * 100, 0, language)} % {causes[cause]}" for cause in order]
    said = (
        "{stretch}: {ratio} times the network's typical risk: {parts}."
        if ratio >= 1
        else ("{stretch}: {ratio} times lower than the network's typical risk: {parts}.")
    )
    shown = number(ratio if ratio >= 1 else 1 / ratio, 1, language)
    return phrase(said, language, stretch=name, ratio=shown, parts=", ".join(parts))
