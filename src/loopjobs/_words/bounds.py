"""The bounds of a field of numbers, to be held where pydantic itself would not."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import gt, le, lt
from typing import Final

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo
from pydantic_core import PydanticKnownError

_KINDS: Final = {
    Ge: (lt, "ge", lambda limit: PydanticKnownError("greater_than_equal", {"ge": limit})),
    Gt: (le, "gt", lambda limit: PydanticKnownError("greater_than", {"gt": limit})),
    Le: (gt, "le", lambda limit: PydanticKnownError("less_than_equal", {"le": limit})),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound; what breaks it is told in the words of pydantic."""

    limit: float
    is_broken: Callable[[float, float], bool]
    refusal: Callable[[float], PydanticKnownError]

    def hold(self, value: float) -> None:
        """Let a number pass that keeps it.

        Raises:
            PydanticKnownError: it does not.
        """
        if self.is_broken(value, self.limit):
            raise self.refusal(self.limit)


def bounds_of(field: FieldInfo) -> tuple[Bound, ...]:
    """Return the bounds of a field."""
    bounds = []
    for rule in field.metadata:
        is_broken, name, refusal = _KINDS[type(rule)]
        bounds.append(Bound(getattr(rule, name), is_broken, refusal))
    return tuple(bounds)
