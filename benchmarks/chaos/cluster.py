"""The replicas of one fault: started, stopped, frozen, killed; and what they have noted."""

import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

from chaos.journal import Deed, Entry, Journal
from chaos.plan import Plan
from chaos.replica import built, run, serve
from loopjobs import Clock

_LOOK_EVERY: Final = 0.005
_PATIENCE: Final = 30.0
_FEW: Final = 4
# Forked from a process that has imported everything, and as yet has no threads: most of what a
# start costs is imports.
_PROCESSES: Final = multiprocessing.get_context("fork")


class NothingCameError(Exception):
    """What a fault waited for did not come to pass."""


@dataclass(frozen=True, slots=True)
class Replica:
    """One process."""

    name: str
    process: ForkProcess

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        if self.process.pid is not None:
            os.kill(self.process.pid, number)


class Cluster:
    """Replicas that share a namespace and a journal.

    Args:
        url: Of the database.
        clock: The clock of the machine.
        pace: How long a slot, a lease and the body are.
    """

    def __init__(self, url: str, clock: Clock, **pace: object) -> None:
        self.clock = clock
        self._folder = tempfile.TemporaryDirectory(prefix="chaos-")
        file = Path(self._folder.name) / "journal"
        self.namespace = uuid4().hex
        plan = Plan(
            url=url,
            database=url,
            namespace=self.namespace,
            journal=file,
            replica="",
            interval=1.0,
        )
        self._plan = replace(plan, **pace)  # type: ignore[arg-type] # the fields of a plan
        self._journal = Journal(file, clock)
        self._numbers = count(1)
        self.replicas: dict[str, Replica] = {}

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all of them."""
        for each in list(self.replicas.values()):
            self.kill(each)
        self._journal.close()
        self._folder.cleanup()

    def start(self, **changes: object) -> Replica:
        """Start one more, and wait until its host is about to start."""
        name = self._next_name()
        plan = replace(self._plan, replica=name, **changes)  # type: ignore[arg-type] # as above
        return self._begin(name, _PROCESSES.Process(target=serve, args=(plan,), daemon=True))

    def start_forked(self, count: int) -> list[Replica]:
        """Start some that are forked from one process which has built everything they need."""
        parts = built(self._plan)
        names = [self._next_name() for _ in range(count)]
        try:
            return [
                self._begin(name, _PROCESSES.Process(target=run, args=(parts, name), daemon=True))
                for name in names
            ]
        finally:
            parts.journal.close()

    def await_gone(self, replica: Replica) -> None:
        """Wait until a process has ended."""
        replica.process.join()
        replica.process.close()
        del self.replicas[replica.name]

    def await_all(self, deed: Deed) -> list[Entry]:
        """Wait until each replica has done that once; return when."""
        return [self._await_deed(name, deed) for name in self.replicas]

    def kill(self, replica: Replica) -> float:
        """Kill it without a word; return when."""
        replica.process.kill()
        killed_at = self.clock.monotonic()
        self.await_gone(replica)
        return killed_at

    def stop(self, replica: Replica) -> None:
        """Ask it to end, and wait until it has."""
        replica.send(signal.SIGTERM)
        self.await_gone(replica)

    def await_steps(self, token: int, count: int, *, after: float) -> None:
        """Wait until the run with that token has made so many steps after a moment.

        Raises:
            NothingCameError: it has not.
        """
        seen = after

        def is_next(entry: Entry) -> bool:
            return entry.token == token and entry.deed is Deed.STEPPED and entry.at > seen

        for _ in range(count):
            seen = self.await_entry(is_next).at

    def await_none(self, *, token: int, seconds: float) -> bool:
        """Return whether within that time nobody starts with a higher token."""
        try:
            self.await_start(token=token, seconds=seconds)
        except NothingCameError:
            return True
        return False

    def entries(self) -> list[Entry]:
        """Return what all have noted so far, in order."""
        return self._journal.entries()

    def await_entry(
        self, wanted: Callable[[Entry], bool], *, since: int = 0, seconds: float = _PATIENCE
    ) -> Entry:
        """Wait for a line, and return it.

        Args:
            wanted: Tells it from others.
            since: How many lines to pass over.
            seconds: How long to wait.

        Raises:
            NothingCameError: it did not come.
        """
        ends_at = self.clock.monotonic() + seconds
        while self.clock.monotonic() < ends_at:
            entries = self.entries()
            found = next((each for each in entries[since:] if wanted(each)), None)
            if found is not None:
                return found
            since = len(entries)
            time.sleep(_LOOK_EVERY)
        last = ", ".join(f"{each.replica} {each.deed}" for each in self.entries()[-_FEW:])
        raise NothingCameError(f"not within {seconds:g} s, after: {last}")

    def await_start(
        self, *, after: float = 0.0, token: int = 0, since: int = 0, seconds: float = _PATIENCE
    ) -> Entry:
        """Wait for a start after a moment and with a higher token than that; return it."""

        def is_wanted(entry: Entry) -> bool:
            is_start = entry.deed is Deed.STARTED
            return is_start and entry.at > after and entry.token > token

        return self.await_entry(is_wanted, since=since, seconds=seconds)

    def _next_name(self) -> str:
        return f"r{next(self._numbers)}"

    def _begin(self, name: str, process: ForkProcess) -> Replica:
        process.start()
        self.replicas[name] = Replica(name, process)
        self._await_deed(name, Deed.READY)
        return self.replicas[name]

    def _await_deed(self, name: str, deed: Deed) -> Entry:
        return self.await_entry(lambda entry: entry.replica == name and entry.deed is deed)
