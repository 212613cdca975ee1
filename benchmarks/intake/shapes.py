"""How keep-alives are taken in."""

from enum import StrEnum


class Shape(StrEnum):
    """What is measured."""

    TOGETHER = "together"
    """The service as it is: those that arrive at the same time share a transaction."""
    ONE_BY_ONE = "one by one"
    """The service, each keep-alive in a transaction of its own."""
    BARE = "bare driver"
    """No service: the least UPDATE that would do, one commit each."""
