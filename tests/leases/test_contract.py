"""The contract of a lease store, held by every kind of store alike.

Intervals and leases are long, and the clock of the store is moved: that of a real store runs on
while a test runs, and no answer depends on by how much.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from loopjobs import (
    CalendarSlot,
    ClaimRequest,
    Granted,
    GridSighting,
    Lease,
    LeaseEnd,
    LeaseStore,
    Outcome,
)

from .benches import Bench
from .claims import INTERVAL, LEASE, OURS, SUCCESS, THEIRS, declined, granted

TOLERANCE = 3_000.0


def about(seconds: float) -> object:
    """Stand for a time that runs on during a test, which takes less than two minutes."""
    return pytest.approx(seconds, abs=120)


def run_once(store: LeaseStore, next_in: float | None = None) -> None:
    store.finish(granted(store).lease, replace(SUCCESS, next_in=next_in))


def slot(age: float, request: ClaimRequest = OURS) -> ClaimRequest:
    """Claim a slot of a calendar that was due so many seconds ago; intervals lie between them."""
    return replace(request, calendar=CalendarSlot(age, INTERVAL, TOLERANCE))


def ended(age: float) -> LeaseEnd:
    """End the run of a slot of a calendar that was due, or the last one to be, so long ago."""
    return replace(SUCCESS, calendar=CalendarSlot(age, INTERVAL, TOLERANCE))


def test_a_job_that_nobody_knows_is_due_at_once(store: LeaseStore) -> None:
    """And its grid begins there."""
    answer = granted(store)
    assert (answer.lease.job, answer.lease.holder, answer.lease.seconds) == ("sweep", "ours", LEASE)
    assert answer.lease.fencing_token > 0
    assert (answer.next_in, answer.overdue) == (about(INTERVAL), about(0))
    assert not answer.is_takeover


def test_a_slot_is_had_once(store: LeaseStore, other: LeaseStore) -> None:
    """Also when its run is over long before the next: a lock is not a schedule."""
    run_once(store)
    for each in (store, other):
        answer = declined(each, THEIRS)
        assert answer.next_in == about(INTERVAL)
        assert (answer.lease_left, answer.sighting, answer.holder) == (None, None, None)
        assert not answer.is_paused


def test_a_slot_that_is_due_is_granted(bench: Bench, store: LeaseStore) -> None:
    """It tells by how much it is late, and the next one is a point of the same grid."""
    run_once(store)
    bench.step(INTERVAL + 1_000)
    answer = granted(store, THEIRS)
    assert (answer.next_in, answer.overdue) == (about(INTERVAL - 1_000), about(1_000))


def test_slots_that_nobody_had_are_one_run(bench: Bench, store: LeaseStore) -> None:
    """After an outage the job runs once, and goes on with the grid it had."""
    run_once(store)
    bench.step(7.5 * INTERVAL)
    answer = granted(store)
    assert (answer.next_in, answer.overdue) == (about(0.5 * INTERVAL), about(6.5 * INTERVAL))


def test_who_has_a_lease_is_told_to_others(store: LeaseStore, other: LeaseStore) -> None:
    """With the time it holds for, so that they know when to look again."""
    lease = granted(store).lease
    answer = declined(other, THEIRS)
    assert (answer.next_in, answer.lease_left) == (about(INTERVAL), about(LEASE))
    assert (answer.holder, answer.is_paused) == ("ours", False)
    assert answer.sighting is not None
    assert answer.sighting.fencing_token == lease.fencing_token
    assert declined(other, THEIRS).sighting == answer.sighting


def test_a_slot_that_falls_due_during_a_run_waits_for_its_end(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """As long as the lease is renewed nobody else has it, however overdue the slot."""
    lease = granted(store).lease
    for _ in range(4):
        bench.step(LEASE - 500)
        assert store.renew([lease]) == [lease]
    answer = declined(other, THEIRS)
    assert answer.next_in == about(INTERVAL - 4 * (LEASE - 500))
    assert answer.lease_left == about(LEASE)


def test_a_lease_that_has_ended_is_taken_over_at_the_next_slot(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """Not before: the slot was had. The new lease has a higher token."""
    lost = granted(store).lease
    bench.step(LEASE + 500)
    answer = declined(other, THEIRS)
    assert (answer.holder, answer.lease_left, answer.sighting) == (None, None, None)
    bench.step(INTERVAL)
    taken = granted(other, THEIRS)
    assert taken.is_takeover
    assert taken.lease.fencing_token > lost.fencing_token


def test_a_run_by_hand_needs_no_slot_and_takes_none(store: LeaseStore) -> None:
    """The next slot stays where it is."""
    run_once(store)
    answer = granted(store, replace(OURS, is_by_hand=True))
    assert (answer.next_in, answer.overdue) == (about(INTERVAL), 0)


def test_a_run_by_hand_needs_the_lease(store: LeaseStore, other: LeaseStore) -> None:
    """Nobody runs beside somebody else."""
    granted(store)
    assert declined(other, replace(THEIRS, is_by_hand=True)).holder == "ours"


def test_a_run_by_hand_takes_a_slot_that_is_due(bench: Bench, store: LeaseStore) -> None:
    """It does what the slot is for."""
    run_once(store)
    bench.step(INTERVAL + 1_000)
    answer = granted(store, replace(OURS, is_by_hand=True))
    assert (answer.next_in, answer.overdue) == (about(INTERVAL - 1_000), about(1_000))


def test_a_paused_job_runs_by_hand_only(bench: Bench, store: LeaseStore, other: LeaseStore) -> None:
    """The pause is for all replicas, and the slot waits: it is had when the job is resumed."""
    run_once(store)
    other.set_paused("sweep", is_paused=True)
    bench.step(2.5 * INTERVAL)
    assert declined(store).is_paused
    store.finish(granted(other, replace(THEIRS, is_by_hand=True)).lease, LeaseEnd(Outcome.FAILED))
    bench.step(INTERVAL)
    store.set_paused("sweep", is_paused=False)
    assert granted(store).overdue == about(0.5 * INTERVAL)


def test_a_job_can_be_paused_before_anybody_has_run_it(store: LeaseStore) -> None:
    """And resumed: then it is due."""
    store.set_paused("sweep", is_paused=True)
    assert declined(store).is_paused
    store.set_paused("sweep", is_paused=False)
    assert not granted(store).is_takeover


def test_a_pause_ends_no_lease(store: LeaseStore, other: LeaseStore) -> None:
    """What runs, runs on."""
    lease = granted(store).lease
    other.set_paused("sweep", is_paused=True)
    assert store.renew([lease]) == [lease]
    assert declined(other, THEIRS).holder == "ours"


def test_only_what_still_held_is_renewed(bench: Bench, store: LeaseStore) -> None:
    """A lease that has ended is lost even if nobody has taken it over."""
    first = granted(store).lease
    bench.step(LEASE + 500)
    second = granted(store, replace(OURS, job="sort")).lease
    stranger = Lease("unknown", "ours", 1, LEASE)
    assert store.renew([first, second, stranger]) == [second]
    assert store.renew([]) == []


def test_a_superseded_lease_is_neither_renewed_nor_finished(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """Whoever comes back from a long pause changes nothing for the one who runs now."""
    late = granted(store).lease
    bench.step(INTERVAL + 500)
    present = granted(other, THEIRS).lease
    assert store.renew([late]) == []
    store.finish(late, LeaseEnd(Outcome.SUCCEEDED, next_in=0))
    answer = declined(store)
    assert (answer.holder, answer.next_in) == ("theirs", about(INTERVAL - 500))
    assert other.renew([present]) == [present]


def test_a_lease_is_told_by_holder_and_token(store: LeaseStore) -> None:
    """Either alone is not enough."""
    lease = granted(store).lease
    earlier = replace(lease, fencing_token=lease.fencing_token - 1)
    for wrong in (earlier, replace(lease, holder="somebody")):
        assert store.renew([wrong]) == []
        store.finish(wrong, SUCCESS)
        assert declined(store, THEIRS).holder == "ours"


def test_an_ended_lease_that_nobody_has_taken_over_can_be_finished(
    bench: Bench, store: LeaseStore
) -> None:
    """Its holder has the last word about the run until somebody else has the lease."""
    lease = granted(store).lease
    bench.step(LEASE + 500)
    store.finish(lease, LeaseEnd(Outcome.SUCCEEDED, next_in=0))
    assert not granted(store, THEIRS).is_takeover


def test_a_run_can_put_the_next_slot_off(bench: Bench, store: LeaseStore) -> None:
    """By as much as it likes; after that the grid goes on as it was."""
    run_once(store, next_in=2.5 * INTERVAL)
    bench.step(2.4 * INTERVAL)
    assert declined(store).next_in == about(0.1 * INTERVAL)
    bench.step(0.2 * INTERVAL)
    answer = granted(store)
    assert (answer.overdue, answer.next_in) == (about(0.1 * INTERVAL), about(0.4 * INTERVAL))


def test_a_run_can_ask_for_the_next_slot_early(bench: Bench, store: LeaseStore) -> None:
    """It comes beside the grid, which stays where it is."""
    run_once(store, next_in=3_000)
    assert declined(store).next_in == about(3_000)
    bench.step(3_500)
    answer = granted(store)
    assert (answer.overdue, answer.next_in) == (about(500), about(INTERVAL - 3_500))


def test_what_a_run_asked_for_is_forgotten_with_its_slot(bench: Bench, store: LeaseStore) -> None:
    """The next end that asks for nothing leaves it to the grid."""
    run_once(store, next_in=3_000)
    bench.step(3_500)
    run_once(store)
    assert declined(store).next_in == about(INTERVAL - 3_500)


def test_a_run_by_hand_leaves_what_a_run_asked_for(store: LeaseStore) -> None:
    """It took no slot, so that one stands."""
    run_once(store, next_in=3_000)
    answer = granted(store, replace(OURS, is_by_hand=True))
    assert (answer.overdue, answer.next_in) == (0, about(3_000))
    store.finish(answer.lease, SUCCESS)
    assert declined(store).next_in == about(3_000)


def test_a_slot_put_off_further_than_asked_for_is_due(bench: Bench, store: LeaseStore) -> None:
    """The clock went back; how long the interval is does not matter here."""
    run_once(store, next_in=2 * INTERVAL)
    bench.step(-500)
    answer = granted(store)
    assert (answer.overdue, answer.next_in) == (about(0), about(INTERVAL))


def test_a_slot_given_back_is_due_again(store: LeaseStore, other: LeaseStore) -> None:
    """It was claimed, and nothing was run."""
    store.finish(granted(store).lease, LeaseEnd(Outcome.CANCELLED, next_in=0))
    assert granted(other, THEIRS).overdue == about(0)


def test_slots_that_fell_into_a_run_are_passed_over(bench: Bench, store: LeaseStore) -> None:
    """The grid stays as it is."""
    lease = granted(store).lease
    bench.step(3.5 * INTERVAL)
    store.finish(lease, SUCCESS)
    assert declined(store).next_in == about(0.5 * INTERVAL)


def test_everybody_learns_when_a_run_last_succeeded(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """Wherever that was; a run that failed changes nothing."""
    assert granted(store, replace(OURS, job="sort")).success_age is None
    assert declined(other, replace(THEIRS, job="sort")).success_age is None
    run_once(store)
    bench.step(INTERVAL + 500)
    store.finish(granted(store).lease, LeaseEnd(Outcome.FAILED))
    assert declined(other, THEIRS).success_age == about(INTERVAL + 500)
    bench.step(INTERVAL)
    assert granted(other, THEIRS).success_age == about(2 * INTERVAL + 500)


def test_failures_in_a_row_are_counted_for_all(store: LeaseStore, other: LeaseStore) -> None:
    """Whoever had them; a success ends them, and what is no failure changes nothing."""
    run_once(store)
    counts: list[int] = []
    for outcome in ("failed", "timed_out", "cancelled", "abandoned", "failed", "succeeded"):
        answer = granted(other, replace(THEIRS, is_by_hand=True))
        counts.append(answer.failures_in_a_row)
        other.finish(answer.lease, LeaseEnd(Outcome(outcome)))
    assert counts == [0, 1, 2, 2, 2, 3]
    assert declined(store).failures_in_a_row == 0


def test_a_clock_that_goes_back_holds_no_slot_up(bench: Bench, store: LeaseStore) -> None:
    """A slot further away than an interval is due, and begins the grid anew."""
    run_once(store)
    bench.step(-5 * INTERVAL)
    answer = granted(store)
    assert (answer.next_in, answer.overdue) == (about(INTERVAL), about(0))


@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_each_counts_its_own_interval_from_the_last_slot(
    bench: Bench, store: LeaseStore, factor: float
) -> None:
    """A slot that was had a moment ago is not had again, and none comes too soon or too late."""
    run_once(store)
    theirs = replace(THEIRS, interval=factor * INTERVAL)
    assert declined(store, theirs).next_in == about(factor * INTERVAL)
    bench.step(factor * INTERVAL - 500)
    assert declined(store, theirs).next_in == about(500)
    bench.step(1_000)
    answer = granted(store, theirs)
    assert (answer.overdue, answer.next_in) == (about(500), about(factor * INTERVAL - 500))
    store.finish(answer.lease, SUCCESS)
    # The other one's next slot is an interval of its own after that.
    assert declined(store).next_in == about(INTERVAL - 500)


def test_a_shorter_interval_that_has_passed_is_due_at_once(bench: Bench, store: LeaseStore) -> None:
    """Its slots that fell into the longer one are one run, and its grid begins at the last slot."""
    run_once(store)
    bench.step(0.75 * INTERVAL)
    answer = granted(store, replace(OURS, interval=0.5 * INTERVAL))
    assert (answer.overdue, answer.next_in) == (about(0.25 * INTERVAL), about(0.25 * INTERVAL))


def test_everybody_is_told_by_whose_interval_the_last_slot_was(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """So that replicas that disagree find out."""
    first = granted(store)
    assert first.grid is None
    store.finish(first.lease, SUCCESS)
    longer = replace(THEIRS, interval=3 * INTERVAL)
    seen = declined(other, longer).grid
    assert seen == GridSighting(first.lease.fencing_token, INTERVAL)
    bench.step(3 * INTERVAL + 500)
    second = granted(other, longer)
    assert second.grid == seen
    seen = declined(store).grid
    assert seen == GridSighting(second.lease.fencing_token, 3 * INTERVAL)


def test_everybody_is_told_when_the_last_slot_was(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """Of the grid, and not the run: one that came late had its slot when that was due."""
    run_once(store)
    bench.step(0.25 * INTERVAL)
    seen = declined(other).grid
    assert seen is not None
    assert seen.age == about(0.25 * INTERVAL)
    bench.step(INTERVAL)
    late = granted(other)
    assert late.grid is not None
    assert late.grid.age == about(1.25 * INTERVAL)
    seen = declined(store).grid
    assert seen is not None
    assert seen.age == about(0.25 * INTERVAL)


def test_a_run_beside_the_grid_leaves_its_interval(store: LeaseStore, other: LeaseStore) -> None:
    """By hand, or because a run has asked for it."""
    run_once(store, next_in=0)
    asked = granted(other, replace(THEIRS, interval=3 * INTERVAL))
    assert asked.next_in == about(3 * INTERVAL)
    other.finish(asked.lease, SUCCESS)
    by_hand = granted(other, replace(THEIRS, interval=0.1 * INTERVAL, is_by_hand=True))
    other.finish(by_hand.lease, SUCCESS)
    answer = declined(store)
    assert answer.next_in == about(INTERVAL)
    assert answer.grid == GridSighting(by_hand.lease.fencing_token, INTERVAL)


def test_whoever_gets_no_slot_has_no_say_in_the_interval(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """The run that goes on ends on the grid of its own replica."""
    lease = granted(store).lease
    declined(other, replace(THEIRS, interval=3 * INTERVAL))
    bench.step(1.5 * INTERVAL)
    store.finish(lease, SUCCESS)
    assert declined(store).next_in == about(0.5 * INTERVAL)


def test_a_lease_seen_to_stand_still_is_taken_over(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """The clock of the store went back while its holder died: it would hold for ever."""
    granted(store)
    bench.step(-5 * INTERVAL)
    sighting = declined(other, THEIRS).sighting
    taken = granted(other, replace(THEIRS, stale=sighting))
    assert taken.is_takeover


def test_a_lease_renewed_since_it_was_seen_is_not(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """Its holder is alive."""
    lease = granted(store).lease
    bench.step(-5 * INTERVAL)
    sighting = declined(other, THEIRS).sighting
    bench.step(1)
    assert store.renew([lease]) == [lease]
    assert declined(other, replace(THEIRS, stale=sighting)).holder == "ours"


@pytest.mark.parametrize("what", ["token", "shorter"])
def test_a_stale_sighting_is_no_master_key(
    bench: Bench, store: LeaseStore, other: LeaseStore, what: str
) -> None:
    """It fits one lease, and that must not be meant to hold for longer than was watched."""
    granted(store)
    bench.step(-5 * INTERVAL)
    sighting = declined(other, THEIRS).sighting
    assert sighting is not None
    requests = {
        "token": replace(THEIRS, stale=replace(sighting, fencing_token=sighting.fencing_token - 1)),
        "shorter": replace(THEIRS, stale=sighting, seconds=LEASE / 2),
    }
    assert declined(other, requests[what]).holder == "ours"


def test_jobs_know_nothing_of_each_other(store: LeaseStore) -> None:
    """Each has its own slots, lease and pause."""
    granted(store)
    store.set_paused("sort", is_paused=True)
    assert granted(store, replace(OURS, job="sweep 'n' 100% \u00e9")).next_in == about(INTERVAL)


def test_whatever_a_run_raised_can_be_noted(store: LeaseStore) -> None:
    """Also what no database takes."""
    store.finish(granted(store).lease, LeaseEnd(Outcome.FAILED, "a\x00b\udc80 100% 'c'" * 99))
    assert declined(store).holder is None


def test_a_job_whose_row_was_removed_is_new(bench: Bench, store: LeaseStore) -> None:
    """It is due at once, and its tokens are higher than before all the same."""
    last = granted(store).lease
    store.finish(last, LeaseEnd(Outcome.FAILED))
    bench.forget("sweep")
    answer = granted(store, THEIRS)
    assert (answer.grid, answer.failures_in_a_row, answer.is_takeover) == (None, 0, False)
    assert answer.lease.fencing_token > last.fencing_token


def test_of_many_that_claim_at_once_one_is_granted(bench: Bench) -> None:
    """A job nobody knew, then slots that fall due, then a lease that has ended."""
    stores = [bench.connect() for _ in range(4)]
    at_once = threading.Barrier(len(stores))

    def claim(number: int) -> bool:
        at_once.wait()
        request = replace(OURS, holder=f"replica {number}")
        return isinstance(stores[number].claim(request), Granted)

    with ThreadPoolExecutor(len(stores)) as threads:
        for _ in range(10):
            assert sum(threads.map(claim, range(len(stores)))) == 1
            bench.step(INTERVAL + 1)


def test_a_slot_of_a_calendar_is_had_once_by_clocks_that_differ(
    store: LeaseStore, other: LeaseStore
) -> None:
    """Whether the other clock is ahead or behind, within the tolerance; each waits for its own."""
    answer = granted(store, slot(500))
    assert (answer.next_in, answer.overdue) == (about(INTERVAL - 500), about(500))
    store.finish(answer.lease, ended(500))
    for age in (0, 500, 3_000):
        assert declined(other, slot(age, THEIRS)).next_in == about(INTERVAL - age)


def test_the_next_slot_of_a_calendar_is_another_however_near_the_clocks_bring_it(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """Slots lie at least twice the tolerance apart."""
    store.finish(granted(store, slot(0)).lease, ended(0))
    bench.step(TOLERANCE + 500)
    assert granted(other, slot(0, THEIRS)).overdue == about(0)


def test_a_slot_of_a_calendar_that_was_had_by_the_time_of_a_late_claim_is_not_had_again(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """A clock that is behind comes with it when the one after it was had already."""
    store.finish(granted(store, slot(0)).lease, ended(0))
    bench.step(INTERVAL)
    store.finish(granted(store, slot(0)).lease, ended(0))
    assert declined(other, slot(INTERVAL - 1_500, THEIRS)).next_in == about(1_500)
    bench.step(1_500)
    assert declined(other, slot(0, THEIRS)).next_in == about(INTERVAL)


def test_slots_of_a_calendar_that_fall_into_a_run_are_passed_over(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """Whose run it was says which, for the store does not know."""
    lease = granted(store, slot(0)).lease
    bench.step(INTERVAL + 1_000)
    store.finish(lease, ended(1_000))
    assert declined(other, slot(1_000, THEIRS)).next_in == about(INTERVAL - 1_000)
    bench.step(INTERVAL - 1_000)
    assert granted(other, slot(0, THEIRS)).next_in == about(INTERVAL)


def test_a_run_by_hand_takes_no_slot_of_a_calendar(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """Between two slots the last one was had."""
    store.finish(granted(store, slot(0)).lease, ended(0))
    bench.step(INTERVAL / 2)
    by_hand = granted(other, replace(slot(INTERVAL / 2, THEIRS), is_by_hand=True))
    assert by_hand.overdue == 0
    other.finish(by_hand.lease, ended(INTERVAL / 2))
    bench.step(INTERVAL / 2)
    assert granted(store, slot(0)).overdue == about(0)


def test_a_run_of_a_calendar_can_ask_for_another_moment_once(
    bench: Bench, store: LeaseStore
) -> None:
    """A backlog, or a back-off: until then no slot is due, and after it those of the calendar."""
    later = replace(SUCCESS, next_in=INTERVAL + 2_000)
    store.finish(granted(store, slot(0)).lease, later)
    bench.step(INTERVAL)
    assert declined(store, slot(0)).next_in == about(2_000)
    bench.step(2_500)
    answer = granted(store, slot(2_500))
    assert (answer.next_in, answer.overdue) == (about(INTERVAL - 2_500), about(500))
    store.finish(answer.lease, ended(2_500))
    assert declined(store, slot(2_500)).next_in == about(INTERVAL - 2_500)


def test_a_clock_of_the_store_that_goes_back_holds_no_slot_of_a_calendar_up(
    bench: Bench, store: LeaseStore
) -> None:
    """What was had lies ahead of now then, further than clocks differ."""
    store.finish(granted(store, slot(0)).lease, ended(0))
    bench.step(-TOLERANCE - 500)
    answer = granted(store, slot(0))
    assert (answer.next_in, answer.overdue) == (about(INTERVAL), about(0))


def test_from_an_interval_to_a_calendar_and_back_each_claims_its_own(
    bench: Bench, store: LeaseStore, other: LeaseStore
) -> None:
    """The last slot counts, whichever it was: a calendar takes one close to it for its own."""
    run_once(store)
    assert declined(other, slot(0, THEIRS)).next_in == about(INTERVAL)
    bench.step(TOLERANCE + 500)
    other.finish(granted(other, slot(0, THEIRS)).lease, ended(0))
    assert declined(store, OURS).next_in == about(INTERVAL)
    assert declined(store, replace(OURS, interval=4_000)).next_in == about(4_000)
    bench.step(INTERVAL + 500)
    assert granted(store, OURS).next_in == about(INTERVAL - 500)
