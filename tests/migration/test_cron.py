"""Cron expressions of other schedulers name the same times here."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from loopjobs import Calendar, LoopJobOptions
from loopjobs.migration import Dialect, UntranslatableCronError, translate_cron

from .quartz_cron import instants

STARTS = [datetime(2026, 1, 1), datetime(2027, 2, 26, 13, 7, 11), datetime(2028, 2, 27, 23)]  # noqa: DTZ001 - wall clock


def lists(low: int, high: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    """Return fields of all the shapes that Quartz takes."""
    number = st.integers(low, high).map(str)
    value = number if not names else st.one_of(number, st.sampled_from(names))
    step = st.integers(1, high).map(str)
    shapes = [
        value,
        st.builds("{}-{}".format, value, value),
        st.builds("{}/{}".format, number, step),
        st.builds("{}-{}/{}".format, number, number, step),
        st.builds("*/{}".format, step),
        st.builds("/{}".format, step),
    ]
    return st.lists(st.one_of(shapes), min_size=1, max_size=3).map(",".join)


def expressions() -> st.SearchStrategy[str]:
    """Return expressions of Quartz, some with both days of the month and of the week."""
    weekdays = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
    day = st.one_of(
        st.sampled_from(["L", "LW", "1,15,L", "*", "10,LW"]),
        lists(1, 31),
    )
    week = st.one_of(
        st.sampled_from(["L", "6L", "1L", "5L", "FRIL", "2#1", "7#5", "WED#5", "FRI#3"]),
        st.sampled_from(["*", "MON", "FRI-MON", "sat,SUN", "MON-FRI"]),
        lists(1, 7, weekdays),
    )
    days = st.one_of(
        st.tuples(day, st.just("?")),
        st.tuples(st.just("?"), week),
        st.tuples(day, week),
    )
    month = st.one_of(st.just("*"), lists(1, 12, ("JAN", "JUN", "NOV", "DEC")))
    second = st.one_of(st.just("0"), st.just("0"), lists(0, 59))
    minute, hour = st.one_of(st.just("*"), lists(0, 59)), st.one_of(st.just("*"), lists(0, 23))
    year = st.sampled_from(["", " *", " 1970/1"])
    return st.builds(
        lambda s, m, h, d, month, y: f"{s} {m} {h} {d[0]} {month} {d[1]}{y}",
        second, minute, hour, days, month, year,
    )  # fmt: skip


def hangfire_expressions() -> st.SearchStrategy[str]:
    """Return expressions of five fields, and of six."""
    weekdays = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
    day = st.one_of(st.sampled_from(["*", "L", "LW", "*/10"]), lists(1, 31))
    week = st.one_of(st.sampled_from(["*", "5L", "FRI#3", "7#5", "L"]), lists(0, 7, weekdays))
    month = st.one_of(st.just("*"), lists(1, 12, ("JAN", "FEB", "NOV")))
    second = st.sampled_from(["", "0 ", "*/10 ", "5,35 "])
    return st.builds(
        "{}{} {} {} {} {}".format, second, lists(0, 59), lists(0, 23), day, month, week
    )


def slots(calendar: Calendar, start: datetime) -> Iterator[datetime]:
    """Yield what the loop would run after that moment, by a clock without a zone."""
    instant = start.replace(tzinfo=UTC)
    while True:
        instant = calendar.after(instant)
        yield instant.replace(tzinfo=None)


def is_rare(cron: str) -> bool:
    """Whether the options do not take it, which may be for one reason alone."""
    try:
        LoopJobOptions(cron=cron)
    except ValidationError as error:
        (problem,) = error.errors()
    else:
        return False
    assert problem["msg"] == "must name days that come more often than every ten years"
    return True


@given(expression=expressions(), start=st.sampled_from(STARTS))
def test_a_quartz_expression_names_the_same_instants_here(expression: str, start: datetime) -> None:
    """From any day on, through leap days and ends of months; the options take all but rare days."""
    meant = list(islice((each for each in instants(expression, start) if each > start), 40))
    try:
        ours = str(translate_cron(expression, Dialect.QUARTZ))
    except UntranslatableCronError:
        assert not meant
        return
    if is_rare(ours):
        assert len({each.date() for each in meant}) <= 1
        return
    named = list(islice(slots(Calendar(ours, "UTC"), start), 40))
    assert named[: len(meant)] == meant, ours
    horizon = start.replace(year=start.year + 2)
    assert [each for each in named[len(meant) :] if each < horizon] == []


@given(expression=hangfire_expressions())
def test_the_options_take_what_a_hangfire_expression_becomes(expression: str) -> None:
    """Unless its days come less than once in ten years."""
    with suppress(UntranslatableCronError):
        is_rare(str(translate_cron(expression, Dialect.HANGFIRE)))


@pytest.mark.parametrize(
    ("quartz", "ours"),
    [
        ("0 0/5 * * * ?", "*/5 * * * *"),
        ("0/10 * * * * ?", "*/10 * * * * *"),
        ("0 15 10 ? * MON-FRI", "15 10 * * MON-FRI"),
        ("0 15 10 ? * 2-6", "15 10 * * MON-FRI"),
        ("0 15 10 ? * 6L", "15 10 * * 5L"),
        ("0 15 10 ? * 6#3", "15 10 * * FRI#3"),
        ("0 0 2 L * ? *", "0 2 L * *"),
        ("0 0 0 1 * MON", "0 0 1 * MON"),
        ("0 0 0 */2 * MON", "0 0 1-31/2 * MON"),
        ("0 0 0 1-31 * MON", "0 0 * * *"),
        ("@weekly", "0 0 * * SUN"),
    ],
)
def test_quartz_counts_weekdays_from_sunday_as_one(quartz: str, ours: str) -> None:
    """Here they have names, which mean the same everywhere."""
    assert str(translate_cron(quartz, Dialect.QUARTZ)) == ours


@pytest.mark.parametrize(
    ("hangfire", "ours"),
    [
        ("*/5 * * * *", "*/5 * * * *"),
        ("0 9 * * 1-5", "0 9 * * MON-FRI"),
        ("30 0 0 L * *", "30 0 0 L * *"),
        ("0 0 */10 * 1", "0 0 */10 * MON"),
        ("0 0 * * 5-7", "0 0 * * SUN,FRI,SAT"),
        ("@Daily", "0 0 * * *"),
    ],
)
def test_hangfire_counts_weekdays_from_sunday_as_zero(hangfire: str, ours: str) -> None:
    """And may leave out the seconds."""
    assert str(translate_cron(hangfire, Dialect.HANGFIRE)) == ours


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("0 0 2 15W * ?", "nearest weekday"),
        ("0 0 2 L-3 * ?", "counts back from the end of the month"),
        ("0 0 2 ? * MON/2", "every so many weeks in Quartz 3"),
        ("0 0 2 ? * MON#1,FRI#3", "# beside other days"),
        ("0 0 2 * * ? 2027", "limited to some years"),
        ("H 0 2 * * ?", "H is a number made of the trigger's name"),
        ("0 0 25 * * ?", "'25' does not fit the hour"),
        ("0 0/90 * * * ?", "'0/90' does not fit the minute"),
        ("0 0 2 31 2 ?", "no such day"),
        ("0 0 2 * *", "takes 6 or 7 fields, not 5"),
        ("@reboot", "there is no @reboot"),
        ("0 " * 300, "longer than 500 characters"),
    ],
)
def test_what_has_no_counterpart_is_refused_with_the_reason(expression: str, why: str) -> None:
    """A wrong time is worse than none."""
    with pytest.raises(UntranslatableCronError, match=why):
        translate_cron(expression, Dialect.QUARTZ)


def test_days_that_hangfire_wants_to_fit_twice_are_refused() -> None:
    """There, the fifth if it is a Monday; here, the fifth and every Monday."""
    with pytest.raises(UntranslatableCronError, match="both"):
        translate_cron("0 2 5 * MON", Dialect.HANGFIRE)


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("0 0/5 * * * ?", 300),
        ("10 2/5 * * * ?", 300),
        ("0 0 0/6 * * ?", 21_600),
        ("* * * * * ?", 1),
        ("0 0/7 * * * ?", None),
        ("0 0,5 * * * ?", None),
        ("0 0 0/9 * * ?", None),
        ("0 0/5 9-17 * * ?", None),
        ("0 0/5 * ? * MON-FRI", None),
        ("0 0 0 1 * ?", None),
    ],
)
def test_an_expression_that_is_an_interval_is_recognized(
    expression: str, seconds: int | None
) -> None:
    """Only if it is as far from each time to the next, over midnight as well."""
    assert translate_cron(expression, Dialect.QUARTZ).interval() == seconds
