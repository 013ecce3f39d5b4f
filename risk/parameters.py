"""One way to say that a model parameter lies in its bounds."""

from __future__ import annotations

from dataclasses import fields


class Bounded:
    """Base of frozen parameter classes whose fields carry `metadata={"low": ..., "high": ...}`."""

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]
            low, high = item.metadata.get("low"), item.metadata.get("high")
            value = getattr(self, item.name)
            if low is not None and not low <= value <= high:
                raise ValueError(f"{item.name} must be from {low:g} to {high:g}, got {value!r}")


def bounds(low: float, high: float) -> dict[str, float]:
    """Return field metadata that `Bounded` checks."""
    return {"low": low, "high": high}
