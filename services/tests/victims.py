"""Services that are killed in the middle of their work and started again."""

import json
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from loopjobs import SystemClock
from servicekit.database import Database
from servicekit.testing import RunningCommand, running_command

from .traps import Spot, trap

_PATIENCE: Final = 120.0
_LOOK_EVERY: Final = 0.02
_IS_UP: Final = r"listening on (http://\S+)"


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another process brings about."""
    clock = SystemClock()
    end = clock.monotonic() + _PATIENCE
    while not await is_so():
        assert clock.monotonic() < end, "it did not come about"
        await clock.sleep(_LOOK_EVERY)


def comes_to(number: int, count: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[bool]]:
    """Return whether a count has come to a number."""

    async def is_so() -> bool:
        return await count() == number

    return is_so


def exceeds(number: int, count: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[bool]]:
    """Return whether a count is higher than a number, by steps of no fixed size."""

    async def is_so() -> bool:
        return await count() > number

    return is_so


@dataclass(frozen=True)
class Victim:
    """One service on one database."""

    entry: str
    """The function of its command, as in `login.cli:main`."""
    folder: Path
    database: Database
    settings: Mapping[str, object]
    end_connections: Callable[[], None]
    """Ends what it left on the server of the database when it was killed."""

    @contextmanager
    def running(self) -> Iterator[RunningCommand]:
        """Start it; killed at the end."""
        with self._starting(self._settings_file()) as serve:
            serve.read_until(_IS_UP)
            yield serve

    @contextmanager
    def running_twice(self) -> Iterator[Sequence[RunningCommand]]:
        """Start two replicas of it at once; both are killed at the end."""
        file = self._settings_file()
        with self._starting(file) as one, self._starting(file) as other:
            for each in (one, other):
                each.read_until(_IS_UP)
            yield one, other

    async def kill_at(self, spot: Spot, is_caught: Callable[[], Awaitable[bool]]) -> None:
        """Let it run until it stands still at that spot, and kill it there."""
        async with trap(self.database, spot):
            with self.running() as serve:
                await until(is_caught)
                serve.kill()
            self.end_connections()

    async def finish(self, is_done: Callable[[], Awaitable[bool]]) -> None:
        """Start it again and let it finish; it ends well."""
        with self.running() as serve:
            await until(is_done)
            assert serve.end(signal.SIGTERM) == 0, serve.text

    def _settings_file(self) -> Path:
        file = self.folder / "settings.json"
        file.write_text(json.dumps(self.settings))
        return file

    def _starting(self, settings: Path) -> AbstractContextManager[RunningCommand]:
        return running_command(self.entry, self.folder, "serve", "--settings", str(settings))


MakeVictim: TypeAlias = Callable[[str, Mapping[str, object]], Victim]
"""Makes a service, given the function of its command and its settings."""
