"""Whatever goes wrong in a cluster: one lease at a time, one start for a slot, and it goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loopjobs import ClaimAnswer, ClaimRequest, Lease
from loopjobs.testing import FakeClock, MemoryLeases

from .world import HOLDER, LEASE, RATES, Fault, Node, World

Action: TypeAlias = tuple[str, int, float]

_SPREAD: Final = 0.25
_MARGIN: Final = 2 / 15
_CHEAP: Final = settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

_MOMENTS: Final = st.sampled_from((0.5, 2.0, 5.0, 8.0, 12.0))
_FAULTS: Final = (
    "cut", "mend", "freeze", "thaw", "lost", "late", "frozen", "crash", "restart", "trigger",
)  # fmt: skip
_WHOM: Final = st.sampled_from((HOLDER, HOLDER, *range(len(RATES))))
_ACTIONS: Final = st.one_of(
    st.tuples(st.just("wait"), st.just(0), _MOMENTS),
    st.tuples(st.sampled_from(_FAULTS), _WHOM, _MOMENTS),
    st.tuples(st.just("step"), st.just(0), st.sampled_from((-3600.0, -4.0, 4.0, 3600.0))),
    st.tuples(st.just("interval"), st.just(0), st.sampled_from((4.0, 10.0, 25.0))),
)
_PLANS: Final = st.lists(_ACTIONS, min_size=4, max_size=10)
_BODIES: Final = st.sampled_from((0, 3, 45))
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


_A_WHILE: Final[Sequence[Action]] = (("wait", 0, 12.0), ("wait", 0, 12.0))
_CUT: Final[Sequence[Action]] = (("cut", HOLDER, 0.0), *_A_WHILE)
_FROZEN: Final[Sequence[Action]] = (*(("frozen", each, 12.0) for each in range(3)), *_A_WHILE)
_BACK: Final[Sequence[Action]] = (("crash", HOLDER, 0.0), ("step", 0, -3600.0))


@_CHEAP
@example(plan=_CUT, seconds=45)
@example(plan=_FROZEN, seconds=3)
@example(plan=_BACK, seconds=45)
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
        node = world.find(index)
        if name == "trigger" and node.frozen_for is None:
            tasks.append(asyncio.ensure_future(node.replica.job.trigger()))
        elif name != "trigger":
            await _DO[name](world, node, seconds)
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


async def _freeze(world: World, node: Node, seconds: float) -> None:
    node.frozen_for = node.frozen_for or 0.0


async def _thaw(world: World, node: Node, seconds: float) -> None:
    node.thaw()


async def _cut(world: World, node: Node, seconds: float) -> None:
    node.wire.is_cut = True


async def _mend(world: World, node: Node, seconds: float) -> None:
    node.wire.is_cut = False


def _fault(kind: str, factor: float) -> Callable[[World, Node, float], Awaitable[None]]:
    async def meet(world: World, node: Node, seconds: float) -> None:
        node.wire.fault = Fault(kind, seconds * factor)

    return meet


async def _step(world: World, node: Node, seconds: float) -> None:
    world.step(seconds)


_DO: Final[dict[str, Callable[[World, Node, float], Awaitable[None]]]] = {
    "wait": lambda world, node, seconds: asyncio.sleep(0),
    "cut": _cut,
    "mend": _mend,
    "freeze": _freeze,
    "thaw": _thaw,
    "lost": _fault("lost", 1.0),
    "late": _fault("late", 1.0),
    "frozen": _fault("frozen", 2.0),
    "crash": lambda world, node, seconds: world.crash(node),
    "restart": lambda world, node, seconds: world.restart(node),
    "step": _step,
    "interval": lambda world, node, seconds: world.use_interval(seconds),
}
