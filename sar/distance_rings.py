"""Probability of area around the initial planning point (IPP) where nothing is known but who is missing.

The distances are those of the International Search and Rescue Incident Database (ISRID; Koester 2008, Lost Person
Behavior, dbS Productions): within how many miles of the IPP a quarter, half, three quarters and 95 % were found, for
dry domains where there are such, else for any. Two maps come from them: the rings as they stand (`published`), each
evenly filled, and a smooth one (`smooth`), a mixture of circular normals fitted to the same distances.

Expected scores are highest where cells are ranked by the true density. It has no steps, and about a tenth of all
people are found within 50 m of the IPP (Cawi, The lognormal distance model, SARBayes 2014), so that it falls with
distance; a mixture of circular normals always does. Where a ring is printed denser than the one inside it (anglers, 6.0
to 6.5 miles) this is in part the few cases and the rounding to a tenth of a mile, in part perhaps true: there half
of the answer is the smooth map and half one whose rings hold what is printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from routes.positions import fold

Array = NDArray[np.float64]
Miles = tuple[float, float, float, float | None]

KM_PER_MILE = 1.609344
#: Shares of all finds that the distances below hold.
SHARES = (0.25, 0.5, 0.75, 0.95)
DEFAULT = "default/other"
#: Koester 2008, distance from the IPP in miles (printed to 0.1); domains as printed, "any" and "other" where no dry one
#: is told apart. The default of the book is that of hikers in temperate flat land.
RINGS: dict[tuple[str, str], Miles] = {
    ("Abduction", "any"): (0.2, 1.5, 12.0, None),
    ("Aircraft", "any"): (0.4, 0.9, 3.7, 10.4),
    ("Angler", "dry"): (2.0, 6.0, 6.5, 8.0),
    ("All Terrain Vehicle", "any"): (1.0, 2.0, 3.5, 5.0),
    ("Autistic", "other"): (0.4, 1.0, 2.3, 9.5),
    ("Camper", "dry mountainous"): (0.4, 1.0, 2.6, 20.3),
    ("Camper", "flat"): (0.1, 0.7, 2.0, 8.0),
    ("Child 1-3", "dry"): (0.4, 0.8, 2.4, 5.6),
    ("Child 4-6", "dry"): (0.4, 1.2, 2.0, 5.1),
    ("Child 7-9", "dry"): (0.3, 0.8, 2.0, 4.5),
    ("Child 10-12", "dry"): (0.5, 1.3, 4.5, 10.0),
    ("Child 13-15", "dry"): (1.5, 2.0, 3.0, 7.4),
    ("Climber", "any"): (0.1, 1.0, 2.0, 9.2),
    ("Dementia", "dry mountainous"): (0.6, 1.2, 1.9, 3.8),
    ("Dementia", "dry flat"): (0.3, 1.0, 2.2, 7.3),
    ("Despondent", "dry mountainous"): (0.5, 1.0, 2.1, 11.1),
    ("Despondent", "dry flat"): (0.3, 1.2, 2.3, 12.8),
    ("Gatherer", "dry"): (1.0, 1.6, 3.6, 6.9),
    ("Hiker", "dry mountainous"): (1.0, 2.0, 4.0, 11.9),
    ("Hiker", "dry flat"): (0.8, 1.3, 4.1, 8.1),
    ("Horseback Rider", "any"): (0.2, 2.0, 5.0, 12.2),
    ("Hunter", "dry mountainous"): (1.3, 3.0, 5.0, 13.8),
    ("Hunter", "dry flat"): (1.0, 1.9, 4.0, 7.0),
    ("Mental Illness", "other"): (0.5, 0.6, 1.4, 5.0),
    ("Intellectual disability", "dry"): (0.7, 2.5, 5.4, 38.9),
    ("Mountain Biker", "dry"): (1.7, 4.0, 8.2, 18.1),
    ("Runner", "any"): (0.9, 1.6, 2.1, 3.6),
    ("Substance Abuse", "any"): (0.3, 0.7, 2.6, 6.0),
    ("Snowmobiler", "dry"): (1.0, 3.0, 8.7, 18.9),
    (DEFAULT, "any"): (0.4, 1.1, 2.0, 6.1),
}
#: Other words for a category.
_ALSO = {
    "alzheimer": "Dementia", "atv": "All Terrain Vehicle", "quad": "All Terrain Vehicle", "autism": "Autistic",
    "airplane": "Aircraft", "plane": "Aircraft", "fisherman": "Angler", "suicidal": "Despondent", "walker": "Hiker",
    "mental retardation": "Intellectual disability", "mentally retarded": "Intellectual disability",
    "intellectually disabled": "Intellectual disability", "mentally ill": "Mental Illness",
    "horse rider": "Horseback Rider", "horseback": "Horseback Rider", "cyclist": "Mountain Biker",
    "biker": "Mountain Biker", "mountain bike": "Mountain Biker",
}  # fmt: skip
_MOUNTAINS = re.compile(r"\b(?:mountains|mountainous|mtn)\b")
#: Not on foot: the hours missing say nothing of their distance.
DRIVEN = frozenset(
    {"Abduction", "Aircraft", "All Terrain Vehicle", "Horseback Rider", "Mountain Biker", "Snowmobiler"}
)  # fmt: skip
#: Fast on foot in a straight line, km/h, and the least reach, km. Judgement.
FOOT_KPH, LEAST_REACH_KM = 5.0, 1.0

#: Standard deviations of the circular normals, km.
_SIGMA_KM: Array = np.geomspace(0.02, 60.0, 32)
#: Spread of their logarithm before any fit: with the normal's own (0.64) it gives the 1.1 of the printed distances.
_LOG_SPREAD = 0.9
#: Found within this distance: this share (Cawi 2014); about, so it counts for less than what is printed.
_NEAR_KM, _NEAR_SHARE, _NEAR_WEIGHT = 0.05, 0.10, 3.0
_PRINTED_WEIGHT, _SUM_WEIGHT, _PRIOR_WEIGHT = 100.0, 1000.0, 0.3
#: Of the printed shares where a ring is denser than the one inside it. Judgement.
TRUST = 0.5


class Radial(Protocol):
    """A probability density that depends on the distance from the IPP alone."""

    def per_km2(self, km: Array) -> Array:
        """Return the density at some distances, 1/km2."""
        ...

    def within(self, km: Array) -> Array:
        """Return the probability to be no farther."""
        ...


@dataclass(frozen=True)
class PublishedRings:
    """Rings as printed, the probability of each spread evenly over it.

    Attributes
    ----------
    km : array, shape (k,)
        Outer radii, rising.
    share : array, shape (k,)
        Probability within each radius; what is missing to 1 lies beyond the last, nobody says where. The density there
        is zero, so that a map of them ranks it last, all alike.
    """

    km: Array
    share: Array

    def per_km2(self, km: Array) -> Array:
        """Return the density at some distances, 1/km2."""
        rings = np.diff(self.share, prepend=0.0) / (np.pi * np.diff(self.km**2, prepend=0.0))
        at = np.searchsorted(self.km, np.asarray(km, dtype=float), side="left")
        return np.asarray(np.append(rings, 0.0)[at])

    def within(self, km: Array) -> Array:
        """Return the probability to be no farther."""
        squares, shares = np.append(0.0, self.km**2), np.append(0.0, self.share)
        return np.asarray(np.interp(np.asarray(km, dtype=float) ** 2, squares, shares))


@dataclass(frozen=True)
class SmoothRings:
    """A mixture of circular normals, times a factor for each ring.

    Attributes
    ----------
    weight, sigma_km : array, shape (m,)
        Probability and standard deviation along each axis of each normal.
    edge_km : array, shape (k,)
        Outer radii of the rings that have a factor.
    factor : array, shape (k + 1,)
        The last is for all beyond; all 1 where the density falls throughout. The whole integrates to 1.
    """

    weight: Array
    sigma_km: Array
    edge_km: Array
    factor: Array

    @property
    def falls(self) -> bool:
        """Whether the density falls with distance throughout."""
        return bool((np.diff(self.factor) <= 0).all())

    def per_km2(self, km: Array) -> Array:
        """Return the density at some distances, 1/km2; zero nowhere but by underflow."""
        r = np.asarray(km, dtype=float)
        density = np.zeros(r.shape)
        for weight, sigma in zip(self.weight, self.sigma_km, strict=True):
            if weight > 0:
                density += weight / (2 * np.pi * sigma**2) * np.exp(-0.5 * (r / sigma) ** 2)
        return np.asarray(density * self.factor[np.searchsorted(self.edge_km, r, side="left")])

    def within(self, km: Array) -> Array:
        """Return the probability to be no farther."""
        r = np.asarray(km, dtype=float)[..., None]
        outer = np.append(self.edge_km, np.inf)
        inner = np.append(0.0, self.edge_km)
        rings = self._normals(np.minimum(r, outer)) - self._normals(np.minimum(r, inner))
        return np.asarray((rings * self.factor).sum(axis=-1))

    def _normals(self, km: Array) -> Array:
        """Return the probability of the normals alone to be no farther."""
        return np.asarray(-(self.weight * np.expm1(-0.5 * (km[..., None] / self.sigma_km) ** 2)).sum(axis=-1))


def category_of(name: str) -> tuple[str, bool | None]:
    """Read the name of a category in any usual spelling.

    Parameters
    ----------
    name : str
        Such as "Hiker", "hikers (dry)", "Child (4-6)", "Dementia - Dry Mountainous".

    Returns
    -------
    category : str
        As in `RINGS`; `DEFAULT` where it is none of them.
    mountains : bool or None
        Whether the name says mountainous or flat; None where it says neither.
    """
    plain = _plain(name).replace("children", "child")
    mountains = True if _MOUNTAINS.search(plain) else False if re.search(r"\bflat\b", plain) else None
    known = {_plain(key): key for key, _ in RINGS} | _ALSO
    for words in sorted(known, key=len, reverse=True):
        if re.search(rf"\b{words}s?\b", plain):
            return known[words], mountains
    return DEFAULT, mountains


def _plain(name: str) -> str:
    """Return words and numbers alone, small, one blank between them."""
    return " ".join(re.findall(r"[a-z]+|[0-9]+", fold(name)))


def _domains(name: str) -> list[tuple[str, str]]:
    """Return the keys of `RINGS` that a name fits: the terrain it says, else all of its category."""
    category, mountains = category_of(name)
    keys = [key for key in RINGS if key[0] == category]
    said = [key for key in keys if mountains is not None and ("mountain" in key[1]) == mountains]
    return said or keys


def published(category: str = "") -> PublishedRings:
    """Return the rings of a category as printed.

    Parameters
    ----------
    category : str
        Flat land where the name does not say and both are printed; the book's default where it is unknown.
    """
    return _published(min(_domains(category), key=lambda key: "mountain" in key[1]))


def _published(key: tuple[str, str]) -> PublishedRings:
    miles = [each for each in RINGS[key] if each is not None]
    return PublishedRings(np.array(miles) * KM_PER_MILE, np.array(SHARES[: len(miles)]))


def smooth(category: str = "", hours: float | None = None) -> SmoothRings:
    """Return the smooth density of a category.

    Parameters
    ----------
    category : str
        The mean of flat and mountainous land where the name does not say; of all dry ones but the snowmobiler's, each
        as it falls, where it is unknown.
    hours : float, optional
        Since last seen, not negative. Whoever is on foot is then weighted by exp(-(km / reach)^2 / 2) with a reach of
        5 km/h x hours, at least 1 km: a soft limit. It falls with distance, so that cells rank as before where the
        density fell already; where it did not, those that can be reached move up.

    Raises
    ------
    ValueError
        If `hours` is negative or not finite.
    """
    if hours is not None and not (np.isfinite(hours) and hours >= 0):
        raise ValueError(f"hours must be finite and not negative, got {hours!r}")
    keys = _domains(category)
    name = keys[0][0]
    fits = [_fitted(key) for key in (_pooled() if name == DEFAULT else keys)]
    weight = np.mean([fit.weight for fit in fits], axis=0)
    one = fits[0] if len(fits) == 1 else SmoothRings(weight, _SIGMA_KM, np.zeros(0), np.ones(1))
    if hours is None or name in DRIVEN:
        return one
    return _in_reach(one, max(FOOT_KPH * hours, LEAST_REACH_KM))


def _pooled() -> list[tuple[str, str]]:
    """Return the keys that stand for anybody in a desert."""
    return [key for key in RINGS if key[1].startswith("dry") and key[0] != "Snowmobiler"]


@lru_cache(maxsize=len(RINGS))
def _fitted(key: tuple[str, str]) -> SmoothRings:
    """Fit a mixture to the printed distances of a category, near to a shape that all share (least squares)."""
    rings = _published(key)
    within = -np.expm1(-0.5 * (np.append(_NEAR_KM, rings.km)[:, None] / _SIGMA_KM) ** 2)
    middle = np.log(np.interp(0.5, rings.share, rings.km) / np.sqrt(2 * np.log(2)))
    usual = np.exp(-0.5 * ((np.log(_SIGMA_KM) - middle) / _LOG_SPREAD) ** 2)
    usual /= usual.sum()
    scale = np.append(_NEAR_WEIGHT, np.full(len(rings.km), _PRINTED_WEIGHT))
    count = len(_SIGMA_KM)
    rows = np.vstack([scale[:, None] * within, np.full((1, count), _SUM_WEIGHT), _PRIOR_WEIGHT * np.eye(count)])
    aims = np.concatenate([scale * np.append(_NEAR_SHARE, rings.share), [_SUM_WEIGHT], _PRIOR_WEIGHT * usual])
    weight = nnls(rows, aims)[0]
    falling = SmoothRings(weight / weight.sum(), _SIGMA_KM, np.zeros(0), np.ones(1))
    middles = np.append(0.0, rings.km[:-1]) / 2 + rings.km / 2
    if (np.diff(rings.per_km2(middles)) <= 0).all():
        return falling
    fitted = np.diff(falling.within(np.append(rings.km, np.inf)), prepend=0.0)
    printed = np.diff(np.append(rings.share, 1.0), prepend=0.0)
    return SmoothRings(falling.weight, _SIGMA_KM, rings.km, 1 - TRUST + TRUST * printed / fitted)


def _in_reach(rings: SmoothRings, reach_km: float) -> SmoothRings:
    """Multiply a density by a circular normal and make it one again: normals stay normals."""
    sigma = 1 / np.hypot(1 / rings.sigma_km, 1 / reach_km)
    weight = rings.weight * (sigma / rings.sigma_km) ** 2
    total = float(SmoothRings(weight, sigma, rings.edge_km, rings.factor).within(np.array(np.inf)))
    return SmoothRings(weight / total, sigma, rings.edge_km, rings.factor)
