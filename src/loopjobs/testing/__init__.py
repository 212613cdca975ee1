"""The testing kit: a clock that moves when told, a harness for one job, leases in memory."""

from loopjobs.testing._fake_clock import FakeClock
from loopjobs.testing._harness import JobHarness
from loopjobs.testing._memory_leases import MemoryLeases
from loopjobs.testing._recorder import EventRecorder

__all__ = ["EventRecorder", "FakeClock", "JobHarness", "MemoryLeases"]
