"""Group commit: who writes with whom, and what each is told."""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from login.storage.group_commit import GroupCommit
from servicekit.faults import StoreBusyError


class Store:
    """Takes as long over a transaction as a test wants."""

    def __init__(self) -> None:
        self.begun: list[list[int]] = []
        self.committed: list[int] = []
        self.refused: set[int] = set()
        """Passed over."""
        self.broken: set[int] = set()
        """Fails whoever writes it."""
        self.is_away = False
        self._is_open = False
        self._end: asyncio.Future[None] | None = None

    async def write(self, items: Sequence[int]) -> AbstractSet[int]:
        self.begun.append(list(items))
        if not self._is_open:
            self._end = asyncio.get_running_loop().create_future()
            await self._end
        if self.is_away:
            raise StoreBusyError("locked")
        if self.broken & set(items):
            raise ValueError("broken")
        written = set(items) - self.refused
        self.committed += sorted(written)
        return written

    async def commit(self) -> None:
        """Let the transaction end that is under way, and all who wait for that go on."""
        if self._end is not None and not self._end.done():
            self._end.set_result(None)
        await _settle()

    def open(self) -> None:
        """Let all transactions end at once from now on."""
        self._is_open = True
        if self._end is not None and not self._end.done():
            self._end.set_result(None)


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Crowd:
    """Those who come."""

    def __init__(self, most: int = 100, most_waiting: int = 100) -> None:
        self.store = Store()
        self._commits = GroupCommit(self.store.write, most, most_waiting)

    async def come(self, *items: int) -> list[asyncio.Task[bool]]:
        tasks = [asyncio.create_task(self._commits.submit(item)) for item in items]
        await _settle()
        return tasks


async def outcomes(tasks: Sequence[asyncio.Task[bool]]) -> list[bool | BaseException]:
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_whoever_comes_alone_writes_at_once() -> None:
    """Nobody is waited for."""
    crowd = Crowd()
    (one,) = await crowd.come(1)
    assert crowd.store.begun == [[1]]
    await crowd.store.commit()
    assert await one


async def test_those_who_come_meanwhile_share_the_next_transaction() -> None:
    """Three come while the first one writes: two transactions for four."""
    crowd = Crowd()
    tasks = await crowd.come(1)
    tasks += await crowd.come(2, 3, 4)
    assert crowd.store.begun == [[1]]
    await crowd.store.commit()
    await crowd.store.commit()
    assert crowd.store.begun == [[1], [2, 3, 4]]
    assert await outcomes(tasks) == [True] * 4


async def test_nobody_is_answered_before_the_commit() -> None:
    """Neither the one who writes nor those it writes for."""
    crowd = Crowd()
    tasks = await crowd.come(1, 2, 3)
    assert not any(task.done() for task in tasks)
    await crowd.store.commit()
    assert [task.done() for task in tasks] == [True, False, False]
    await crowd.store.commit()
    assert [task.done() for task in tasks] == [True, True, True]


async def test_so_many_share_a_transaction_at_the_most() -> None:
    """With a limit of two, four who wait need two more."""
    crowd = Crowd(most=2)
    tasks = await crowd.come(1, 2, 3, 4, 5)
    crowd.store.open()
    assert await outcomes(tasks) == [True] * 5
    assert crowd.store.begun == [[1], [2, 3], [4, 5]]


async def test_one_that_is_passed_over_is_told_so() -> None:
    """And the others are written."""
    crowd = Crowd()
    crowd.store.refused = {3}
    tasks = await crowd.come(1, 2, 3, 4)
    crowd.store.open()
    assert await outcomes(tasks) == [True, True, False, True]


async def test_one_that_breaks_the_transaction_fails_nobody_else() -> None:
    """All it would have shared are told that they were not written; alone, it gets the error."""
    crowd = Crowd()
    crowd.store.broken = {3, 5}
    tasks = await crowd.come(1, 2, 3)
    crowd.store.open()
    assert await outcomes(tasks) == [True, False, False]
    (alone,) = await crowd.come(5)
    with pytest.raises(ValueError, match="broken"):
        await alone


