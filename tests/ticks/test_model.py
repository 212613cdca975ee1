"""The loop against an independent model of it, under everything at once."""

import asyncio
import logging
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopjobs.testing import FakeClock

from .model import Rules
from .scripts import Play, Step, changes, compare, marathon, rules, steps

pytestmark = pytest.mark.usefixtures("untraced")

SCRIPTS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@settings(SCRIPTS, max_examples=settings().max_examples * 3 // 2)
@given(rules=rules(), script=steps())
def test_every_slot_ends_as_the_model_says(rules: Rules, script: list[Step]) -> None:
    """Ledger, starts, lateness, attempts, state and next slot agree at every step."""
    asyncio.run(compare(rules, script))


@pytest.mark.parametrize("seed", range(settings().max_examples // 10))
def test_the_model_holds_over_thousands_of_slots(seed: int) -> None:
    """What a short script cannot bring about, a long one may."""
    rules, script = marathon(Random(seed), steps=400)  # noqa: S311 - no secret depends on it
    assert asyncio.run(compare(rules, script)) > 700


@settings(SCRIPTS)
@given(rules=rules(), script=st.lists(steps(most=2) | changes().map(lambda one: [one]), max_size=9))
def test_changed_options_lose_no_slot_and_stop_no_loop(
    rules: Rules, script: list[list[Step]]
) -> None:
    """Whenever they change: the law and the overlap bound hold, and the loop goes on."""
    asyncio.run(_change(rules, [step for part in script for step in part]))


async def _change(rules: Rules, script: list[Step]) -> None:
    play = Play(rules, FakeClock())
    async with play.host:
        for step in script:
            await play.take(step)
            play.check_law(step)
        await play.change(Enabled=True, IntervalInSeconds=10, JitterInSeconds=0)
        await play.job.resume()
        before = len(play.starts)
        await play.clock.advance(150)
        assert len(play.starts) > before, "the loop stands still"
        await play.clock.pass_until(asyncio.ensure_future(play.host.stop()))
    play.check_law()
    assert play.breaches == []
    assert play.job.status().ledger.in_flight == 0
