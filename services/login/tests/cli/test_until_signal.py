"""How a command ends by a signal."""

import asyncio
import os
import signal

import pytest

from servicekit.cli.until_signal import run_until_signal


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_work_well(number: signal.Signals) -> None:
    """The work is cancelled, may tidy up, and nothing is raised; the handlers are given back."""
    before = signal.getsignal(number)
    steps = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("tidied up")

    run_until_signal(work())
    assert steps == ["tidied up"]
    assert signal.getsignal(number) is before


def test_a_second_signal_cuts_the_tidying_up_short() -> None:
    """Somebody who insists is obeyed."""
    steps = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
            steps.append("never")

    run_until_signal(work())
    assert not steps


def test_work_may_end_by_itself() -> None:
    """Without a signal the work runs to its end."""
    steps = []

    async def work() -> None:
        steps.append("done")

    run_until_signal(work())
    assert steps == ["done"]


def test_an_error_is_the_callers() -> None:
    """What the work raises is raised; so is a cancellation that no signal asked for."""

    async def fail() -> None:
        raise LookupError

    async def cancel_itself() -> None:
        raise asyncio.CancelledError

    with pytest.raises(LookupError):
        run_until_signal(fail())
    with pytest.raises(asyncio.CancelledError):
        run_until_signal(cancel_itself())
