"""The store: one contract, held by SQLite and PostgreSQL alike."""

import math
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopjobs import Outcome, RunRecord
from loopjobs.history import HistoryUnavailableError
from loopjobs.history._errors import RowRefusedError
from loopjobs.history._opening import open_store
from loopjobs.history._rows import end_of, position_of
from loopjobs.history._store import Batch, HistoryStore, Stretch
from loopjobs.history._views import SkippedSlots, StoredRun
from loopjobs.history._writing import write_what_is_taken
from loopjobs.places import PostgresqlPlace, read_place
from servicekit.testing import Templates
from servicekit.testing.fixtures import on_postgresql

from .conftest import OpenStore
from .facts import NOON, at, run, start

FAILURES = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.ABANDONED)
SHARED = settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def write(store: HistoryStore, *runs: RunRecord, replica: str = "here:1") -> None:
    store.write(Batch(replica, NOON, ended=runs))


def ids(runs: "list[StoredRun] | tuple[StoredRun, ...] | object") -> list[str]:
    assert isinstance(runs, list)
    return [each.record.run_id for each in runs]


def stretch(name: str, count: int, first: float, last: float) -> Stretch:
    outcome = Outcome.SKIPPED_PAUSED
    return Stretch(
        name, SkippedSlots("SweepJob", "here:1", outcome, count, at(first), at(last), "")
    )


instants = st.integers(-(10**9), 10**9).map(lambda microseconds: at(microseconds / 1e3))
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
records = st.builds(
    RunRecord,
    run_id=st.builds(lambda: uuid4().hex),
    # The store is shared by all examples, and each finds its own.
    job=st.builds(lambda: uuid4().hex),
    outcome=st.sampled_from(Outcome),
    due_at=instants,
    started_at=st.none() | instants,
    duration=st.floats(0, 1e6),
    error=st.none() | texts,
    traceback=st.none() | texts,
    reported=st.none()
    | st.dictionaries(texts, st.integers() | st.floats(allow_nan=False), max_size=4),
    fencing_token=st.none() | st.integers(0, 2**63 - 1),
)


@SHARED
@given(record=records)
def test_a_run_comes_back_as_it_was(store: HistoryStore, record: RunRecord) -> None:
    """Every field of it, infinity among the counters included; nothing is rounded."""
    write(store, record)
    (found,) = store.latest(record.job, 99, None)
    assert found.record == record
    assert (found.replica, found.ended_at) == ("here:1", end_of(record))


def test_what_no_database_takes_is_replaced(store: HistoryStore) -> None:
    """An error with a zero character and half a surrogate pair is told all the same."""
    write(store, run(1, error="a\x00b\udc80c", reported={"\x00": 1.0}))
    (found,) = store.latest("SweepJob", 10, None)
    assert (found.record.error, found.record.reported) == ("a\ufffdb?c", {"\ufffd": 1.0})


def test_long_texts_are_cut_where_they_say_least(store: HistoryStore) -> None:
    """An error keeps its beginning, a traceback its end."""
    write(store, run(1, error="E" + "x" * 9_000, traceback="x" * 90_000 + "T"))
    (found,) = store.latest("SweepJob", 10, None)
    assert found.record.error is not None
    assert found.record.traceback is not None
    assert (found.record.error[0], len(found.record.error)) == ("E", 4_000)
    assert (found.record.traceback[-1], len(found.record.traceback)) == ("T", 32_000)


@SHARED
@given(ends=st.lists(st.integers(0, 5), max_size=25), size=st.integers(1, 7))
def test_pages_tell_every_run_once(store: HistoryStore, ends: list[int], size: int) -> None:
    """Page by page, newest first, however many have ended in the same microsecond."""
    job = f"job {ends} {size}"
    runs = [run(number, end, job=job) for number, end in enumerate(ends)]
    unique = [
        run(0, end, job=job, run_id=f"{job} {each.run_id}")
        for end, each in zip(ends, runs, strict=True)
    ]
    write(store, *unique)
    told: list[StoredRun] = []
    while page := store.latest(job, size, position_of(told[-1].cursor) if told else None):
        assert len(page) <= size
        told += page
    expected = sorted(unique, key=lambda each: (end_of(each), each.run_id), reverse=True)
    assert [each.record for each in told] == expected


