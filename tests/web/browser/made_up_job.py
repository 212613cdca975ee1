"""The job that is in trouble, made up in detail."""

from collections.abc import Sequence

from loopjobs import ShownOption
from loopjobs.web._views import (
    ActionView,
    CounterPoint,
    JobRow,
    JobView,
    RunView,
    SkippedView,
    Slice,
)

from .made_up import TRACEBACK, earlier, run, stock

_ERROR = "ConnectionError: no answer from warehouse.example within 5 s"
_ARTICLES = [(index * 37 % 23) * 40 + 300 for index in range(24)]
_FROM_ENVIRONMENT = "environment variable StockSync__"
_OPTIONS = (
    ("IntervalInSeconds", "30", "appsettings.json"),
    ("TimeoutInSeconds", "10", _FROM_ENVIRONMENT + "TimeoutInSeconds"),
    ("WarehouseKey", "***", _FROM_ENVIRONMENT + "WarehouseKey"),
    ("Warehouse", "https://warehouse.example", "appsettings.Production.json"),
    ("UnhealthyAfterFailures", "3", "default"),
    ("Pacing", "FixedRate", "default"),
    ("SkipIfRunning", "true", "default"),
    ("Enabled", "true", "default"),
)


def detail() -> JobView:
    """Return it as its page shows it."""
    job = stock()
    facts = {name: getattr(job, name) for name in JobRow.__slots__}
    return JobView(
        **facts,
        section="StockSync",
        options=[
            ShownOption(key, value, source, is_secret=value == "***")
            for key, value, source in _OPTIONS
        ],
        by_hand=[Slice("succeeded", 3), Slice("failed", 1)],
        runs=_runs(job),
        skipped=[
            _skipped("skipped_backoff", 3, 102),
            _skipped("skipped_running", 1, 1_450),
            _skipped("skipped_backoff", 14, 3_600),
            _skipped("missed", 2, 9_000),
        ],
        reported_over_time={
            "articles": [_point(index, value) for index, value in enumerate(_ARTICLES)],
            "unknown": [_point(index, value % 7) for index, value in enumerate(_ARTICLES)],
        },
        actions=[
            ActionView(earlier(41), "ann", "run", "failed"),
            ActionView(earlier(3700), "ann", "resume", "done"),
            ActionView(earlier(5400), "bob", "pause", "done"),
        ],
    )


def _runs(job: JobRow) -> Sequence[RunView]:
    good = [
        run(each.outcome, 150 + 30 * index, each.duration, reported=_reported(index))
        for index, each in enumerate(reversed(job.recent[-16:-4]))
    ]
    return [
        run("failed", 12, 5.0, error=_ERROR, traceback=TRACEBACK),
        run("failed", 60, 5.0, error=_ERROR, traceback=TRACEBACK),
        run("timed_out", 90, 10.0, error="TimeoutError: it took longer than 10 s"),
        run("failed", 120, 5.0, error=_ERROR, traceback=TRACEBACK),
        *good,
    ]


def _skipped(outcome: str, count: int, age: float) -> SkippedView:
    last = earlier(age - 30 * (count - 1))
    return SkippedView(outcome, count, earlier(age), last, "web-1:4711")


def _point(index: int, value: float) -> CounterPoint:
    return CounterPoint(earlier(870 - 30 * index), value)


def _reported(index: int) -> dict[str, float]:
    return {"articles": _ARTICLES[-1 - index], "unknown": _ARTICLES[-1 - index] % 7}
