"""What the demonstration hears of the jobs."""

from loopjobs import LoopStarted, Outcome, RunEnded, RunRecord
from loopjobs.testing import FakeClock
from loopjobs_demo.runs import RunInbox


def _ended(job: str, outcome: Outcome = Outcome.SUCCEEDED, **reported: float) -> RunEnded:
    now = FakeClock().now()
    return RunEnded(job, RunRecord("1", job, outcome, now, now, 0.01, reported=reported), 0)


def test_each_run_is_taken_once() -> None:
    """Runs of all jobs come in their order, and not again."""
    inbox = RunInbox()
    inbox(_ended("PcKeepAliveJob"))
    inbox(_ended("PcDeleteJob", Outcome.FAILED))
    assert [run.job for run in inbox.take_new()] == ["PcKeepAliveJob", "PcDeleteJob"]
    assert not inbox.take_new()


def test_reports_add_up_by_job() -> None:
    """The totals of a job hold what all of its runs have reported, taken or not."""
    inbox = RunInbox()
    inbox(_ended("PcKeepAliveJob", marked=2))
    inbox.take_new()
    inbox(_ended("PcKeepAliveJob", marked=1, held=1))
    inbox(_ended("PcDeleteJob", marked=7))
    assert inbox.totals("PcKeepAliveJob") == {"marked": 3, "held": 1}
    assert not inbox.totals("BulkJobWorker")


def test_other_events_are_none_of_its_business() -> None:
    """The start of a loop is no run."""
    inbox = RunInbox()
    inbox(LoopStarted("PcKeepAliveJob"))
    assert not inbox.take_new()
