"""Many cases of one question, asked in turn of what the fixtures of one test have made."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from typing import TypeAlias, cast

import pytest

Test: TypeAlias = Callable[..., Awaitable[None] | None]


def in_turn(names: str | Sequence[str], cases: Sequence[object]) -> Callable[[Test], Test]:
    """Give a test its cases as `pytest.mark.parametrize` does, but all of them to the one test.

    A service and its database are costly to make. Cases that leave them as they were, or that each
    ask for something else, can share them. Each is a subtest: the others go on when one fails, and
    what failed is told by its values.

    Args:
        names: the parameters of the test that a case gives.
        cases: the value of the one parameter, or a sequence of values.
    """
    given = [names] if isinstance(names, str) else list(names)
    known = [
        dict(zip(given, [case] if isinstance(names, str) else case, strict=True))  # type: ignore[call-overload] # as the names say
        for case in cases
    ]
    return lambda test: _asking(test, given, known)


def _asking(test: Test, given: Sequence[str], cases: Sequence[Mapping[str, object]]) -> Test:
    @wraps(test)
    def ask(subtests: pytest.Subtests, **fixtures: object) -> None:
        for case in cases:
            with subtests.test(None, **case):
                test(**fixtures, **case)

    @wraps(test)
    async def ask_awaiting(subtests: pytest.Subtests, **fixtures: object) -> None:
        for case in cases:
            with subtests.test(None, **case):
                await cast("Awaitable[None]", test(**fixtures, **case))

    asking: Test = ask_awaiting if inspect.iscoroutinefunction(test) else ask
    wanted = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, each in inspect.signature(test).parameters.items()
        if name not in given
    ]
    own = inspect.Parameter("subtests", inspect.Parameter.KEYWORD_ONLY)
    asking.__signature__ = inspect.Signature([*wanted, own])  # type: ignore[attr-defined] # what pytest reads
    return asking
