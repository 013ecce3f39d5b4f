"""An execute request of OGC API Processes: read, its references followed, and turned into what a job keeps."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

import orjson
from pydantic import BaseModel, ConfigDict, Field

from api.process import Bench, Process
from api.usecases.inputs import Faults
from data.errors import BadInput

#: Longest a caller waits for an answer, s; then the job goes on and is told of instead.
MOST_WAIT_S = 30.0
#: What may stand beside the value of an input.
_BESIDE = frozenset({"value", "mediaType", "encoding", "schema", "format"})
_LINK = frozenset({"href", "rel", "type", "hreflang", "title"})
#: From an address to what is there; BadInput for any that may not be followed.
Fetch = Callable[[str], Any]


class OutputFormat(BaseModel):
    """How an output is written."""

    model_config = ConfigDict(populate_by_name=True)

    media_type: str | None = Field(default=None, alias="mediaType", max_length=100)


class OutputWanted(BaseModel):
    """How an output is wanted."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    format: OutputFormat | None = None
    mode: Literal["value", "reference"] | None = Field(default=None, alias="transmissionMode")


class ExecuteBody(BaseModel):
    """Body of `POST /processes/{processID}/execution`."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = Field(default_factory=dict, max_length=100)
    outputs: dict[str, OutputWanted] | None = None
    response: Literal["raw", "document"] = "raw"


def params_of(process: Process, body: ExecuteBody, bench: Bench, fetch: Fetch) -> dict[str, Any]:
    """Return what a job of a process keeps; raises BadInput with every fault of the request."""
    faults = Faults()
    modes = faults.read(lambda: _modes(process, body.outputs))
    inputs = {
        name: faults.read(lambda name=name, given=given: _value(name, given, fetch))  # type: ignore[misc]
        for name, given in body.inputs.items()
    }
    faults.settle()
    read = faults.read(lambda: process.read(inputs))
    if read is not None:
        faults.read(lambda: process.check(bench, read))
    faults.settle()
    assert read is not None
    return {"inputs": read.model_dump(mode="json"), "outputs": modes, "response": body.response}


def _modes(process: Process, wanted: Mapping[str, OutputWanted] | None) -> dict[str, str]:
    """Return how each output wanted is handed over; all of them if none is named."""
    known = {each.name: each for each in process.outputs}
    modes, faults = {}, []
    for name, each in (dict.fromkeys(known, OutputWanted.model_validate({})) if wanted is None else wanted).items():
        if name not in known:
            faults.append(f"outputs: {process.name} makes no '{name[:80]}'; it makes {', '.join(known)}")
            continue
        output = known[name]
        modes[name] = each.mode or output.modes[0]
        if modes[name] not in output.modes:
            faults.append(f"outputs: '{name}' is given by {' or '.join(output.modes)} only")
        asked = each.format and each.format.media_type
        if asked and asked.partition(";")[0] != output.media_type.partition(";")[0]:
            faults.append(f"outputs: '{name}' is written as {output.media_type} only")
    if faults:
        raise BadInput(faults)
    return modes


def _value(name: str, given: Any, fetch: Fetch) -> Any:
    """Return an input as plain JSON: taken out of what stands beside it, or from where it refers to."""
    if isinstance(given, list):
        return [_value(name, each, fetch) for each in given]
    if not isinstance(given, dict):
        return given
    if "href" in given and set(given) <= _LINK:
        try:
            return fetch(str(given["href"]))
        except BadInput as error:
            raise BadInput(f"inputs: '{name}': {each}" for each in error.faults) from None
    if "value" not in given or not set(given) <= _BESIDE:
        return given
    encoding = given.get("encoding") or (given.get("format") or {}).get("encoding")
    return _decoded(name, given["value"]) if encoding == "base64" else given["value"]


def _decoded(name: str, value: Any) -> str:
    try:
        return base64.b64decode(str(value), validate=True).decode()
    except (binascii.Error, ValueError):
        raise BadInput(f"inputs: '{name}': is no UTF-8 text in base64") from None


def data_at(address: str) -> Any:
    """Return what a `data:` address holds: JSON as its value, anything else as text."""
    head, comma, body = address.removeprefix("data:").partition(",")
    media_type, *marks = head.split(";")
    if not comma:
        raise BadInput("a data: address is written as data:text/csv,TEXT or data:application/json;base64,TEXT")
    try:
        raw = base64.b64decode(body, validate=True) if "base64" in marks else unquote_to_bytes(body)
        return orjson.loads(raw) if media_type == "application/json" else raw.decode()
    except (binascii.Error, ValueError):
        raise BadInput("the data: address cannot be read") from None


def wait_s(prefer: str, *, is_quick: bool) -> float:
    """Return how long to wait for the answer, s, by the header `Prefer`; 0 to tell of a job at once."""
    wishes = [each.strip().lower() for each in prefer.split(",")]
    if not is_quick or "respond-async" in wishes:
        return 0.0
    waits = [each.partition("=")[2].strip() for each in wishes if each.startswith("wait=")]
    if waits and waits[0].isascii() and waits[0].isdigit() and len(waits[0]) < 6:
        return min(float(waits[0]), MOST_WAIT_S)
    return MOST_WAIT_S
