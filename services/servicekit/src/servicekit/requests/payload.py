"""The root of request bodies and query models."""

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """What a client sends: unknown fields are refused, and errors do not show the input."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
