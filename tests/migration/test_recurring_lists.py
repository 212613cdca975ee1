"""Lists of recurring jobs, as Hangfire has them."""

import sys

import pytest

from loopjobs.migration import MigrationError, Topic

from .conftest import Stock, of, topics

CSV = """\
id;cron;time_zone;method;queue
cleanup;*/5 * * * *;;Shop.Cleanup.Run;default
report;0 7 * * 1-5;W. Europe Standard Time;Shop.Reports.Send;mails
"""
JSON = """[
  {"Id": "cleanup", "Cron": "*/5 * * * *", "Method": "Shop.Cleanup.Run"},
  {"Id": "report", "Cron": "0 7 * * 1-5", "TimeZoneId": "Europe/Berlin",
   "Method": "Shop.Reports.Send", "Queue": "mails", "Misfire": 1},
]"""


@pytest.mark.parametrize(
    ("name", "text"),
    [("jobs.csv", CSV), ("jobs.json", JSON), ("all.json", f'{{"RecurringJobs": {JSON}}}')],
)
def test_a_list_becomes_sections(stock: Stock, name: str, text: str) -> None:
    """Each run of them was one in the whole cluster, and so it is here."""
    inventory = stock(name, text)
    assert inventory.settings == {
        "Cleanup": {"Cron": "*/5 * * * *", "RunOn": "OneReplica"},
        "Report": {"Cron": "0 7 * * MON-FRI", "TimeZone": "Europe/Berlin", "RunOn": "OneReplica"},
    }
    assert topics(of(inventory, "Report")) >= {"overlap", "queues-and-executors"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("jobs.csv", "id,cron\na,", r"line 2: Cron is missing"),
        ("jobs.csv", 'id,cron\n"a', r"line \d: this is not CSV"),
        ("jobs.csv", "", r"there is no line of names"),
        ("jobs.json", '[{"Id": "a"}]', r"jobs\.json:0: Cron is missing"),
        ("jobs.json", "[1]", r"jobs\.json:0: a recurring job must be an object"),
    ],
)
def test_a_wrong_list_says_where(stock: Stock, name: str, text: str, message: str) -> None:
    """By line, or by place in the list."""
    with pytest.raises(MigrationError, match=message):
        stock(name, text)


def test_days_that_the_options_do_not_take_stay(stock: Stock) -> None:
    """Every section that is printed has been tried, with its times."""
    inventory = stock("jobs.csv", "id,cron\nleap,0 7 * 2 MON#5\nlast,0 7 L * *\n")
    assert set(inventory.settings) == {"Last"}
    (finding,) = of(inventory, "Leap").findings
    assert finding.topic is Topic.CANNOT_MOVE
    what = "Cron would be 0 7 * 2 MON#5: must name days that come more often than every ten years"
    assert finding.what.startswith(what)


def test_without_the_extra_nothing_is_said_of_cron_expressions(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They could not be tried; what to install is said."""
    monkeypatch.setitem(sys.modules, "cronsim", None)
    with pytest.raises(MigrationError, match=r"Cron needs cronsim: pip install 'loopjobs\[cron\]'"):
        stock("jobs.csv", "id,cron\na,0 7 * * *\n")
