"""Processes as OGC API Processes describes them."""

from __future__ import annotations

from typing import Any

from api.openapi30 import to_30
from api.process import JSON_TYPE, Output, Process

_REL = "http://www.opengis.net/def/rel/ogc/1.0"


def link(base: str, rel: str, path: str, title: str, media_type: str = "application/json") -> dict[str, str]:
    """Return a link to a path of the service."""
    return {"rel": rel, "href": f"{base}{path}", "type": media_type, "title": title}


def summary_of(process: Process, base: str) -> dict[str, Any]:
    """Return what a list says of a process."""
    modes = {mode for each in process.outputs for mode in each.modes}
    return {
        "id": process.name,
        "version": process.version,
        "title": process.title,
        "description": process.description,
        "jobControlOptions": list(process.job_control),
        "outputTransmission": sorted(modes, reverse=True),
        "links": [link(base, "self", f"processes/{process.name}", "description of this process")],
    }


def description_of(process: Process, base: str) -> dict[str, Any]:
    """Return the whole description of a process."""
    links = [
        link(base, "self", f"processes/{process.name}", "this document"),
        link(base, f"{_REL}/execute", f"processes/{process.name}/execution", "ask for it (POST)"),
        link(base, "up", "processes", "all processes"),
    ]
    return {
        **summary_of(process, base),
        "inputs": _inputs(process),
        "outputs": {each.name: _output(each) for each in process.outputs},
        "links": links,
    }


def _inputs(process: Process) -> dict[str, Any]:
    schema = process.inputs.model_json_schema()
    required = set(schema.get("required", ()))
    inputs = {}
    for name, each in schema["properties"].items():
        told = {"title": each.pop("title", name), "description": each.pop("description", "")}
        least = 1 if name in required else 0
        inputs[name] = {**told, "minOccurs": least, "maxOccurs": 1, "schema": to_30(each)}
    return inputs


def _output(output: Output) -> dict[str, Any]:
    if output.media_type == JSON_TYPE:
        schema: dict[str, Any] = {"type": "object", "contentMediaType": JSON_TYPE}
    else:
        schema = {"type": "string", "contentEncoding": "binary", "contentMediaType": output.media_type}
    return {"title": output.title, "description": output.title, "schema": schema}
