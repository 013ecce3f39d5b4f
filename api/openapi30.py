"""OpenAPI 3.1, as FastAPI makes it, into 3.0, which the conformance class of OGC API Features asks for.

Only what differs is touched: null as a type, bounds that exclude, constants, several examples, media types of contents.
"""

from __future__ import annotations

from typing import Any

_BINARY = "application/octet-stream"


def to_30(node: Any) -> Any:
    """Return a part of a 3.1 document as 3.0 has it; the part given stays as it is."""
    if isinstance(node, list):
        return [to_30(each) for each in node]
    if not isinstance(node, dict):
        return node
    changed = {name: to_30(value) for name, value in node.items()}
    _nullable(changed)
    for bound, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(changed.get(bound), (int, float)) and not isinstance(changed[bound], bool):
            changed[plain], changed[bound] = changed[bound], True
    if "const" in changed:
        changed["enum"] = [changed.pop("const")]
    if isinstance(changed.get("examples"), list):
        examples = changed.pop("examples")
        changed.setdefault("example", examples[0])
    if "contentMediaType" in changed and changed.get("type") == "string":
        media_type = changed.pop("contentMediaType")
        changed["format"] = "binary" if media_type == _BINARY else media_type
    return changed


def _nullable(schema: dict[str, Any]) -> None:
    options = schema.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        rest = [each for each in options if each != {"type": "null"}]
        del schema["anyOf"]
        if len(rest) == 1 and "$ref" not in rest[0]:
            schema.update({**rest[0], **schema})
        else:
            # beside a reference 3.0 reads nothing, so it stays inside
            schema["allOf" if len(rest) == 1 else "anyOf"] = rest
        schema["nullable"] = True
    kinds = schema.get("type")
    if isinstance(kinds, list):
        schema["nullable"] = "null" in kinds
        schema["type"] = next(kind for kind in kinds if kind != "null")
