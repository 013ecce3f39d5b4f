"""What bodies of requests share: nothing undeclared is taken, and true and false are no numbers."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class PlainBody(BaseModel):
    """Base of the bodies that come in from outside."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        # pydantic reads true as 1 and 0 as false: a slip would pass as meant
        if isinstance(value, (bool, int, float)) and info.field_name is not None:
            declared = cls.model_fields[info.field_name].annotation
            kinds = (declared, *get_args(declared))
            is_number, takes_number = not isinstance(value, bool), int in kinds or float in kinds
            if not is_number and bool not in kinds and takes_number:
                raise ValueError("Input should be a number, not true or false")
            if is_number and bool in kinds and not takes_number:
                raise ValueError("Input should be true or false, not a number")
        return value
