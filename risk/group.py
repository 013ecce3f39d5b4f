"""Who is in a group: relative water loss and reserve of adults, children and pregnant women.

The reference adult of `risk.survival` weighs 65 kg. Loss at rest goes with body surface (Du Bois 1916), children's
sweating is some 20 % lower for their surface (Falk and Dotan 2008, doi:10.1139/H07-189); the reserve goes with body
mass. A child of 9 years weighs 28 kg (WHO growth reference) with 1.03 m2 of surface against 1.76 m2. Pregnancy raises
resting heat production by some 15 % in its last third (Butte and King 2005, doi:10.1079/PHN2005793); that a pregnant
woman can spare a tenth less is judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import BadInput

MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class PersonType:
    """Water loss and lethal deficit relative to the reference adult."""

    name: str
    relative_loss: float
    relative_reserve: float


ADULT = PersonType("adult", 1.0, 1.0)
CHILD = PersonType("child", 0.8 * 1.03 / 1.76, 28 / 65)
PREGNANT = PersonType("pregnant", 1.1, 0.9)


@dataclass(frozen=True)
class Group:
    """People by type and the water they share equally, litres.

    Raises
    ------
    BadInput
        If nobody is in it, or a number is negative or not finite.
    """

    adults: int
    children: int = 0
    pregnant: int = 0
    litres: float = 0.0

    def __post_init__(self) -> None:
        faults = [
            f"{name} must be from 0 to {MOST_PEOPLE}, got {count}"
            for name, count in (("adults", self.adults), ("children", self.children), ("pregnant", self.pregnant))
            if not 0 <= count <= MOST_PEOPLE
        ]
        if not faults and self.people == 0:
            faults.append("the group is empty: give --people, --children or --pregnant")
        if not 0 <= self.litres <= 1e6:
            faults.append(f"litres must be from 0 to 1000000, got {self.litres:g}")
        if faults:
            raise BadInput(faults)

    @property
    def people(self) -> int:
        """Everybody in the group."""
        return self.adults + self.children + self.pregnant

    @property
    def litres_per_person(self) -> float:
        """Water each person has, litres."""
        return self.litres / self.people

    def parts(self) -> list[tuple[PersonType, float]]:
        """Return the types present and their share of the group."""
        counts = ((ADULT, self.adults), (CHILD, self.children), (PREGNANT, self.pregnant))
        return [(kind, count / self.people) for kind, count in counts if count]
