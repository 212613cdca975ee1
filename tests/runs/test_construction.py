"""A run builds what it needs; what fails there fails the run and is tried again."""

from collections.abc import AsyncIterator

import pytest
from dishka import FromDishka, Provider, Scope

from loopjobs import CancellationToken, LoopJobOptions, Outcome
from loopjobs.testing import JobHarness

EVERY_TEN = LoopJobOptions(interval_in_seconds=10)


class Session:
    pass


def sessions(journal: list[str], *, fails: str = "") -> Provider:
    """Provide sessions that may fail as they are opened or closed."""

    async def session() -> AsyncIterator[Session]:
        if fails == "open":
            raise OSError("no connection")
        journal.append("opened")
        yield Session()
        journal.append("closed")
        if fails == "close":
            raise OSError("not committed")

    provider = Provider(scope=Scope.REQUEST)
    provider.provide(session)
    return provider


async def test_a_constructor_that_fails_fails_the_run_and_is_tried_again() -> None:
    """Once it has worked, the job stays built."""
    built: list[int] = []

    class Job:
        def __init__(self) -> None:
            built.append(1)
            if len(built) < 3:
                raise OSError("the database is away")

        async def execute(self, ct: CancellationToken) -> None:
            pass

    async with JobHarness(Job, EVERY_TEN) as harness:
        await harness.clock.advance(40)
        ledger = harness.status().ledger
    assert (ledger.failed, ledger.succeeded, len(built)) == (2, 3, 3)


async def test_each_run_has_a_scope_of_its_own() -> None:
    """It is opened before the body and closed after it."""
    journal: list[str] = []
    given: set[Session] = set()

    async def job(ct: CancellationToken, session: FromDishka[Session]) -> None:
        journal.append("ran")
        given.add(session)

    async with JobHarness(job, EVERY_TEN, providers=(sessions(journal),)) as harness:
        await harness.clock.advance(10)
    assert journal == ["opened", "ran", "closed"] * 2
    assert len(given) == 2


@pytest.mark.parametrize(("fails", "ran"), [("open", 0), ("close", 2)])
async def test_a_scope_that_fails_fails_the_run(fails: str, ran: int) -> None:
    """Also after a success of the body: work that was not committed was not done."""
    journal: list[str] = []

    async def job(ct: CancellationToken, session: FromDishka[Session]) -> None:
        journal.append("ran")

    provider = sessions(journal, fails=fails)
    async with JobHarness(job, EVERY_TEN, providers=(provider,)) as harness:
        await harness.clock.advance(10)
        assert harness.status().ledger.failed == 2
        assert "OSError" in str(harness.history()[0].traceback)
    assert journal.count("ran") == ran


async def test_the_scope_is_closed_when_the_body_fails() -> None:
    """And the run has failed by the body's own error."""
    journal: list[str] = []

    async def job(ct: CancellationToken, session: FromDishka[Session]) -> None:
        raise ValueError("wrong")

    async with JobHarness(job, EVERY_TEN, providers=(sessions(journal),)) as harness:
        await harness.clock.advance(0)
        assert harness.history()[0].error == "ValueError: wrong"
        assert harness.history()[0].outcome is Outcome.FAILED
    assert journal == ["opened", "closed"]
