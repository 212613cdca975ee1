"""Trying again what failed because others were in the way."""

import asyncio
from random import Random

import pytest

from loopjobs.testing import FakeClock
from servicekit.faults import StoreBusyError, StoreUnavailableError
from servicekit.retries import BusyRetries


class Flaky:
    """Fails with each of the errors in turn, and then works."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def retries(seed: int = 7) -> BusyRetries:
    return BusyRetries(Random(seed), attempts=3, pause=0.2)  # noqa: S311 - predictable chance


async def finished(action: Flaky, clock: FakeClock, seed: int = 7) -> str:
    answers = []

    async def call() -> None:
        answers.append(await retries(seed).call(action, clock.sleep))

    run = asyncio.create_task(call())
    await clock.pass_until(run)
    await run
    return answers[0]


async def test_what_works_is_not_done_again(clock: FakeClock) -> None:
    """One call, no pause."""
    action = Flaky()
    assert await finished(action, clock) == "done"
    assert (action.calls, clock.monotonic()) == (1, 0)


async def test_what_was_busy_is_done_again_after_a_pause(clock: FakeClock) -> None:
    """Two pauses, the second up to twice as long as the first, both by chance."""
    action = Flaky(StoreBusyError("1"), StoreBusyError("2"))
    assert await finished(action, clock) == "done"
    assert action.calls == 3
    assert 0.1 + 0.2 <= clock.monotonic() <= 0.2 + 0.4


async def test_two_who_met_once_do_not_meet_again(clock: FakeClock) -> None:
    """Their pauses differ."""
    pauses = []
    for seed in range(2):
        before = clock.monotonic()
        await finished(Flaky(StoreBusyError("busy")), clock, seed)
        pauses.append(clock.monotonic() - before)
    assert pauses[0] != pauses[1]


async def test_the_last_failure_is_told(clock: FakeClock) -> None:
    """Three attempts, and no fourth."""
    action = Flaky(*[StoreBusyError(str(number)) for number in range(1, 9)])
    with pytest.raises(StoreBusyError, match="3"):
        await finished(action, clock)
    assert action.calls == 3


async def test_other_errors_pass_at_once(clock: FakeClock) -> None:
    """A store that is gone is not asked again."""
    action = Flaky(StoreUnavailableError("gone"))
    with pytest.raises(StoreUnavailableError):
        await finished(action, clock)
    assert (action.calls, clock.monotonic()) == (1, 0)


def test_no_attempt_at_all_is_refused() -> None:
    """Nothing would ever be done."""
    with pytest.raises(ValueError, match="attempts must be at least 1, not 0"):
        BusyRetries(Random(7), attempts=0)  # noqa: S311 - predictable chance
