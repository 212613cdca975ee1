"""Cases that share the fixtures of one test."""

from collections.abc import Iterator

import pytest

from servicekit.testing.cases import in_turn

CASES = [(1, "a"), (2, "b"), (3, "c")]


@pytest.fixture
def asked() -> Iterator[list[tuple[int, str]]]:
    """The cases that were asked of one and the same list."""
    asked: list[tuple[int, str]] = []
    yield asked
    assert asked == CASES


@in_turn(("number", "letter"), CASES)
def test_each_case_is_asked_once(number: int, asked: list[tuple[int, str]], letter: str) -> None:
    """In their order, of what the fixtures have made for all of them."""
    asked.append((number, letter))


@in_turn("case", CASES)
async def test_each_case_is_awaited(case: tuple[int, str], asked: list[tuple[int, str]]) -> None:
    """A coroutine is run to its end before the next one begins."""
    asked.append(case)
