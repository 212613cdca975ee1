"""Leases in SQLite: what only file locks can do, and what a machine can do to them."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from loopjobs import (
    Declined,
    LeaseEnd,
    LeaseUnavailableError,
    Outcome,
)
from loopjobs.leases._machine import Machine, file_system
from loopjobs.leases._opening import check_url
from loopjobs.leases._sqlite import SqliteLeases, SqliteLeaseStore
from loopjobs.testing import FakeClock

from .claims import INTERVAL, LEASE, OURS, SUCCESS, THEIRS, declined, granted

BY_HAND = replace(THEIRS, is_by_hand=True)

Connect = Callable[..., SqliteLeaseStore]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The database."""
    return tmp_path / "leases.db"


@pytest.fixture
def process(file: Path, clock: FakeClock) -> Iterator[Connect]:
    """Connect as one more process of the machine does."""
    stores: list[SqliteLeaseStore] = []

    def connect(*, boot: str = "first", clock: FakeClock = clock) -> SqliteLeaseStore:
        source = SqliteLeases(file, "default", Machine(clock, boot))
        stores.append(source.connect(timeout=0.01))
        return stores[-1]

    yield connect
    for store in stores:
        store.close()


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as control, control:
        control.execute(statement)


def end_lease_in_the_row(file: Path) -> None:
    change(file, "UPDATE loopjobs_leases SET lease_until = 0, grid_due = 0")


def test_a_lock_that_outlasts_its_lease_keeps_the_job(
    process: Connect, file: Path, clock: FakeClock
) -> None:
    """Its holder is stopped: it may go on at any moment. Others look again before long."""
    clock.stall(1)
    granted(process())
    end_lease_in_the_row(file)
    for request in (THEIRS, BY_HAND):
        answer = declined(process(), request)
        assert (answer.holder, answer.lease_left) == ("ours", LEASE / 15)


def test_a_sighting_opens_no_lock(process: Connect) -> None:
    """The clock of a machine does not go back; only a dead holder leaves its lock."""
    granted(process())
    other = process()
    sighting = declined(other, THEIRS).sighting
    assert sighting is not None
    assert declined(other, replace(BY_HAND, stale=sighting)).holder == "ours"


def test_a_process_that_runs_on_frees_the_lock_at_the_end_of_its_lease(process: Connect) -> None:
    """Even if it has forgotten about it; a process that is stopped does not come to that."""
    granted(process(), replace(OURS, seconds=0.0))
    other = process()
    while isinstance(answer := other.claim(BY_HAND), Declined):
        assert answer.lease_left is not None
    assert answer.is_takeover


