"""Awaiting in a context of its own is awaiting, in every other respect."""

import asyncio
import contextlib
from contextvars import Context, ContextVar
from types import coroutine
from typing import TYPE_CHECKING, cast

import pytest

from loopjobs._run import in_context as steps
from loopjobs._run.body_steps import ENDED

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

    from loopjobs._run.body_steps import BodySteps

color: ContextVar[str] = ContextVar("color", default="none")


@coroutine
def ask(question: object) -> "Generator[object, str, str]":
    """Yield the question to whoever drives the coroutine, and return the answer."""
    return (yield question)


@coroutine
def in_context(
    context: Context, body: "Coroutine[object, object, object]"
) -> "Generator[object, object, object]":
    """Take the first step, and leave the others to it."""
    returned: list[object] = []

    async def take_steps() -> None:
        returned.append(await body)
        await ask(ENDED)

    taken = take_steps()
    awaited = context.run(taken.send, None)
    yield from steps.in_context(context, cast("BodySteps", taken), awaited)
    return returned[0]


def begin(body: "Coroutine[object, object, object]") -> "Generator[object, object, object]":
    return cast("Generator[object, object, object]", in_context(Context(), body))


async def test_what_the_body_returns_is_returned() -> None:
    """Nothing is lost on the way out."""

    async def body() -> str:
        await asyncio.sleep(0)
        return "done"

    assert await in_context(Context(), body()) == "done"


async def test_every_step_is_taken_inside_the_context() -> None:
    """What the body sets stays in its context, before and after it has waited."""
    context = Context()

    async def body() -> list[str]:
        seen = [color.get()]
        color.set("red")
        await asyncio.sleep(0)
        seen.append(color.get())
        return seen

    color.set("blue")
    assert await in_context(context, body()) == ["none", "red"]
    assert color.get() == "blue"
    assert context[color] == "red"


async def test_the_body_runs_in_the_task_that_awaits() -> None:
    """Timeouts and task groups need to find their own task."""

    async def body() -> object:
        await asyncio.sleep(0)
        return asyncio.current_task()

    assert await in_context(Context(), body()) is asyncio.current_task()


def test_values_are_sent_through() -> None:
    """The answers of whoever drives it reach the body."""

    async def body() -> str:
        return await ask("first") + await ask("second")

    driven = begin(body())
    assert driven.send(None) == "first"
    assert driven.send("a") == "second"
    with pytest.raises(StopIteration) as returned:
        driven.send("b")
    assert returned.value.value == "ab"


def test_errors_are_thrown_into_the_body() -> None:
    """The body may catch them and go on."""

    async def body() -> str:
        try:
            await ask("first")
        except ValueError:
            return await ask("after the error")
        return "no error"

    driven = begin(body())
    driven.send(None)
    assert driven.throw(ValueError()) == "after the error"
    driven.close()


def test_an_error_that_the_body_does_not_catch_comes_out_as_it_went_in() -> None:
    """The very same object, so that identity comparisons hold."""
    error = ValueError()

    async def body() -> None:
        await ask("first")

    driven = begin(body())
    driven.send(None)
    with pytest.raises(ValueError, match=r"^$") as raised:
        driven.throw(error)
    assert raised.value is error


def test_closing_closes_the_body_inside_its_context() -> None:
    """Cleanup sees the variables that the body has set."""
    seen: list[str] = []

    async def body() -> None:
        color.set("red")
        try:
            await ask("first")
        finally:
            seen.append(color.get())

    driven = begin(body())
    driven.send(None)
    driven.close()
    assert seen == ["red"]


async def stubborn() -> None:
    with contextlib.suppress(GeneratorExit):
        await ask("first")
    await ask("second")


async def fails_to_close() -> None:
    try:
        await ask("first")
    finally:
        raise ValueError


async def returns_on_closing() -> None:
    with contextlib.suppress(GeneratorExit):
        await ask("first")


@pytest.mark.parametrize("body", [stubborn, fails_to_close, returns_on_closing])
def test_closing_cannot_be_stopped_by_the_body(
    body: "type[Coroutine[object, object, None]]",
) -> None:
    """Whoever awaits the body is closed too, whatever the body makes of it."""
    driven = begin(body())
    driven.send(None)
    driven.close()
    with pytest.raises(StopIteration):
        driven.send(None)


def test_a_generator_exit_of_the_body_is_an_error_like_others() -> None:
    """It must not close whoever awaits: nobody has asked for that."""

    async def body() -> None:
        await ask("first")
        raise GeneratorExit

    driven = begin(body())
    driven.send(None)
    with pytest.raises(RuntimeError, match="raised GeneratorExit"):
        driven.send(None)


def test_a_stop_iteration_of_the_body_is_an_error_like_others() -> None:
    """It must not look like a return value."""

    async def body() -> None:
        await ask("first")
        raise StopIteration("value")

    driven = begin(body())
    driven.send(None)
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        driven.send(None)
