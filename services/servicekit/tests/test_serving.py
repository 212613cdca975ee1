"""Serving a service by a command."""

import gc
from collections.abc import Iterator

import pytest

from loopjobs import HostBuilder
from servicekit.cli.serving import serve_until_stopped


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """The heap of the tests is left as it was."""
    yield
    gc.unfreeze()


def test_what_is_loaded_before_a_service_runs_is_no_longer_looked_at() -> None:
    """A full collection has little to do: nearly all of the heap is out of its sight."""
    frozen: list[int] = []
    seen: list[int] = []

    class Builder(HostBuilder):
        def run(self) -> None:
            frozen.append(gc.get_freeze_count())
            seen.append(len(gc.get_objects()))

    serve_until_stopped(Builder(settings_files=[]))
    assert frozen[0] > 10 * seen[0]