def test_a_lease_outlives_the_connections_of_its_process(
    process: Connect, file: Path, clock: FakeClock
) -> None:
    """They are made anew after a failure, and the run goes on."""
    source = SqliteLeases(file, "default", Machine(clock, "first"))
    store, other = source.connect(timeout=0.01), process()
    lease = granted(store).lease
    with closing(sqlite3.connect(file, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        with pytest.raises(LeaseUnavailableError, match=r"leases\.db: database is locked"):
            store.renew([lease])
    store.close()
    end_lease_in_the_row(file)
    assert declined(other, BY_HAND).holder == "ours"
    with closing(source.connect(timeout=0.01)) as again:
        again.finish(lease, SUCCESS)
    assert not granted(other, BY_HAND).is_takeover


def test_a_process_that_has_closed_leaves_its_lease_to_time(
    process: Connect, clock: FakeClock
) -> None:
    """A body that does not end may still be at it: nobody runs beside it before the lease ends."""
    store, other = process(), process()
    granted(store)
    store.close()
    assert declined(other, BY_HAND).lease_left == LEASE
    clock.stall(LEASE)
    assert granted(other, BY_HAND).is_takeover


def test_what_could_not_be_written_was_not_granted(process: Connect, file: Path) -> None:
    """The lock is free again."""
    store, other = process(), process()
    change(
        file,
        "CREATE TRIGGER full BEFORE INSERT ON loopjobs_leases"
        " BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    with pytest.raises(LeaseUnavailableError, match="disk full"):
        store.claim(OURS)
    change(file, "DROP TRIGGER full")
    assert not granted(other).is_takeover


def test_steps_of_the_wall_clock_change_nothing(process: Connect, clock: FakeClock) -> None:
    """Slots and leases go by the time since the boot, and tokens grow all the same."""
    store = process()
    tokens = []
    for step in (0, 86_400, -2 * 86_400):
        clock.step_wall_clock(step)
        answer = granted(store)
        assert (answer.next_in, answer.overdue) == (INTERVAL, 0)
        assert declined(process(), THEIRS).lease_left == LEASE
        store.finish(answer.lease, SUCCESS)
        clock.stall(INTERVAL)
        tokens.append(answer.lease.fencing_token)
    assert tokens == sorted(set(tokens))


@pytest.mark.parametrize(
    ("off_for", "next_in"), [(3_000, INTERVAL - 3_000), (20_000, 0), (-500, INTERVAL)]
)
def test_after_a_reboot_the_grid_goes_on(
    process: Connect, clock: FakeClock, off_for: float, next_in: float
) -> None:
    """By the wall clock, which may have been set back. Leases have ended with their processes."""
    clock.stall(50_000)
    before = process()
    lost = granted(before).lease
    before.close()
    rebooted = FakeClock(clock.now())
    rebooted.step_wall_clock(off_for)
    after = process(boot="second", clock=rebooted)
    taken = granted(after, BY_HAND)
    assert taken.is_takeover
    assert taken.next_in == pytest.approx(next_in or INTERVAL)
    assert taken.lease.fencing_token > lost.fencing_token


def test_a_reboot_keeps_what_a_run_has_asked_for(process: Connect, clock: FakeClock) -> None:
    """Also that it was the last to succeed."""
    before = process()
    before.finish(granted(before).lease, LeaseEnd(Outcome.SUCCEEDED, next_in=500))
    after = process(boot="second", clock=FakeClock(clock.now()))
    answer = declined(after, THEIRS)
    assert answer.next_in == pytest.approx(500)
    assert answer.success_age == pytest.approx(0)


def test_a_lost_database_does_not_bring_tokens_back(process: Connect, file: Path) -> None:
    """They begin at the wall clock, in microseconds."""
    store = process()
    first = granted(store).lease
    store.finish(first, SUCCESS)
    change(file, "DELETE FROM loopjobs_leases")
    assert granted(store).lease.fencing_token >= first.fencing_token > 1_000_000


def test_a_file_that_is_no_database_is_named(process: Connect, file: Path) -> None:
    """So that somebody can look at it."""
    file.write_text("this is a diary, and not a short one" * 99)
    with pytest.raises(LeaseUnavailableError, match=r"leases\.db: file is not a database"):
        process()


MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /srv rw,relatime shared:1 - nfs4 filer:/srv rw,vers=4.2
31 30 0:41 / /srv/with\\040space rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("folder", "found"),
    [("/home", None), ("/srv", "nfs4"), ("/srv/app", "nfs4"), ("/srv/with space/x", None)],
)
def test_a_folder_is_on_the_file_system_mounted_nearest(folder: str, found: str | None) -> None:
    """Also if the name of the mount needs quoting."""
    assert file_system(Path(folder), MOUNTS, frozenset({"nfs4"})) == found


def test_a_database_on_a_network_is_refused(
    process: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The locks of one machine may not be seen by another."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"30 22 0:40 / {tmp_path} rw - nfs4 filer:/srv rw")
    monkeypatch.setattr("loopjobs.leases._machine._MOUNTS", mounts)
    with pytest.raises(LeaseUnavailableError, match="is on nfs4: leases in SQLite need a disk of"):
        process()


def test_windows_is_told_where_to_keep_its_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the settings are read, not at the first slot."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(ValueError, match="Windows does not have; keep the leases in PostgreSQL"):
        check_url("sqlite:///leases.db")


def test_parameters_of_sqlite_are_refused() -> None:
    """They could name a database in memory, or one without locks."""
    with pytest.raises(ValueError, match="without SQLite's own parameters"):
        check_url("sqlite:///file:leases.db?vfs=unix-none&uri=true")
