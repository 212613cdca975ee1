"""How log lines look: as text for people, as JSON for machines."""

import json
import logging
import math
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs import CancellationToken, JobState, LoopJobOptions
from loopjobs.logs import JsonFormatter, TextFormatter
from loopjobs.testing import JobHarness


def record(message: str, **fields: object) -> logging.LogRecord:
    given: dict[str, object] = {"name": "app.sync", "levelname": "INFO", "created": 1.5}
    return logging.makeLogRecord({**given, "msg": message, **fields})


def as_text(message: str, **fields: object) -> str:
    return TextFormatter().format(record(message, **fields))


def as_json(message: str, **fields: object) -> dict[str, object]:
    line = JsonFormatter().format(record(message, **fields))
    assert line.isprintable()
    assert line.isascii()
    read: dict[str, object] = json.loads(line, parse_constant=pytest.fail)
    return read


def raised() -> object:
    """Return what `logging` notes of an error with a secret in it."""
    try:
        int("password=hunter2")
    except ValueError:
        return sys.exc_info()
    return None


def test_a_line_of_text_tells_time_level_logger_message_and_fields() -> None:
    """The time is in UTC and says so."""
    line = as_text("hello", job="Sync", seconds=1.23456789, path="a b", empty="", nothing=None)
    assert line == (
        "1970-01-01 00:00:01.500Z INFO     app.sync: hello "
        "job=Sync seconds=1.234568 path='a b' empty=''"
    )


def test_a_line_of_json_tells_the_same() -> None:
    """With types that JSON has."""
    assert as_json("hello", job="Sync", seconds=1.5, marked=3, done=True, nothing=None) == {
        "timestamp": "1970-01-01T00:00:01.500000Z",
        "level": "INFO",
        "logger": "app.sync",
        "message": "hello",
        "job": "Sync",
        "seconds": 1.5,
        "marked": 3,
        "done": True,
        "nothing": None,
    }


def test_no_field_takes_the_place_of_another() -> None:
    """Counters may have any name; those that logging refuses are found under `loopjobs`."""
    counters = {"level": 1, "message": 2, "job": "Sync"}
    line = as_json("hello", job="Sync", level=1, timestamp=0, loopjobs=counters)
    assert (line["level"], line["level_"], line["message"]) == ("INFO", 1, "hello")
    assert (line["message_"], line["timestamp_"], line["job"]) == (2, 0, "Sync")
    assert "loopjobs" not in line


class Unspeakable:
    def __str__(self) -> str:
        raise OSError("no words")


def test_what_json_has_no_word_for_is_written_as_text() -> None:
    """No value costs the line, not even one that holds itself."""
    ring: list[object] = []
    ring.append(ring)
    line = as_json(
        "hello",
        when=datetime(2026, 1, 2, tzinfo=UTC),
        state=JobState.RUNNING,
        endless=math.inf,
        raw=b"x",
        several=(1, {"a": {2}}),
        ring=ring,
        worse=Unspeakable(),
    )
    assert line["when"] == "2026-01-02T00:00:00+00:00"
    assert (line["state"], line["endless"], line["raw"]) == ("running", "inf", "b'x'")
    assert line["several"] == [1, {"a": [2]}]
    assert "[...]" in json.dumps(line["ring"])
    assert line["worse"] == "<Unspeakable that cannot be shown>"


@given(st.text(max_size=50), st.text(max_size=50))
def test_whatever_is_said_is_one_line(message: str, value: str) -> None:
    """Nobody can forge a line or speak to the terminal."""
    assert as_text(message, said=value).isprintable()
    as_json(message, said=value)


@given(st.text("ab \n\r\u2028\u0085\x1b\x0b", max_size=50))
def test_what_stands_below_a_line_is_indented(text: str) -> None:
    """An error whose message looks like a line of the log is not taken for one."""
    first, *below = as_text("failed", exc_text=f"ValueError: {text}").split("\n")
    assert first.endswith("failed")
    assert below
    assert all(line.startswith("    ") and line.isprintable() for line in below)


@pytest.mark.parametrize("form", [TextFormatter, JsonFormatter])
def test_an_error_is_shown_with_its_traceback_and_without_its_secrets(
    form: Callable[[], logging.Formatter],
) -> None:
    """In message, fields and traceback; also a field whose name alone gives it away."""
    line = form().format(
        record(
            "calling https://me:hunter2@host",
            exc_info=raised(),
            api_key="hunter2",
            dsn="pwd=hunter2",
        )
    )
    assert "hunter2" not in line
    assert "Traceback (most recent call last):" in line
    assert "ValueError: invalid literal for int()" in line


def test_a_redactor_of_ones_own_sees_every_text() -> None:
    """It is given all of a line but time, level and logger."""
    mine = record("a Smith", who="Smith", exc_text="Error: Smith")
    for form in (TextFormatter, JsonFormatter):
        assert "Smith" not in form(lambda text: text.replace("Smith", "-")).format(mine)


async def failed_run(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    class Sync:
        async def execute(self, ct: CancellationToken) -> None:
            raise ConnectionError("no answer\nfrom the store")

    async with JobHarness(Sync, LoopJobOptions(interval_in_seconds=1)) as harness:
        await harness.run_once()
    (error,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    return error


async def test_a_run_that_failed_is_a_line_with_its_traceback_below(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The message of the library ends with the traceback, for those who format it otherwise."""
    line = TextFormatter().format(await failed_run(caplog))
    first, *below = line.split("\n")
    assert "failed after 0.000 s: ConnectionError: no answer\\nfrom the store job=Sync" in first
    assert first.count("ConnectionError") == 1
    assert below[0] == "    Traceback (most recent call last):"
    assert below[-1] == "    from the store"


async def test_a_run_that_failed_is_an_object_with_all_its_facts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Message, error and traceback stand apart."""
    line = json.loads(JsonFormatter().format(await failed_run(caplog)))
    assert (line["job"], line["outcome"]) == ("Sync", "failed")
    assert line["error"] == "ConnectionError: no answer\nfrom the store"
    assert "Traceback" not in line["message"]
    assert line["exception"].startswith("Traceback (most recent call last):")
    assert "traceback" not in line


class Shy:
    """Cannot be shown, nor be a key of anything that is shown."""

    def __str__(self) -> str:
        raise ValueError("not this one")

    __repr__ = __str__


def test_a_value_that_cannot_be_shown_does_not_cost_the_line() -> None:
    """Nor does a key, nor an integer with more digits than Python writes."""
    fields: dict[str, object] = {"size": Shy(), "by": {Shy(): 1}, "huge": 10**5_000, "seen": 3}
    line = as_json("hello", **fields)
    assert (line["size"], line["seen"]) == ("<Shy that cannot be shown>", 3)
    assert (line["by"], line["huge"]) == (
        "<dict that cannot be shown>",
        "<int that cannot be shown>",
    )
    assert as_text("hello", **fields).endswith(
        "hello size='<Shy that cannot be shown>' huge='<int that cannot be shown>' seen=3"
    )


@pytest.mark.parametrize("args", [("x",), (Shy(),)], ids=["a text", "shy"])
def test_arguments_that_do_not_fit_do_not_cost_the_line(args: tuple[object, ...]) -> None:
    """It says that there is a mistake."""
    said = as_json("%d rows", args=args)["message"]
    assert str(said).startswith("%d rows (its arguments cannot be shown: ")
    assert "%d rows (its arguments" in as_text("%d rows", args=args)
