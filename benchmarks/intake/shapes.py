"""How keep-alives are taken in."""

from enum import StrEnum


class Shape(StrEnum):
    """What is measured."""

    TOGETHER = "together"
    """The service as it is: those that arrive at the same time share a transaction."""
    ONE_BY_ONE = "one by one"
    """The service, each keep-alive in a transaction of its own."""
    TOGETHER_ON_UVLOOP = "together, on uvloop"
    ONE_BY_ONE_ON_UVLOOP = "one by one, on uvloop"
    BARE = "bare driver"
    """No service: the least UPDATE that would do, one commit each."""

    @property
    def is_one_by_one(self) -> bool:
        """Whether each keep-alive has a transaction of its own."""
        return self in {Shape.ONE_BY_ONE, Shape.ONE_BY_ONE_ON_UVLOOP}

    @property
    def is_on_uvloop(self) -> bool:
        """Whether the service runs on uvloop, and not on the event loop of Python."""
        return self in {Shape.TOGETHER_ON_UVLOOP, Shape.ONE_BY_ONE_ON_UVLOOP}
