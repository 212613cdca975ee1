"""What it costs to write a run down, counted and not timed."""

from loopjobs import Outcome
from loopjobs.history._rows import is_plain, row_of_plain_run, row_of_run
from loopjobs.history._statements import INSERT_ENDED_PLAIN_RUN, INSERT_ENDED_RUN

from .facts import run


def test_of_a_run_that_went_well_nothing_is_bound_that_there_is_not() -> None:
    """Eight values are written of thirteen; each of the others would be bound as null."""
    record = run(1)
    assert is_plain(record)
    assert len(row_of_plain_run(record, "here:1")) == INSERT_ENDED_PLAIN_RUN.count("?") == 8
    assert len(row_of_run(record, "here:1")) == INSERT_ENDED_RUN.count("?") == 13


def test_whatever_else_there_is_to_say_of_a_run_is_written() -> None:
    """An error, a traceback, a report or a token, even an empty one."""
    tellings = (
        run(1, error=""),
        run(1, traceback=""),
        run(1, reported={}),
        run(1, fencing_token=0),
    )
    assert not any(map(is_plain, tellings))
    assert is_plain(run(1, outcome=Outcome.CANCELLED))