def test_a_run_that_is_written_twice_is_there_once(store: HistoryStore) -> None:
    """A retry after a commit that nobody knows of does no harm."""
    write(store, run(1, 5))
    write(store, run(1, 9, outcome=Outcome.FAILED), run(2))
    assert ids(store.latest("SweepJob", 10, None)) == ["p-1", "p-2"]
    assert store.latest("SweepJob", 1, None)[0].record.outcome is Outcome.SUCCEEDED


def test_a_stretch_of_skipped_slots_that_grows_is_one_row(store: HistoryStore) -> None:
    """It is told as it was written last; another one is another row."""
    for count in (1, 2, 3):
        store.write(Batch("here:1", NOON, skipped=[stretch("s-1", count, 0, count)]))
    store.write(Batch("here:1", NOON, skipped=[stretch("s-2", 7, 10, 20)]))
    newest, oldest = store.skipped("SweepJob", 10, None)
    assert (oldest.count, oldest.first_at, oldest.last_at) == (3, at(0), at(3))
    assert (newest.count, newest.outcome) == (7, Outcome.SKIPPED_PAUSED)
    assert store.skipped("SweepJob", 10, position_of(newest.cursor)) == [oldest]


def test_a_run_that_ends_is_not_in_progress_any_more(store: HistoryStore) -> None:
    """While it goes on its row is told when it was seen last."""
    store.write(Batch("here:1", at(1), begun=[start(1)]))
    store.write(Batch("here:1", at(2), begun=[start(1)], going_on=["p-1"]))
    (going_on,) = store.in_progress()
    assert (going_on.run_id, going_on.started_at, going_on.seen_at) == ("p-1", at(0), at(2))
    write(store, run(1, 3))
    assert store.in_progress() == []


def test_a_run_that_was_given_up_is_abandoned_until_its_end_comes_after_all(
    store: HistoryStore,
) -> None:
    """Its process was not dead; but what has really ended is not given up."""
    store.write(Batch("here:1", at(1), begun=[start(1), start(2)]))
    lost = store.in_progress()
    store.write(Batch("here:1", at(2), ended=[run(2, 2)]))
    store.give_up(lost)
    second, first = store.latest("SweepJob", 10, None)
    assert (second.record.outcome, first.record.outcome) == (Outcome.SUCCEEDED, Outcome.ABANDONED)
    assert first.record.error is not None
    assert first.record.error.startswith("ProcessLost: its process here:1 was last heard of")
    assert (first.ended_at, store.in_progress()) == (at(1), [])
    end = run(1, 1, duration=9.0)
    write(store, end)
    write(store, run(1, 1, duration=99.0, outcome=Outcome.FAILED))
    assert store.latest("SweepJob", 1, None)[0].record == end


