"""Lists of recurring jobs, as Hangfire has them."""

import pytest

from loopjobs.migration import MigrationError

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
        ("jobs.json", "[1]", r"jobs\.json:0: Id is missing"),
    ],
)
def test_a_wrong_list_says_where(stock: Stock, name: str, text: str, message: str) -> None:
    """By line, or by place in the list."""
    with pytest.raises(MigrationError, match=message):
        stock(name, text)
