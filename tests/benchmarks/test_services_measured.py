"""The benchmarks of the services measure what they say: in small, what is checked is the form."""

import argparse
import asyncio
from itertools import groupby
from multiprocessing import forkserver
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from nacl import pwhash
from nacl.exceptions import InvalidkeyError

import intake.command
import sweeps.command
from benchmark_command import CannotMeasureError
from filling import on_disk
from filling.fleet import fill
from filling.on_disk import ENGINES, place_of
from intake.measuring import Plan as IngestPlan
from intake.measuring import measure
from intake.shapes import Shape
from servicekit.testing import Place, SqlitePlace
from serving.passwords import passwords_timed
from serving.process import serving
from serving.services import ServicePlace, login_order
from sweeps import bulk_job_cleanup, login_case, pc_keep_alive
from sweeps.case import Case
from sweeps.catalogue import CASES
from sweeps.measuring import Plan, filled

ROWS = 400


@pytest.fixture(scope="module", autouse=True)
def _forks() -> None:
    """Start the process that others are forked from: it stays until the end of all tests."""
    forkserver.ensure_running()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where databases are made."""
    return SqlitePlace(tmp_path / "databases")


@pytest.fixture
def few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few that a crowded machine keeps up: all that is due is sent, and so is what is late."""
    monkeypatch.setattr(login_case, "_KEEP_ALIVES_A_SECOND", 20)
    monkeypatch.setattr(login_case, "_SIGN_INS_A_SECOND", 2)
    monkeypatch.setattr(bulk_job_cleanup, "_LOOKS_A_SECOND", 20)


def asked(**given: object) -> argparse.Namespace:
    """What was asked for."""
    return argparse.Namespace(**{"rows": None, "quick": False} | given)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("is_quick", [True, False])
def test_a_job_has_its_peer_at_two_sizes_of_its_own(case: Case, is_quick: bool) -> None:  # noqa: FBT001
    """And three larger ones; what requests feel without it is measured at the largest."""
    plans = list(sweeps.command.plans_of(case, ENGINES[0], asked(quick=is_quick)))
    jobs = [plan for plan in plans if not plan.is_peer]
    assert [plan.rows for plan in plans if plan.is_peer] == [job.rows for job in jobs[:2]]
    assert [jobs[-1].rows // plan.rows for plan in jobs] == [1_000, 250, 100, 10, 1]
    assert [bool(plan.seconds_off) for plan in plans] == [False] * 6 + [True]
    assert len({plan.step for plan in plans}) == len(plans)


def test_a_whole_run_has_the_sizes_of_the_specification() -> None:
    """A million PCs, and two million tokens and rows of bulk jobs."""
    sizes = {
        case.name: max(plan.rows for plan in sweeps.command.plans_of(case, "sqlite", asked()))
        for case in CASES
    }
    assert sizes == {
        "PcKeepAliveJob": 1_000_000,
        "PcDeleteJob": 1_000_000,
        "TokenCleanupJob": 2_000_000,
        "BulkJobCleanup": 2_000_000,
    }


def test_shapes_of_keep_alives_take_turns() -> None:
    """Each round of the fleet in the middle has all of them once, and other fleets have some."""
    plans = list(intake.command.plans_of("sqlite", asked()))
    many = [plan for plan in plans if plan.connections == 64 and plan.pcs == 100_000]
    rounds = [[plan.shape for plan in each] for _, each in groupby(many, lambda plan: plan.round)]
    assert rounds == [list(Shape)] * 3
    assert {plan.pcs for plan in plans} == {10_000, 100_000, 1_000_000}
    assert len({plan.step for plan in plans}) == len(plans)


@pytest.mark.smoke
@pytest.mark.usefixtures("few_requests")
def test_a_job_and_its_peer_do_the_same_while_requests_are_answered(place: Place) -> None:
    """Both find one PC in a hundred silent; the peer asks for every PC."""
    with filled(pc_keep_alive.CASE, place, ROWS) as database:
        peer = database.measure(
            Plan("PcKeepAliveJob", "sqlite", ROWS, is_peer=True, warm_up=0), is_last=False
        )
        job = database.measure(
            Plan("PcKeepAliveJob", "sqlite", ROWS, seconds_off=0.1, warm_up=0), is_last=True
        )
    assert (peer.changed, job.changed) == (ROWS // 100, ROWS // 100)
    assert peer.statements > 2 * ROWS > 10 * job.statements > 0
    assert 0 < job.longest_write <= job.seconds
    assert 0 < job.memory_before <= job.memory_peak
    assert [each.what for each in job.off] == [each.what for each in job.on]
    assert {each.what for each in peer.on} == {"keep-alive", "sign-in"}
    for felt in (*job.off, *job.on, *peer.on):
        assert felt.refused == {}
        assert felt.p50 <= felt.p99 <= felt.longest


@pytest.mark.smoke
@pytest.mark.usefixtures("few_requests")
def test_the_other_service_is_sent_lists_and_shows_a_job_meanwhile(place: Place) -> None:
    """Half of the rows of bulk jobs are old: those of the ten older jobs of each owner."""
    with filled(bulk_job_cleanup.CASE, place, ROWS) as database:
        job = database.measure(
            Plan("BulkJobCleanup", "sqlite", ROWS, seconds_off=0.6, warm_up=0), is_last=True
        )
    assert job.changed == ROWS // 2 + 10
    assert {each.what: each.refused for each in job.off} == {"job looked at": {}, "list sent": {}}
    assert all(each.count for each in job.off)


@pytest.mark.smoke
def test_keep_alives_are_counted(place: Place, tmp_path: Path) -> None:
    """All are answered with 200, and the service used its processor for them."""
    url = place.create()
    asyncio.run(fill(url, 50))
    for shape in (Shape.TOGETHER, Shape.ONE_BY_ONE, Shape.BARE):
        result = measure(IngestPlan("sqlite", 50, shape, 4, 0.2), url, tmp_path, None)
        assert result.per_second > 0
        assert set(result.answers) <= {"200"}
        assert (result.processor_time > 0) == (shape is not Shape.BARE)


def test_verifications_of_passwords_are_timed_for_a_while() -> None:
    """Right or wrong, each takes some of a processor; afterwards nobody looks."""
    hasher = PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=1)
    known = hasher.hash("as good as any").encode()
    with passwords_timed() as times:
        assert pwhash.verify(known, b"as good as any")
        with pytest.raises(InvalidkeyError):
            pwhash.verify(known, b"another")
    assert pwhash.verify(known, b"as good as any")
    assert len(times) == 2
    assert min(times) > 0


@pytest.mark.smoke
def test_a_service_that_does_not_start_says_why(place: Place, tmp_path: Path) -> None:
    """Its own words, and not a process that nobody hears of any more."""
    order = login_order(ServicePlace(place.create(), tmp_path), {"KeepAlive": {"Interval": 0}})
    with (
        pytest.raises(CannotMeasureError, match=r"does not start: [\s\S]*KeepAlive"),
        serving(order),
    ):
        pass


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row takes more than any disk has."""
    monkeypatch.setattr(on_disk, "_BYTES_A_ROW", 10**18)


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_disk_is_told_beforehand(engine: str) -> None:
    """With what is needed, and what can be done."""
    with pytest.raises(CannotMeasureError, match=r"GiB free and .* are needed: name another"):
        place_of(engine, 100).__enter__()