def test_replicas_that_start_at_once_make_the_tables_once(another_store: OpenStore) -> None:
    """None of them fails, and what each writes is there."""
    stores = [another_store() for _ in range(4)]
    errors: list[BaseException] = []
    together = threading.Barrier(len(stores))

    def begin(number: int) -> None:
        together.wait()
        try:
            write(stores[number], run(number, number))
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            errors.append(error)
        finally:
            stores[number].close()

    threads = [threading.Thread(target=begin, args=(each,)) for each in range(len(stores))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert ids(another_store().latest("SweepJob", 10, None)) == ["p-3", "p-2", "p-1", "p-0"]


def test_old_runs_are_deleted_in_batches(store: HistoryStore) -> None:
    """Of one outcome, the oldest first, and no younger one."""
    write(store, *(run(number, number) for number in range(10)))
    write(store, run(10, 0, outcome=Outcome.FAILED))
    deleted = [store.delete_old_runs(Outcome.SUCCEEDED, at(7), 3) for _ in range(4)]
    assert deleted == [3, 3, 1, 0]
    assert ids(store.latest("SweepJob", 20, None)) == ["p-9", "p-8", "p-7", "p-10"]


def test_the_newest_runs_of_a_job_are_kept(store: HistoryStore) -> None:
    """Failures are counted apart, so that many successes do not drive them out."""
    write(store, *(run(number, number) for number in range(6)))
    write(store, *(run(10 + n, -n, outcome=each) for n, each in enumerate(FAILURES)))
    write(store, run(20, -50, job="other"))
    assert store.delete_surplus_runs("SweepJob", 2, 100, failures=False) == 4
    assert store.delete_surplus_runs("SweepJob", 2, 100, failures=True) == 1
    assert ids(store.latest("SweepJob", 20, None)) == ["p-5", "p-4", "p-10", "p-11"]
    assert store.jobs() == ["SweepJob", "other"]


def test_skipped_slots_are_deleted_like_runs(store: HistoryStore) -> None:
    """By age, and beyond so many of a job."""
    each = [stretch(f"s-{number}", 1, number, number) for number in range(6)]
    store.write(Batch("here:1", NOON, skipped=each))
    assert store.delete_old_skips(at(2), 100) == 2
    assert store.delete_surplus_skips("SweepJob", 3, 100) == 1
    assert [slots.first_at for slots in store.skipped("SweepJob", 9, None)] == [at(5), at(4), at(3)]


def test_a_store_that_was_away_comes_back(
    store: HistoryStore, templates: Templates, database_kind: str, empty_database_url: str
) -> None:
    """Every verb says that it is away, and works again when it is not, without a new start."""
    write(store, run(1))
    with templates.place(database_kind).away(empty_database_url):
        for _ in range(2):
            with pytest.raises(HistoryUnavailableError):
                store.latest("SweepJob", 10, None)
            with pytest.raises(HistoryUnavailableError):
                write(store, run(2))
    write(store, run(2, 1))
    assert ids(store.latest("SweepJob", 10, None)) == ["p-2", "p-1"]


@pytest.mark.parametrize(
    "bad",
    [
        run(2, fencing_token=2**70),
        run(2, reported={"x": 10**400}),
        run(2, duration=math.inf),
    ],
    ids=["token", "counter", "duration"],
)
def test_a_row_that_is_refused_keeps_no_other_one_out(
    store: HistoryStore, caplog: pytest.LogCaptureFixture, bad: RunRecord
) -> None:
    """It is named in the log; whatever was written with it is there."""
    batch = Batch("here:1", NOON, ended=[run(1), bad, run(3, 3)])
    with pytest.raises(RowRefusedError):
        store.write(batch)
    assert store.latest("SweepJob", 10, None) == []
    write_what_is_taken(store, batch)
    assert ids(store.latest("SweepJob", 10, None)) == ["p-3", "p-1"]
    assert "the history refuses p-2" in caplog.text


@on_postgresql
def test_replicas_delete_one_at_a_time(another_store: OpenStore, empty_database_url: str) -> None:
    """While one deletes the others find nothing to do, and wait for nobody."""
    from loopjobs.history._postgresql import (  # noqa: PLC0415 - as the library does
        PostgresqlConnection,
    )

    store = another_store()
    write(store, run(1))
    place = read_place(empty_database_url)
    assert isinstance(place, PostgresqlPlace)
    connection = PostgresqlConnection(place, 5)
    with connection.writing() as session:
        assert connection.may_clean(session)
        assert store.delete_old_runs(Outcome.SUCCEEDED, at(99), 10) == 0
    connection.close()
    assert store.delete_old_runs(Outcome.SUCCEEDED, at(99), 10) == 1


def test_no_password_is_in_an_error() -> None:
    """Only host and database are, which whoever is called at night needs."""
    store = open_store("postgresql+psycopg://ada:hunter2@127.0.0.1:1/jobs", busy_timeout=1)
    with pytest.raises(HistoryUnavailableError) as away:
        store.jobs()
    assert "postgresql://127.0.0.1:1/jobs" in str(away.value)
    assert "hunter2" not in f"{away.value!r} {away.value.__cause__!r} {store.place}"


def test_a_cursor_says_where_to_go_on(store: HistoryStore) -> None:
    """It can stand in a URL as it is."""
    write(store, run(1, 0.5))
    (found,) = store.latest("SweepJob", 10, None)
    assert found.cursor == f"{int((NOON + timedelta(seconds=0.5)).timestamp() * 1e6)}-p-1"
