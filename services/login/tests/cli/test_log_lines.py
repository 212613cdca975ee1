"""How log records look."""

import logging
from collections.abc import Iterator

import pytest

from loopjobs.logs import TextFormatter
from servicekit.cli.log_lines import configure_logging, level_for, redact_line


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """Give back the root logger as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:], logger.level = handlers, level


def _line(message: str, **fields: object) -> str:
    record = logging.makeLogRecord(
        {"name": "login.test", "levelname": "INFO", "msg": message, "created": 1.5, **fields}
    )
    return TextFormatter(redact_line).format(record)


def test_a_line_tells_time_level_logger_and_message() -> None:
    """The time is in UTC and says so."""
    assert _line("hello") == "1970-01-01 00:00:01.500Z INFO     login.test: hello"


def test_fields_stand_at_the_end() -> None:
    """Structured fields follow as key=value, quoted where they must be; missing ones do not."""
    line = _line("done", job="Sweep", seconds=1.23456789, path="a b", empty="", nothing=None)
    assert line.endswith("done job=Sweep seconds=1.234568 path='a b' empty=''")


def test_nothing_is_said_twice() -> None:
    """A field that stands in the message is left out, and so is a mapping for machines."""
    line = _line("done marked=1", marked=1, failed=0, loopjobs={"marked": 1})
    assert line.endswith("login.test: done marked=1 failed=0")


def test_nobody_can_forge_a_line() -> None:
    """A line break inside of a message or field makes no second line."""
    assert "\n" not in _line("two\r\nlines", name_of_pc="lab\n2026 forged")


@pytest.mark.parametrize(
    "mac", ["aa:bb:cc:01:02:03", "AA-BB-CC-01-02-03", "aa%3Abb%3Acc%3A01%3A02%3A03"]
)
def test_no_line_shows_a_whole_mac_address(mac: str) -> None:
    """Not even one of a library that logs the paths of requests."""
    line = _line(f"PUT http://login/v1/pcs/by-mac/{mac} 200", again=f"/{mac}?x")
    assert line.lower().count("cc") == 2
    assert "03" not in line.partition("login.test")[2]


def test_what_is_no_mac_address_is_shown() -> None:
    """Ids and times look a little like one."""
    message = "job 0190f2a0-aabb-7000-8000-aabbccddeeff at 2026-11-26 12:49:34 10-11-12-13-14"
    assert _line(message).endswith(message)


def test_a_traceback_stands_below() -> None:
    """What was raised is shown after the line."""
    with pytest.raises(ValueError, match="gone") as caught:
        int("gone")
    lines = _line("failed", exc_info=(caught.type, caught.value, caught.tb)).splitlines()
    assert lines[0].endswith("failed")
    assert lines[-1].startswith("    ValueError: ")


def test_requests_are_quiet_unless_asked_for(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """The default shows INFO lines but not one a request; verbose shows all."""
    configure_logging(level_for(verbose=False))
    logging.getLogger("login").info("shown")
    logging.getLogger("login").debug("hidden")
    logging.getLogger("httpx").info("hidden")
    configure_logging(level_for(verbose=True))
    logging.getLogger("login").debug("shown too")
    logging.getLogger("httpx").info("and this")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ", 1)[1] for line in lines] == ["shown", "shown too", "and this"]
