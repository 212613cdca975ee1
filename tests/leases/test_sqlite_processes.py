"""Leases in SQLite among real processes, which are stopped, killed, and race each other."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from loopjobs import ClaimRequest, Declined, Granted, LeaseStore, SystemClock
from loopjobs.leases._opening import source_of
from servicekit.testing.passing_folder import passing_folder

pytestmark = pytest.mark.smoke

BY_HAND = ClaimRequest(job="sweep", holder="ours", interval=10_000, seconds=4_000, is_by_hand=True)

# It stops itself at once; the program that it leaves behind inherits whatever can be inherited.
HOLDER = """
import os, signal, subprocess, sys
from loopjobs import ClaimRequest, SystemClock
from loopjobs.leases._opening import source_of

store = source_of(sys.argv[1], "default", SystemClock()).connect(10)
request = ClaimRequest(job="sweep", holder="theirs", interval=10_000, seconds=float(sys.argv[2]))
answer = store.claim(request)
child = subprocess.Popen(["sleep", "60"], close_fds=False)
print(type(answer).__name__, child.pid, flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
print("again", flush=True)
sys.stdin.read()
"""

# Between claim and end it counts in a file, in a way that two at once would get wrong.
RACER = """
import sys
from pathlib import Path
from loopjobs import ClaimRequest, Granted, LeaseEnd, Outcome, SystemClock
from loopjobs.leases._opening import source_of

url, folder, slots = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
count = folder / "count"
store = source_of(url, "default", SystemClock()).connect(10)
request = ClaimRequest(job="sweep", holder=sys.argv[4], interval=10_000, seconds=4_000)
print("ready", flush=True)
sys.stdin.readline()
while True:
    answer = store.claim(request)
    if not isinstance(answer, Granted):
        if answer.next_in > 0:
            break
        continue
    number = int(count.read_text()) + 1
    count.write_text(str(number))
    with (folder / "tokens").open("a") as tokens:
        tokens.write(f"{answer.lease.fencing_token} {answer.lease.holder}\\n")
    next_in = 0.0 if number < slots else 5_000.0
    store.finish(answer.lease, LeaseEnd(Outcome.SUCCEEDED, next_in=next_in))
store.close()
"""

Start: TypeAlias = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """For the database and for what the processes note."""
    with passing_folder("processes") as folder:
        yield folder


@pytest.fixture
def url(folder: Path) -> str:
    """Where the leases are."""
    return f"sqlite:///{folder / 'leases.db'}"


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a process; they are all killed at the end."""
    processes: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", program, *arguments]
        processes.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def store(url: str) -> Iterator[LeaseStore]:
    """Our own connection."""
    store = source_of(url, "default", SystemClock()).connect(10)
    yield store
    store.close()


@pytest.fixture
def holder(start: Start, url: str) -> Iterator[Callable[[float], "subprocess.Popen[str]"]]:
    """Start a process that has claimed the job and is stopped."""
    children: list[int] = []

    def hold(seconds: float) -> "subprocess.Popen[str]":
        process = start(HOLDER, url, str(seconds))
        answer, child = line_of(process).split()
        children.append(int(child))
        assert answer == "Granted"
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        return process

    yield hold
    for child in children:
        os.kill(child, signal.SIGKILL)


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_killed_holder_is_followed_at_once(
    holder: Callable[[float], "subprocess.Popen[str]"], store: LeaseStore
) -> None:
    """Its lease would have held for an hour; a program that it has started lives on."""
    process = holder(4_000)
    assert isinstance(store.claim(BY_HAND), Declined)
    process.kill()
    process.wait()
    answer = store.claim(BY_HAND)
    assert isinstance(answer, Granted)
    assert answer.is_takeover


def test_a_stopped_holder_is_not_followed_although_its_lease_has_ended(
    holder: Callable[[float], "subprocess.Popen[str]"], store: LeaseStore
) -> None:
    """When it goes on it gives up by itself, and then it is."""
    process = holder(0.8)
    threading.Event().wait(1.0)
    answer = store.claim(BY_HAND)
    assert isinstance(answer, Declined)
    assert (answer.holder, answer.lease_left) == ("theirs", BY_HAND.seconds / 15)
    process.send_signal(signal.SIGCONT)
    assert line_of(process) == "again\n"
    while not isinstance(store.claim(BY_HAND), Granted):
        pass


def test_of_two_processes_that_race_each_slot_is_had_by_one(
    start: Start, url: str, folder: Path
) -> None:
    """And no token twice, each higher than the one before it."""
    (folder / "count").write_text("0")
    racers = [start(RACER, url, str(folder), "200", name) for name in ("one", "two")]
    for racer in racers:
        assert line_of(racer) == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        assert racer.wait() == 0
    assert (folder / "count").read_text() == "200"
    tokens = [int(line.split()[0]) for line in (folder / "tokens").read_text().splitlines()]
    assert len(tokens) == 200
    assert tokens == sorted(set(tokens))
