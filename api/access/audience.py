"""The four audiences, what a key may be narrowed to, and how sensitive a field is."""

from __future__ import annotations

from enum import Enum, IntEnum


class Audience(IntEnum):
    """Who asks; each sees what those before it see."""

    PUBLIC = 0
    RESEARCHER = 1
    PLANNER = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """The name as keys, tokens and the command line have it."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> Audience:
        """Return the audience of a word; ValueError if there is none."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"'{word[:40]}' is no audience: {', '.join(each.word for each in cls)}") from None


#: What a key may be narrowed to, and the least audience it means anything to.
SCOPES = {
    "facts": Audience.PUBLIC,
    "risk": Audience.RESEARCHER,
    "plans": Audience.PLANNER,
    "cases": Audience.PLANNER,
    "metrics": Audience.ADMIN,
}


def scopes_of(audience: Audience) -> frozenset[str]:
    """Return every scope an audience can have."""
    return frozenset(name for name, least in SCOPES.items() if least <= audience)


class Sensitivity(Enum):
    """Class of a field; the value is the least audience that sees it as it is, None where nobody does by HTTP.

    GENERALISED fields reach the public through `public_cells` alone: delayed, on fixed cells, small counts left out.
    """

    OPEN = (Audience.PUBLIC, "open")
    GENERALISED = (Audience.RESEARCHER, "public on fixed cells only")
    RESEARCH = (Audience.RESEARCHER, "exact facts for research")
    OPERATIONAL = (Audience.PLANNER, "never public: strengths, states, positions of those who help or need it")
    INTERNAL = (None, "serves the program")

    @property
    def least(self) -> Audience | None:
        """The least audience that sees such a field."""
        least: Audience | None = self.value[0]
        return least
