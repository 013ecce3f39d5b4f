"""A remark of the planner, kept as code and values so that it can be said in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Note:
    """A remark.

    Attributes
    ----------
    code : str
        What is said; `maps.sentences` holds the words.
    values : mapping
        What the sentence needs: places and convoys by id, and numbers with their unit as a suffix
        (`_h`, `_l`, `_min`, `_people`).
    """

    code: str
    values: Mapping[str, float | str] = field(default_factory=dict)
