"""What a process is; the processes themselves are the files of `api.processes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from api.access.audience import Audience
from api.access.who import Identity
from api.context import RegionContext
from api.plain_body import PlainBody
from api.store.store import Store
from api.usecases.field_reports import FieldRegion
from data.errors import BadInput
from data.registry import Registry, collect

Progress = Callable[[float], None]
JSON_TYPE, GEOTIFF_TYPE = "application/json", "image/tiff; application=geotiff"
_MOST_FAULTS = 20


class Inputs(PlainBody):
    """Base of what processes take; what is not declared is refused."""


AnyInputs = TypeVar("AnyInputs", bound=Inputs)


@dataclass(frozen=True)
class Bench:
    """What processes work with.

    Attributes
    ----------
    context : RegionContext
        As shipped.
    store : Store
        To read cases from.
    """

    context: RegionContext
    store: Store

    @cached_property
    def reported(self) -> RegionContext:
        """The region with what the field has reported; for what planners alone may ask for."""
        return FieldRegion(self.context).of(self.store)


@dataclass(frozen=True)
class Output:
    """A thing a process makes.

    Attributes
    ----------
    name, title : str
    media_type : str
        JSON goes into the store and is given as value or by reference; anything else is a file, by reference alone.
    is_always : bool
        False for one that some inputs do not give.
    """

    name: str
    title: str
    media_type: str = JSON_TYPE
    is_always: bool = True

    @property
    def modes(self) -> tuple[str, ...]:
        """How it can be handed over, the usual way first."""
        return ("value", "reference") if self.media_type == JSON_TYPE else ("reference",)


@dataclass(frozen=True)
class Process:
    """A piece of long work.

    Attributes
    ----------
    name, version, title, description : str
    least : Audience
        Who may ask for it, at least.
    scope : str
        That a key has to have.
    inputs : type of Inputs
        Its JSON schema is the description of the inputs.
    outputs : tuple of Output
    check : callable
        Raises BadInput with every fault of inputs that can be found without working; takes at most a second.
    run : callable
        From bench, inputs, a folder for files and a report of progress to the outputs by name: a JSON-ready document,
        or the path of a file in the folder.
    is_quick : bool
        Whether an answer may be waited for.
    case_of : callable
        The case whose reading the audit has to write; "" for none.
    """

    name: str
    version: str
    title: str
    description: str
    least: Audience
    scope: str
    inputs: type[Inputs]
    outputs: tuple[Output, ...]
    check: Callable[[Bench, Any], None]
    run: Callable[[Bench, Any, Path, Progress], Mapping[str, Any]]
    is_quick: bool = False
    case_of: Callable[[Mapping[str, Any]], str] = lambda inputs: ""

    @property
    def has_files(self) -> bool:
        """Whether it writes files."""
        return any(each.media_type != JSON_TYPE for each in self.outputs)

    @property
    def job_control(self) -> tuple[str, ...]:
        """How it may be executed, as the standard names it."""
        return (*(("sync-execute",) if self.is_quick else ()), "async-execute", "dismiss")

    def is_for(self, who: Identity) -> bool:
        """Return whether somebody may ask for it, and hear of it."""
        return who.audience >= self.least and self.scope in who.scopes

    def read(self, inputs: Mapping[str, Any]) -> Inputs:
        """Read inputs; BadInput with every fault."""
        try:
            return self.inputs.model_validate(dict(inputs))
        except ValidationError as error:
            raise BadInput(
                f"{'.'.join(str(part) for part in fault['loc']) or 'inputs'}: {fault['msg']}"
                for fault in error.errors(include_url=False)[:_MOST_FAULTS]
            ) from None


@lru_cache(maxsize=1)
def processes() -> Registry[Process]:
    """Return every process found in `api.processes`."""
    import api.processes

    return Registry(collect(api.processes, "PROCESS"))
