"""What bodies of requests share: nothing undeclared is taken, and true and false are no numbers."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class PlainBody(BaseModel):
    """Base of the bodies that come in from outside."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        # pydantic reads true as 1; the definition of the API says a number, and a slip in a form would become one
        if isinstance(value, bool) and info.field_name is not None:
            declared = cls.model_fields[info.field_name].annotation
            kinds = (declared, *get_args(declared))
            if bool not in kinds and (int in kinds or float in kinds):
                raise ValueError("Input should be a number, not true or false")
        return value
