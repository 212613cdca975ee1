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
from chaos.replica import serve
from loopjobs import Clock

_LOOK_EVERY: Final = 0.005
_PATIENCE: Final = 30.0
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
        name = f"r{next(self._numbers)}"
        plan = replace(self._plan, replica=name, **changes)  # type: ignore[arg-type] # as above
        process = _PROCESSES.Process(target=serve, args=(plan,), daemon=True)
        process.start()
        self.replicas[name] = Replica(name, process)
        self.await_entry(lambda entry: entry.replica == name and entry.deed is Deed.READY)
        return self.replicas[name]

    def kill(self, replica: Replica) -> float:
        """Kill it without a word; return when."""
        replica.process.kill()
        killed_at = self.clock.monotonic()
        self._gone(replica)
        return killed_at

    def stop(self, replica: Replica) -> None:
        """Ask it to end, and wait until it has."""
        replica.send(signal.SIGTERM)
        self._gone(replica)

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
        raise NothingCameError(f"not within {seconds:g} s, after {self.entries()[-8:]}")

    def await_start(
        self, *, after: float = 0.0, token: int = 0, since: int = 0, seconds: float = _PATIENCE
    ) -> Entry:
        """Wait for a start after a moment and with a higher token than that; return it."""

        def is_wanted(entry: Entry) -> bool:
            is_start = entry.deed is Deed.STARTED
            return is_start and entry.at > after and entry.token > token

        return self.await_entry(is_wanted, since=since, seconds=seconds)

    def _gone(self, replica: Replica) -> None:
        replica.process.join()
        replica.process.close()
        del self.replicas[replica.name]
