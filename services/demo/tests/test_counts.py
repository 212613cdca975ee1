"""What the jobs count, in words."""

import pytest

from loopjobs_demo.counts import in_words


@pytest.mark.parametrize(
    ("job", "counts", "words"),
    [
        ("PcKeepAliveJob", {"marked": 1.0, "failed": 0.0}, "1 PC declared offline"),
        ("PcKeepAliveJob", {"marked": 2.0, "held": 1.0}, "2 PCs declared offline, 1 held"),
        ("TokenCleanupJob", {"refresh": 1_200, "sessions": 1}, "deleted 1 session, 1,200 refresh"),
        ("BulkJobWorker", {"claimed": 1, "ok": 14}, "1 list claimed, 14 rows done"),
        ("BulkJobCleanup", {"jobs": 1, "skipped_race": 2}, "deleted 1 list, 2 skipped race"),
        ("Other", {"twists": 3}, "3 twists"),
    ],
)
def test_counts_are_told_in_words(job: str, counts: dict[str, float], words: str) -> None:
    """What matters comes first, with its plural; what has no words keeps its name; no zeros."""
    assert in_words(job, counts).startswith(words)


@pytest.mark.parametrize(
    ("job", "counts"),
    [
        ("PcDeleteJob", {"retired": 0}),
        ("TokenCleanupJob", {"batches": 2}),
        ("BulkJobCleanup", {"delete_lag": 3}),
        ("Other", {}),
    ],
)
def test_nothing_done_has_no_words(job: str, counts: dict[str, float]) -> None:
    """Zeros are no news, and neither are batches, or how things are."""
    assert not in_words(job, counts)
