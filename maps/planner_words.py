"""Words of the planner's pages that are chosen by a code; English, the keys of the catalogues."""

from __future__ import annotations

#: Kind of an event of a case.
EVENTS = {
    "opened": "Distress call",
    "facts": "Facts",
    "weights": "Weights of what they may have done",
    "assets": "Cars and aircraft",
    "released": "Released",
    "ordered": "Leg ordered",
    "driven": "Searched",
    "clue": "Clue",
    "storm": "Sandstorm",
    "sight": "Visibility",
    "found": "People found",
    "withdrawn": "Withdrawn",
    "decision": "Decision",
    "linked": "Same event as another case",
    "note": "Note",
    "retained": "Thinned out",
}
#: Roles that speak at the desk; no names.
ROLES = {
    "coordinator": "coordinator",
    "duty-officer": "duty officer",
    "deputy": "deputy",
    "head-of-base": "head of base",
}
DECISIONS = {"close": "Close the case", "suspend": "Suspend the search", "reopen": "Reopen the case"}
#: What somebody found at a well.
WELL_STATES = {
    "gives": "gives water",
    "little": "little water",
    "dry": "dry",
    "brackish": "brackish",
    "fouled": "fouled",
    "guarded": "guarded",
    "not found": "not found",
}
CLOSURE_REASONS = {
    "mine": "mine",
    "conflict": "fighting",
    "flood": "flood",
    "sand": "sand",
    "military": "military",
    "other": "other",
}
CAUSES = {
    "unknown": "unknown",
    "thirst_breakdown": "thirst_breakdown",
    "thirst_abandoned": "thirst_abandoned",
    "thirst_lost": "thirst_lost",
    "thirst_expelled": "thirst_expelled",
    "thirst_unspecified": "thirst_unspecified",
    "vehicle_accident": "vehicle_accident",
    "illness": "illness",
    "violence": "violence",
    "mine": "mine",
}
GRADES = {
    "A": "seen by ourselves",
    "B": "a source known to be good",
    "C": "somebody unknown",
    "D": "hearsay",
}
