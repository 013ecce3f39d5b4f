"""What every route needs: one table. A route that does not stand in it keeps the service from starting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from re import Pattern

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from api.access.audience import Audience
from api.access.policy import is_visible


@dataclass(frozen=True)
class Rule:
    """What a route needs.

    Attributes
    ----------
    least : Audience
    scope : str
        That a key has to have; "" where the route itself asks for the one of what it is about.
    audits : str
        Kind that the audit writes, such as "case"; "" where nothing is written.
    id_from : str
        Part of the path that holds the id.
    kind_from : str
        Part of the path that names a collection, of which the audience has to see something.
    heavy_s : float
        Seconds an answer may take; 0 for quick ones, whose number at once is not limited.
    is_page : bool
        A page for a browser: who may not see it is sent to the sign-in.
    may_be_framed : bool
        By the sites of `GUELTA_FRAME_ANCESTORS`; all else by nobody.
    is_same_for_all : bool
        Whoever asks: the answer may be kept by caches that others share.
    """

    least: Audience
    scope: str
    audits: str = ""
    id_from: str = ""
    kind_from: str = ""
    heavy_s: float = 0.0
    is_page: bool = False
    may_be_framed: bool = False
    is_same_for_all: bool = False


_PUBLIC = Rule(Audience.PUBLIC, "facts")
_COLLECTION = Rule(Audience.PUBLIC, "facts", kind_from="name")
_LAYER = Rule(Audience.PUBLIC, "facts", kind_from="layer")
_RISK = Rule(Audience.RESEARCHER, "risk", heavy_s=120)
_CASE = Rule(Audience.PLANNER, "cases", "case", "case_id", heavy_s=120)
_CASE_PAGE = Rule(Audience.PLANNER, "cases", "case", "case_id", heavy_s=120, is_page=True)
_REPORT = Rule(Audience.PLANNER, "plans", "patrol_report", "report_id")
_PLAN = Rule(Audience.PLANNER, "plans", "plan", "plan_id", heavy_s=120)
_INDICATORS = Rule(Audience.PUBLIC, "facts", heavy_s=120)


def _field_reports(path: str, kind: str) -> dict[tuple[str, str], Rule]:
    rule = Rule(Audience.PLANNER, "plans", kind, "report_id")
    one = ("GET", "PUT", "DELETE")
    return {(each, f"/{path}"): rule for each in ("GET", "POST")} | {
        (each, f"/{path}/{{report_id}}"): rule for each in one
    }


_ANALYST = Rule(Audience.RESEARCHER, "risk", heavy_s=120, is_page=True)
# whose process and whose job it is decides the route
_JOB = Rule(Audience.RESEARCHER, "", "job", "jobID")

#: Method and path to what it needs; HEAD needs what GET needs.
RULES: dict[tuple[str, str], Rule] = {
    ("GET", "/"): _PUBLIC,
    ("GET", "/api"): _PUBLIC,
    ("GET", "/api.html"): _PUBLIC,
    ("GET", "/conformance"): _PUBLIC,
    ("GET", "/embed"): Rule(Audience.PUBLIC, "facts", may_be_framed=True, is_same_for_all=True),
    ("GET", "/oembed"): Rule(Audience.PUBLIC, "facts", is_same_for_all=True),
    ("GET", "/public"): _PUBLIC,
    ("GET", "/static/{name}"): Rule(Audience.PUBLIC, "facts", is_same_for_all=True),
    ("GET", "/sign-in"): _PUBLIC,
    ("POST", "/sign-in"): _PUBLIC,
    ("POST", "/sign-out"): _PUBLIC,
    ("GET", "/health"): _PUBLIC,
    ("GET", "/ready"): _PUBLIC,
    ("GET", "/analyst"): _ANALYST,
    ("GET", "/analyst/segment"): _ANALYST,
    ("GET", "/analyst/compare"): _ANALYST,
    ("GET", "/analyst/weights"): _ANALYST,
    ("GET", "/analyst/profile"): _ANALYST,
    ("GET", "/analyst/hindcast"): _ANALYST,
    ("GET", "/analyst/lines.json"): _RISK,
    ("GET", "/analyst/values.json"): _RISK,
    ("GET", "/analyst/map.png"): _RISK,
    ("GET", "/analyst/segments.csv"): _RISK,
    ("GET", "/analyst/segments.geojson"): _RISK,
    ("GET", "/analyst/layer.tif"): _RISK,
    ("GET", "/analyst/profile.svg"): _RISK,
    ("GET", "/analyst/hours.svg"): _RISK,
    ("GET", "/analyst/hindcast.svg"): Rule(Audience.RESEARCHER, "risk"),
    ("GET", "/metrics"): Rule(Audience.ADMIN, "metrics"),
    ("GET", "/collections"): _PUBLIC,
    ("GET", "/collections/{name}"): _COLLECTION,
    ("GET", "/collections/{name}/queryables"): _COLLECTION,
    ("GET", "/collections/{name}/items"): _COLLECTION,
    ("GET", "/collections/{name}/items/{feature_id}"): _COLLECTION,
    ("GET", "/collections/risk"): Rule(Audience.RESEARCHER, "risk"),
    ("GET", "/collections/risk/position"): _RISK,
    ("GET", "/collections/risk/trajectory"): _RISK,
    ("GET", "/collections/risk/corridor"): _RISK,
    ("GET", "/collections/risk/area"): _RISK,
    ("GET", "/tiles"): _PUBLIC,
    ("GET", "/tiles/{layer}"): _LAYER,
    ("GET", "/tiles/{layer}/{z}/{x}/{y}.mvt"): _LAYER,
    ("GET", "/tiles/{layer}/{z}/{x}/{y}.png"): _RISK,
    ("GET", "/incident-cells"): _PUBLIC,
    ("GET", "/incident-cells.csv"): _PUBLIC,
    ("GET", "/risk"): _RISK,
    ("GET", "/routes"): Rule(Audience.PLANNER, "plans", heavy_s=120),
    ("GET", "/reach"): Rule(Audience.PLANNER, "plans", heavy_s=120),
    ("GET", "/survival"): Rule(Audience.PLANNER, "cases", "survival", heavy_s=60),
    ("POST", "/patrol-plans"): Rule(Audience.PLANNER, "plans", "plan", heavy_s=600),
    ("GET", "/patrol-plans"): Rule(Audience.PLANNER, "plans", "plan"),
    ("GET", "/patrol-plans/{plan_id}"): _PLAN,
    ("GET", "/patrol-plans/{plan_id}/orders/{name}"): _PLAN,
    ("GET", "/patrol-reports"): _REPORT,
    ("POST", "/patrol-reports"): _REPORT,
    ("GET", "/patrol-reports/{report_id}"): _REPORT,
    ("PUT", "/patrol-reports/{report_id}"): _REPORT,
    ("GET", "/planner"): Rule(Audience.PLANNER, "plans", "plan", is_page=True),
    ("POST", "/planner"): _PLAN,
    ("GET", "/planner/network"): Rule(Audience.PLANNER, "plans"),
    ("GET", "/planner/jobs/{job_id}"): Rule(Audience.PLANNER, "plans", "job", "job_id", is_page=True),
    ("POST", "/planner/jobs/{job_id}"): Rule(Audience.PLANNER, "plans", "job", "job_id"),
    ("GET", "/planner/plans/{plan_id}"): Rule(Audience.PLANNER, "plans", "plan", "plan_id", is_page=True),
    ("POST", "/planner/plans/{plan_id}"): _PLAN,
    ("GET", "/planner/cases"): Rule(Audience.PLANNER, "cases", "case", is_page=True),
    ("POST", "/planner/cases"): _CASE,
    ("GET", "/planner/cases/{case_id}"): _CASE_PAGE,
    ("POST", "/planner/cases/{case_id}"): _CASE,
    ("POST", "/planner/cases/{case_id}/tracks"): _CASE,
    ("GET", "/planner/cases/{case_id}/legs"): _CASE_PAGE,
    ("GET", "/planner/cases/{case_id}/files/{name}"): _CASE,
    ("GET", "/planner/reports"): Rule(Audience.PLANNER, "plans", "field_report", is_page=True),
    ("POST", "/planner/reports"): Rule(Audience.PLANNER, "plans", "field_report"),
    **_field_reports("water-reports", "water_report"),
    **_field_reports("closures", "closure"),
    **_field_reports("incident-reports", "incident_report"),
    # to the public what is published, to planners everything: see `api.routers.indicators`
    ("GET", "/indicators"): _INDICATORS,
    ("GET", "/indicators.csv"): _INDICATORS,
    ("GET", "/indicators.svg"): _INDICATORS,
    ("GET", "/indicators.html"): _INDICATORS,
    ("GET", "/processes"): Rule(Audience.PUBLIC, ""),
    ("GET", "/processes/{processID}"): Rule(Audience.PUBLIC, ""),
    ("POST", "/processes/{processID}/execution"): Rule(Audience.RESEARCHER, "", "job", "processID"),
    ("GET", "/jobs"): Rule(Audience.RESEARCHER, "", "job"),
    ("GET", "/jobs/{jobID}"): _JOB,
    ("DELETE", "/jobs/{jobID}"): _JOB,
    ("GET", "/jobs/{jobID}/results"): _JOB,
    ("GET", "/jobs/{jobID}/results/{outputID}"): _JOB,
    ("GET", "/cases"): Rule(Audience.PLANNER, "cases", "case"),
    ("POST", "/cases"): _CASE,
    ("GET", "/cases/{case_id}"): _CASE,
    ("GET", "/cases/{case_id}/events"): _CASE,
    ("POST", "/cases/{case_id}/updates"): _CASE,
    ("POST", "/cases/{case_id}/tracks"): _CASE,
    ("POST", "/cases/{case_id}/orders"): _CASE,
}

#: Layers of pictures end so; all of them are made of risk.
_PICTURES = "-raster"


@dataclass(frozen=True)
class Match:
    """The rule of a request.

    Attributes
    ----------
    template : str
        The path as declared: what logs and metrics say instead of the path.
    rule : Rule
    parts : dict of str to str
        Parts of the path.
    """

    template: str
    rule: Rule
    parts: dict[str, str]

    def is_for(self, audience: Audience, scopes: frozenset[str]) -> bool:
        """Return whether who asks may. Of a collection it sees nothing of, nobody hears whether there is one."""
        if audience < self.rule.least or not {self.rule.scope} <= scopes | {""}:
            return False
        return not self.rule.kind_from or audience >= Audience.PLANNER or self._is_seen(audience)

    def _is_seen(self, audience: Audience) -> bool:
        kind = self.parts[self.rule.kind_from]
        return is_visible("risk" if kind.endswith(_PICTURES) else kind, audience)


class RuleBook:
    """Finds the rule of a path.

    Parameters
    ----------
    rules : dict
        As `RULES`.
    """

    def __init__(self, rules: dict[tuple[str, str], Rule]) -> None:
        self.rules = rules
        self._paths: dict[str, dict[str, tuple[Pattern[str], dict[str, Rule]]]] = {}
        for (method, template), rule in rules.items():
            # no template begins with a part, so the first word of a path says which of them may fit
            if (word := _first_word(template)).startswith("{"):
                raise ValueError(f"{template} begins with a part")
            pattern = compile_path(template)[0]
            self._paths.setdefault(word, {}).setdefault(template, (pattern, {}))[1][method] = rule

    def match(self, method: str, path: str) -> Match | None:
        """Return the rule of a request, None for a path of which nothing is declared.

        A method that is not declared needs what the strictest one of that path needs, and so does a path that fits
        two templates: which of them the application would take is not guessed.
        """
        matches = []
        for template, (pattern, methods) in self._paths.get(_first_word(path), {}).items():
            if found := pattern.match(path):
                rule = methods.get("GET" if method == "HEAD" else method)
                strictest = rule or max(methods.values(), key=lambda each: each.least)
                matches.append(Match(template, strictest, found.groupdict()))
        return max(matches, key=lambda each: each.rule.least, default=None)

    def methods(self, path: str) -> list[str]:
        """Return the methods declared of a path."""
        templates = self._paths.get(_first_word(path), {}).values()
        found = {method for pattern, methods in templates if pattern.match(path) for method in methods}
        return sorted(found)

    def undeclared(self, app: FastAPI) -> list[str]:
        """Return the routes of an application that stand in no rule; what cannot be looked into is one."""
        return sorted(
            f"{method} {path}"
            for method, path in _routes(app)
            if ("GET" if method == "HEAD" else method, path) not in self.rules
        )


def _first_word(path: str) -> str:
    return path[1:].partition("/")[0]


def _routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        path, methods = getattr(route, "path", None), getattr(route, "methods", None)
        for method in methods or ("ANY",):
            yield method, str(path)
