"""Runs the Python blocks of README.md and docs/: `pytest README.md docs`.

Gives all tests the databases of `servicekit.testing.fixtures`.
"""

import asyncio
import gc
import inspect
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import settings, strategies
from sybil import Example, Sybil
from sybil.integration.pytest import SybilItem
from sybil.parsers.markdown import CodeBlockParser

from servicekit.testing import preload

SMOKE_TIMEOUT = 240
"""Seconds."""

pytest_plugins = ["servicekit.testing.fixtures"]

# Until all tests are there: next to nothing of what is made for them is ever given up.
gc.disable()

# The same examples every time: a failure is a failure of the code and not of the day. Others, and
# many more, come with: pytest --hypothesis-profile=thorough
settings.register_profile(
    "everyday", max_examples=25, derandomize=True, database=None, deadline=None
)
settings.register_profile("thorough", max_examples=1_000, deadline=None)
settings.load_profile("everyday")

preload(
    *("login.cli", "login.app", "admin_provisioning.cli", "admin_provisioning.app"),
    # What they import when they are started.
    *("aiosqlite", "fastapi_offline", "psycopg", "pydantic.v1", "redis"),
    *("uvicorn.lifespan.off", "uvicorn.protocols.http.h11_impl"),
)


def evaluate(example: Example) -> None:
    """Run a block, then the test functions it defines, as pytest would.

    The blocks of a page share a namespace, so that one can go on where the one before it ended.
    """
    namespace = example.namespace
    # The module of classes without one, now of functions, too: Litestar looks there for types.
    namespace.setdefault("__name__", "builtins")
    before = dict(namespace)
    source = "\n" * (example.line + example.parsed.line_offset) + str(example.parsed)
    exec(compile(source, example.path, "exec", dont_inherit=True), namespace)  # noqa: S102 - our own pages
    for test in _new_tests(namespace, before):
        result = test()
        if inspect.iscoroutine(result):
            asyncio.run(result)


def _new_tests(
    namespace: Mapping[str, object], before: Mapping[str, object]
) -> Iterator[Callable[[], object]]:
    for name, value in tuple(namespace.items()):
        if name.startswith("test_") and value is not before.get(name) and inspect.isfunction(value):
            yield value


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the blocks of a page back in order: tests are shuffled, a page is read from its top.

    Tests that start processes get time enough for a crowded machine: their limit is there to end
    what hangs, and judges nothing.
    """
    for item in items if config.getoption("timeout") is None else ():
        if item.get_closest_marker("smoke") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SMOKE_TIMEOUT))
    blocks = [item for item in items if isinstance(item, SybilItem)]
    blocks.sort(key=lambda item: (item.path, item.example.line))
    tests = [item for item in items if not isinstance(item, SybilItem)]
    items[:] = [*_dealt(tests), *blocks]


def _dealt(tests: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Deal the files that start processes out among the others, and have none of them at the end.

    They wait a good deal, and meanwhile the processors can be used by others.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for test in tests:
        files.setdefault(test.path, []).append(test)
    slow = [path for path, its in files.items() if any(map(_starts_processes, its))]
    slow.sort(key=lambda path: len(files[path]))
    between = len(files) // (2 * len(slow)) if slow else 0
    others = iter([path for path in files if path not in slow])
    while slow:
        for path in (slow.pop(), *islice(others, between)):
            yield from files[path]
    for path in others:
        yield from files[path]


def _starts_processes(test: pytest.Item) -> bool:
    return test.get_closest_marker("smoke") is not None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the collector of garbage pass over what stays until the end: the modules and the tests.

    It would go through all of that again and again: a third of the time of many tests. For what
    they make it is called less often than it would be: it finds little, and costs a twentieth.
    """
    try:
        with _one_before_the_others():
            return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        gc.enable()


@contextmanager
def _one_before_the_others() -> Iterator[None]:
    """Let one process compile the tests and make the tables of Hypothesis, and others find them.

    All at once they would do all of it, each for itself.
    """
    with Path(__file__).open(encoding="utf-8") as turn:
        try:
            flock(turn, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            flock(turn, LOCK_SH)
        strategies.text().validate()
        yield


pytest_collect_file = Sybil(
    parsers=[CodeBlockParser("python", evaluate)],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    excludes=["services/*/README.md"],
).pytest()
