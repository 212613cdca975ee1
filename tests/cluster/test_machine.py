"""Whatever goes wrong in a cluster: one lease at a time, one start for a slot, and it goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopjobs import ClaimAnswer, ClaimRequest, Lease
from loopjobs.testing import FakeClock, MemoryLeases

from .world import LEASE, RATES, Fault, World

Action: TypeAlias = tuple[str, int, float]

_SPREAD: Final = 0.25
_MARGIN: Final = 2 / 15
_CHEAP: Final = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

_MOMENTS: Final = st.sampled_from((0.5, 2.0, 5.0, 8.0, 12.0))
_FAULTS: Final = (
    "cut", "mend", "freeze", "thaw", "lost", "late", "frozen", "crash", "restart", "trigger",
)  # fmt: skip
_ACTIONS: Final = st.one_of(
    st.tuples(st.just("wait"), st.just(0), _MOMENTS),
    st.tuples(st.sampled_from(_FAULTS), st.integers(0, len(RATES) - 1), _MOMENTS),
    st.tuples(st.just("step"), st.just(0), st.sampled_from((-3600.0, -4.0, 4.0, 3600.0))),
    st.tuples(st.just("interval"), st.just(0), st.sampled_from((4.0, 10.0, 25.0))),
)
_PLANS: Final = st.lists(_ACTIONS, min_size=1, max_size=10)
_BODIES: Final = st.sampled_from((0, 3, 20))
"""How many seconds a run takes: no time, less than an interval, more than a lease."""


class Careless(MemoryLeases):
    """A store that is wrong: it grants what somebody has."""

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Forget who has a lease."""
        self._rows.get(request.job, _Nobody()).holder = None
        return super().claim(request)


class Forgiving(MemoryLeases):
    """A store that is wrong: it renews what has ended."""

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Renew everything."""
        super().renew(leases)
        return leases


class _Nobody:
    holder: str | None = None


@_CHEAP
@given(_PLANS, _BODIES)
def test_no_fault_brings_two_holders_or_two_starts(plan: Sequence[Action], seconds: int) -> None:
    """And the ledgers add up, the tokens grow, and the job runs on when the faults are over."""
    assert play(plan, seconds) == []


def test_a_store_that_grants_what_somebody_has_is_caught() -> None:
    """Otherwise the test above would show nothing."""
    broken = play([("wait", 0, 12.0)], 20, Careless)
    assert "was granted beside" in broken[0]


def test_a_store_that_renews_what_has_ended_is_caught() -> None:
    """Otherwise the test above would show nothing."""
    broken = play([("step", 0, 3600.0), ("wait", 0, 8.0)], 20, Forgiving)
    assert "was renewed after its end" in broken[0]


def play(
    plan: Sequence[Action],
    seconds_of_body: int,
    store: Callable[[FakeClock], MemoryLeases] = MemoryLeases,
) -> list[str]:
    """Let all that happen to a cluster; return what should not have been."""
    return asyncio.run(_play(World(store, steps_of_body=seconds_of_body), plan))


async def _play(world: World, plan: Sequence[Action]) -> list[str]:
    await world.start_all()
    await world.advance(1.0)
    tasks: list[asyncio.Future[object]] = []
    for name, index, seconds in plan:
        if name == "trigger":
            tasks.append(asyncio.ensure_future(world.nodes[index].replica.job.trigger()))
        else:
            await _DO[name](world, index, seconds)
        await world.advance(seconds if name == "wait" else 1.0)
        if world.witness.broken:
            break
    else:
        await _await_a_run(world)
    await world.stop_all()
    await asyncio.gather(*tasks, return_exceptions=True)
    return world.witness.broken


async def _await_a_run(world: World) -> None:
    await world.heal()
    before, longest = len(world.starts), max(world.interval, LEASE)
    if world.witness.has_gone_back:
        # Somebody has to have seen a lease unchanged for as long as it can hold.
        longest = LEASE * (1 + _MARGIN) + 2 * world.interval
    await world.advance((longest + _SPREAD) * 1.06 + world.steps_of_body + 1.0)
    if len(world.starts) == before:
        world.witness.broken.append("no run has started although all is well")


async def _freeze(world: World, index: int, seconds: float) -> None:
    node = world.nodes[index]
    node.frozen_for = node.frozen_for or 0.0


async def _thaw(world: World, index: int, seconds: float) -> None:
    world.nodes[index].thaw()


async def _cut(world: World, index: int, seconds: float) -> None:
    world.nodes[index].wire.is_cut = True


async def _mend(world: World, index: int, seconds: float) -> None:
    world.nodes[index].wire.is_cut = False


def _fault(kind: str, factor: float) -> Callable[[World, int, float], Awaitable[None]]:
    async def meet(world: World, index: int, seconds: float) -> None:
        world.nodes[index].wire.fault = Fault(kind, seconds * factor)

    return meet


async def _step(world: World, index: int, seconds: float) -> None:
    world.step(seconds)


_DO: Final[dict[str, Callable[[World, int, float], Awaitable[None]]]] = {
    "wait": lambda world, index, seconds: asyncio.sleep(0),
    "cut": _cut,
    "mend": _mend,
    "freeze": _freeze,
    "thaw": _thaw,
    "lost": _fault("lost", 1.0),
    "late": _fault("late", 1.0),
    "frozen": _fault("frozen", 2.0),
    "crash": lambda world, index, seconds: world.crash(index),
    "restart": lambda world, index, seconds: world.restart(index),
    "step": _step,
    "interval": lambda world, index, seconds: world.use_interval(seconds),
}
