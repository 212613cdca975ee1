"""Whatever replicas do, in whatever order: a real store answers as the leases in memory do."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loopjobs import (
    CalendarSlot,
    ClaimAnswer,
    ClaimRequest,
    Declined,
    Lease,
    LeaseEnd,
    LeaseStore,
    Outcome,
    Sighting,
)
from loopjobs.testing import FakeClock, MemoryLeases

from .benches import Bench

# The clock of a real store runs on by a moment, and by how much must not matter: no sum of steps,
# which are whole thousands, meets a point of the grid or the end of a lease.
INTERVALS = (9_700.0, 6_700.0, 21_700.0)
"""Of the replicas: they do not agree, as in a rolling deployment."""
# Nor does the age of a slot, the tolerance, or the sum of the two, meet any sum of those.
SLOTS = tuple(
    CalendarSlot(age, gap, tolerance=1_533.0)
    for age, gap in ((333.0, 7_900.0), (4_333.0, 12_800.0), (2_333.0, 3_100.0))
)
"""Of the calendars that the replicas can have instead, each by a clock of its own."""
LEASE = 4_500.0
ASKED = 3_300.0
MOMENT = 60

replicas = st.integers(0, 2)
operations = st.one_of(
    st.tuples(st.just("claim"), replicas),
    st.tuples(st.just("claim"), replicas),
    st.tuples(st.just("claim by hand"), replicas),
    st.tuples(st.just("claim a slot"), replicas),
    st.tuples(st.just("claim a slot"), replicas),
    st.tuples(st.just("claim a slot by hand"), replicas),
    st.tuples(st.just("claim if stale"), replicas),
    st.tuples(st.just("renew"), replicas),
    st.tuples(st.just("succeed"), replicas),
    st.tuples(st.just("fail and ask"), replicas),
    st.tuples(st.just("pass a slot"), replicas),
    st.tuples(st.just("pause"), st.booleans()),
    st.tuples(st.just("step"), st.sampled_from([1_000, 4_000, 5_000, 11_000, -15_000])),
)
numbers = count()

ENDS = {
    "succeed": LeaseEnd(Outcome.SUCCEEDED),
    "fail and ask": LeaseEnd(Outcome.FAILED, "no", next_in=ASKED),
}


@dataclass
class Cluster:
    """Three replicas on one store, and what they know."""

    store: LeaseStore
    bench: Bench | MemoryLeases
    job: str
    leases: dict[int, Lease] = field(default_factory=dict)
    seen: dict[int, Sighting | None] = field(default_factory=dict)
    tokens: list[int] = field(default_factory=list)

    def do(self, name: str, subject: int) -> "Told":
        if name.startswith("claim"):
            return self._claim(name, subject)
        lease = self.leases.get(subject)
        if name == "step":
            self.bench.step(subject)
            # A bench that moves the rows has changed what was seen.
            self.seen.clear()
        elif name == "pause":
            self.store.set_paused(self.job, is_paused=bool(subject))
        elif lease is not None and name == "renew":
            return Told("renewed", len(self.store.renew([lease])))
        elif lease is not None and name == "pass a slot":
            self.store.finish(lease, replace(ENDS["succeed"], calendar=SLOTS[subject]))
        elif lease is not None:
            self.store.finish(lease, ENDS[name])
        return Told(name)

    def _claim(self, name: str, replica: int) -> "Told":
        request = ClaimRequest(
            job=self.job, holder=f"replica {replica}", interval=INTERVALS[replica], seconds=LEASE
        )
        if "a slot" in name:
            slot = SLOTS[replica]
            request = replace(request, interval=slot.gap, calendar=slot)
        if name.endswith("by hand"):
            request = replace(request, is_by_hand=True)
        if name == "claim if stale":
            request = replace(request, stale=self.seen.get(replica))
        answer = self.store.claim(request)
        if isinstance(answer, Declined):
            self.seen[replica] = answer.sighting
            facts = answer.is_paused, answer.holder, answer.sighting is not None
            return Told(
                *facts,
                *self._past(answer),
                times=[answer.next_in, answer.lease_left, answer.success_age],
            )
        past = self._past(answer)
        self.leases[replica] = answer.lease
        self.tokens.append(answer.lease.fencing_token)
        times = [answer.next_in, answer.overdue, answer.success_age]
        return Told("granted", answer.is_takeover, *past, times=times)

    def _past(self, answer: ClaimAnswer) -> tuple[object, ...]:
        grid = answer.grid
        if grid is None or grid.fencing_token not in self.tokens:
            return answer.failures_in_a_row, grid is None
        return answer.failures_in_a_row, grid.interval, self.tokens.index(grid.fencing_token)


class Told:
    """What came of it: facts that are the same in each store, and times that nearly are."""

    def __init__(self, *facts: object, times: Sequence[float | None] = ()) -> None:
        self.facts = (*facts, *(each is None for each in times))
        self.times = [each or 0.0 for each in times]

    def is_like(self, other: "Told") -> bool:
        return self.facts == other.facts and self.times == pytest.approx(other.times, abs=MOMENT)

    def __repr__(self) -> str:
        return f"{self.facts} {self.times}"


@settings(
    max_examples=settings().max_examples,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(operations, max_size=14))
@example(steps=[("pause", True), ("claim", 0), ("step", -15_000), ("claim", 0)])
@example(steps=[("pause", True), ("claim by hand", 0), ("succeed", 0), ("claim", 0)])
@example(steps=[("claim", 0), ("succeed", 0), ("claim a slot by hand", 0)])
def test_a_real_store_answers_as_the_memory_does(
    real_bench: Bench, real_store: LeaseStore, steps: Sequence[tuple[str, int]]
) -> None:
    """And of all leases it grants each has a higher token than those before."""
    memory = MemoryLeases(FakeClock())
    job = f"job {next(numbers)}"
    expected = Cluster(memory, memory, job)
    real = Cluster(real_store, real_bench, job)
    for name, subject in steps:
        memory.step(1)
        told, reference = real.do(name, subject), expected.do(name, subject)
        assert told.is_like(reference), f"{name}: {told}, and not {reference}"
    assert real.tokens == sorted(set(real.tokens))
