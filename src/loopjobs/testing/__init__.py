"""The testing kit: a clock that moves when told, and a harness for one job."""

from loopjobs.testing._fake_clock import FakeClock

__all__ = ["FakeClock"]