async def test_a_store_that_is_away_is_away_for_all() -> None:
    """Each gets an exception of its own, of the same kind."""
    crowd = Crowd()
    tasks = await crowd.come(1, 2, 3)
    crowd.store.is_away = True
    crowd.store.open()
    errors = await outcomes(tasks)
    assert [str(error) for error in errors] == ["locked"] * 3
    assert {type(error) for error in errors} == {StoreBusyError}
    assert len({id(error) for error in errors}) == 3
    crowd.store.is_away = False
    assert await outcomes(await crowd.come(4)) == [True]


async def test_too_many_who_wait_are_turned_away() -> None:
    """The queue is bounded; those in it are served."""
    crowd = Crowd(most_waiting=2)
    tasks = await crowd.come(1, 2, 3, 4)
    with pytest.raises(StoreBusyError, match="too many"):
        await tasks[3]
    crowd.store.open()
    assert await outcomes(tasks[:3]) == [True] * 3


async def test_when_the_writer_is_cancelled_the_others_write_again() -> None:
    """Whether its transaction was committed nobody knows."""
    crowd = Crowd()
    tasks = await crowd.come(1, 2, 3, 4)
    await crowd.store.commit()
    tasks[1].cancel()
    await _settle()
    assert crowd.store.begun == [[1], [2, 3, 4], [3, 4]]
    crowd.store.open()
    first, second, *others = await outcomes(tasks)
    assert first is True
    assert isinstance(second, asyncio.CancelledError)
    assert others == [True, True]


async def test_one_that_is_cancelled_while_it_waits_is_not_written() -> None:
    """And nobody waits for it."""
    crowd = Crowd()
    tasks = await crowd.come(1, 2, 3)
    tasks[1].cancel()
    crowd.store.open()
    await outcomes(tasks)
    assert crowd.store.begun == [[1], [3]]


async def test_one_that_is_cancelled_as_its_turn_comes_passes_it_on() -> None:
    """The turn is given in the same step of the loop in which the task is cancelled."""
    crowd = Crowd()
    tasks = await crowd.come(1, 2, 3)
    tasks[0].add_done_callback(lambda _: tasks[1].cancel())
    crowd.store.open()
    await outcomes(tasks)
    assert 3 in crowd.store.committed
    assert tasks[2].result() is True


_COME, _CANCEL, _COMMIT = "come", "cancel", "commit"
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just(_COME), st.integers(1, 4)),
        st.tuples(st.just(_CANCEL), st.integers(0, 50)),
        st.tuples(st.just(_COMMIT), st.just(0)),
    ),
    max_size=40,
)


async def _go_through(
    crowd: Crowd, steps: Sequence[tuple[str, int]]
) -> Sequence[bool | BaseException]:
    tasks: list[asyncio.Task[bool]] = []
    for step, number in steps:
        if step == _COME:
            tasks += await crowd.come(*range(len(tasks), len(tasks) + number))
        elif step == _COMMIT:
            await crowd.store.commit()
        elif number < len(tasks):
            tasks[number].cancel()
    crowd.store.open()
    return await outcomes(tasks)


@given(_STEPS, st.sets(st.integers(0, 50)), st.sets(st.integers(0, 50), max_size=3))
def test_everybody_is_answered_and_the_answer_is_true(
    steps: list[tuple[str, int]], refused: set[int], broken: set[int]
) -> None:
    """Whoever is told that it was written was committed; nobody waits for ever."""

    async def run() -> None:
        crowd = Crowd(most=3)
        crowd.store.refused, crowd.store.broken = refused, broken
        for item, answer in enumerate(await _go_through(crowd, steps)):
            if isinstance(answer, bool):
                assert answer == (item in crowd.store.committed)

    asyncio.run(run())
