"""Quartz's files: what is in them is told, and what is wrong with them as well."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopjobs.migration import MigrationError, Preferences, Verdict, read_file, take_stock

from .conftest import QUARTZ_XML, Stock, of, topics


def test_a_simple_trigger_becomes_an_interval(stock: Stock) -> None:
    """With its delay, and with the job data as options."""
    move = of(stock("quartz_jobs.xml", QUARTZ_XML), "PcKeepAliveJob")
    assert move.settings == {
        "IntervalInSeconds": 10,
        "InitialDelayInSeconds": 600,
        "ChangeStateTimeInMinutes": 15,
    }
    assert topics(move) == {"overlap", "job-data"}


def test_secrets_of_the_job_data_are_nowhere(stock: Stock) -> None:
    """Neither in the settings nor in the code, nor in what is said about them."""
    inventory = stock("quartz_jobs.xml", QUARTZ_XML)
    told = [finding.what for move in inventory.moves for finding in move.findings]
    assert "hunter2" not in "\n".join([json.dumps(inventory.settings), inventory.code, *told])
    assert "connection_string: SecretStr\n" in inventory.code


def test_a_cron_trigger_becomes_a_cron_in_the_zone_of_iana(stock: Stock) -> None:
    """Each trigger of a job with two is a job of its own, of one class."""
    inventory = stock("quartz_jobs.xml", QUARTZ_XML)
    nightly, often = of(inventory, "TokenCleanupJob"), of(inventory, "TokenCleanup")
    assert nightly.settings == {"Cron": "30 2 * * MON-FRI", "TimeZone": "Europe/Berlin"}
    assert often.settings == {"Cron": "*/5 * * * *"}
    assert topics(nightly) == {"overlap", "misfires", "calendars", "state-and-recovery"}
    assert nightly.class_name == often.class_name


def test_what_cannot_move_says_why(stock: Stock) -> None:
    """And is in no settings."""
    inventory = stock("quartz_jobs.xml", QUARTZ_XML)
    stays = inventory.those_that(Verdict.STAYS)
    assert [move.old_identity for move in stays] == ["Invoices", "ByHand"]
    assert "nearest weekday" in stays[0].findings[0].what
    assert "no trigger" in stays[1].findings[0].what
    assert [move.settings for move in stays] == [{}, {}]


def test_a_job_of_which_only_a_part_moves_is_told(stock: Stock) -> None:
    """For it would run in both schedulers."""
    hourly = of(stock("quartz_jobs.xml", QUARTZ_XML), "InvoiceJob")
    assert hourly.settings == {"IntervalInSeconds": 7200}
    assert topics(hourly) == {"overlap", "start-and-end"}
    assert "Its trigger mid-month cannot move" in hourly.findings[-1].what


def test_intervals_can_be_preferred(stock: Stock) -> None:
    """Then the phase is that of the start, which is said."""
    inventory = stock("quartz_jobs.xml", QUARTZ_XML, Preferences(intervals=True))
    often = of(inventory, "TokenCleanup")
    assert often.settings == {"IntervalInSeconds": 300}
    assert "phase" in topics(often)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("<a>\n<b></a>", r"line 2, column 6: this is not XML: mismatched tag"),
        ("<root/>", r"line 1: the document is <root>, not <job-scheduling-data>"),
        (
            QUARTZ_XML.replace("<repeat-interval>10000<", "<repeat-interval>ten<"),
            r"line 20: 'ten' in <simple> is not a whole number\. Correct it\.",
        ),
        (
            QUARTZ_XML.replace("<job-type>Shop.Jobs.ByHandJob, Shop</job-type>", ""),
            r"line \d+: <job> has no <job-type>\. Add it\.",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<x>&a;</x>',
            r"line 1: a document type can hold traps",
        ),
        (f"{'<a>' * 60}{'</a>' * 60}", r"nested too deeply"),
        ("", r"this is not XML: no element found"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', r"klingon|encoding"),
    ],
)
def test_a_broken_file_says_where_and_what_to_do(stock: Stock, broken: str, message: str) -> None:
    """Nothing of it is guessed."""
    with pytest.raises(MigrationError, match=message):
        stock("quartz_jobs.xml", broken)


APPSETTINGS = """{
  // What the scheduler is told.
  "Quartz": {
    "quartz.jobStore.type": "Quartz.Impl.AdoJobStore.JobStoreTX, Quartz",
    "JobStore": { "Clustered": true },
    "Schedule": {
      "Jobs": [
        {
          "Name": "restock", "Group": "shop", "JobType": "Shop.Jobs.RestockJob, Shop",
          "JobDataMap": { "warehouse": "north", "class": "A", "limits": { "a": 1 } },
        },
      ],
      "Triggers": [
        {
          "Name": "office hours", "JobName": "restock", "JobGroup": "shop", "Priority": 7,
          "DailyTimeInterval": {
            "RepeatInterval": 15, "RepeatIntervalUnit": "Minute",
            "StartTimeOfDay": "08:00:00", "EndTimeOfDay": "16:45:00",
            "DaysOfWeek": ["Monday", "Friday"], "TimeZone": "America/Chicago",
          },
        },
        { "Name": "lost", "JobName": "gone", "Simple": { "Interval": "00:00:10" } },
      ],
    },
    "CleanupJob": "0 0 3 * * ?",
  },
}
"""


def test_the_section_quartz_of_appsettings_is_read(stock: Stock) -> None:
    """With comments and trailing commas, flat keys and nested ones."""
    inventory = stock("appsettings.json", APPSETTINGS)
    restock = of(inventory, "RestockJob")
    assert restock.settings == {
        "Cron": "*/15 8-16 * * MON,FRI",
        "TimeZone": "America/Chicago",
        "RunOn": "OneReplica",
        "Warehouse": "north",
        "JobClass": "A",
    }
    assert topics(restock) == {"overlap", "priorities", "job-data"}
    assert any("the trigger lost is for a job" in remark for remark in inventory.remarks)
    assert any("keeps its jobs in a database" in remark for remark in inventory.remarks)


def test_a_cron_by_the_name_of_the_job_is_read(stock: Stock) -> None:
    """A common habit; without a zone it says that there is none, unless one is given."""
    cleanup = of(stock("appsettings.json", APPSETTINGS), "CleanupJob")
    assert (cleanup.settings["Cron"], "time-zones" in topics(cleanup)) == ("0 3 * * *", True)
    told = of(stock("appsettings.json", APPSETTINGS, Preferences("Europe/Paris")), "CleanupJob")
    assert (told.settings["TimeZone"], "time-zones" in topics(told)) == ("Europe/Paris", False)


def test_each_named_scheduler_is_read(stock: Stock) -> None:
    """And each says for itself whether it is clustered."""
    text = """{"Quartz": {"Schedulers": {
      "One": {"JobStore": {"Clustered": true}, "AJob": "0 0/5 * * * ?"},
      "Two": {"Plugin": {"Xml": {"FileNames": "~/quartz_jobs.xml"}}, "BJob": "0 0/5 * * * ?"}
    }}}"""
    inventory = stock("appsettings.json", text)
    assert inventory.settings == {
        "AJob": {"Cron": "*/5 * * * *", "RunOn": "OneReplica"},
        "BJob": {"Cron": "*/5 * * * *"},
    }
    assert inventory.remarks == [
        "Quartz also reads jobs from ~/quartz_jobs.xml: give that file as well."
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{\n"a": "\xff"}', r"line 2: is not UTF-8\. Save it as UTF-8\."),
        (b" " * 10_000_001, r"is larger than 10 MB\. Is it the right file\?"),
    ],
)
def test_a_file_that_is_not_text_or_far_too_large_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """Before anything is made of it."""
    path = tmp_path / "appsettings.json"
    path.write_bytes(content)
    with pytest.raises(MigrationError, match=message):
        read_file(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"Quartz": {"Schedule": {"Jobs": {}}}}', r"Quartz:Schedule:Jobs: must be a list"),
        ('{"Quartz": {"Schedule": {"Jobs": [{}]}}}', r"Jobs:0: Name is missing\. Add it\."),
        (
            '{"Schedule": {"Triggers": [{"Name": "a", "JobName": "b"}]}}',
            r"Triggers:0: it must have one schedule\. Give one of Simple, Cron",
        ),
        (
            (
                '{"Schedule": {"Triggers": [{"Name": "a", "JobName": "b", '
                '"Simple": {"Interval": "x"}}]}}'
            ),
            r"Interval: 'x' is no TimeSpan",
        ),
        ('{"A": 1}', r"has neither a section Quartz"),
        ('{\n"Quartz": }', r"line 2, column 11: this is not JSON"),
        ("[" * 100_000, r"this is not JSON|nested too deeply"),
    ],
)
def test_wrong_settings_say_where_and_what_to_do(stock: Stock, text: str, message: str) -> None:
    """By the path that a settings file has."""
    with pytest.raises(MigrationError, match=message):
        stock("appsettings.json", text)


@pytest.mark.parametrize(
    ("schedule", "section"),
    [
        ('"Simple": {"Interval": "1.00:00:00", "RepeatCount": -1}', {"IntervalInSeconds": 86_400}),
        ('"Simple": {"Interval": "00:00:00.25", "RepeatCount": -1}', {"IntervalInSeconds": 0.25}),
        ('"CalendarInterval": {"RepeatInterval": 90, "RepeatIntervalUnit": "Minute"}',
         {"IntervalInSeconds": 5400}),
        ('"Simple": {"Interval": "00:00:10", "RepeatCount": 4}', {}),
        ('"Simple": {"Interval": "99999.00:00:00", "RepeatCount": -1}', {}),
        ('"Simple": {"Interval": "00:00:00.0001", "RepeatCount": -1}', {}),
        ('"Cron": {"Expression": "0 0 * * * ?", "TimeZone": "India Standard Time"}',
         {"Cron": "0 * * * *", "TimeZone": "Asia/Kolkata"}),
        ('"Cron": {"Expression": "0 0/15 * * * ?", "TimeZone": "India Standard Time"}',
         {"Cron": "*/15 * * * *"}),
        ('"Cron": {"Expression": "0 0 3 * * ?", "TimeZone": "Kamchatka Standard Time"}', {}),
        ('"Simple": {"Interval": "00:00:00", "RepeatCount": -1}', {}),
        ('"CalendarInterval": {"RepeatInterval": 2, "RepeatIntervalUnit": "Month"}', {}),
        ('"CalendarInterval": {"RepeatInterval": 2, "RepeatIntervalUnit": "Week"}', {}),
        ('"DailyTimeInterval": {"RepeatInterval": 7}', {}),
        (('"DailyTimeInterval": {"RepeatInterval": 6, "RepeatIntervalUnit": "Hour",'
         ' "TimeZone": "UTC"}'),
         {"Cron": "0 */6 * * *"}),
    ],
)  # fmt: skip
def test_each_kind_of_trigger(stock: Stock, schedule: str, section: dict[str, object]) -> None:
    """What ends, or counts days and months, cannot move."""
    trigger = f'{{"Name": "t", "JobName": "a", {schedule}}}'
    jobs = '[{"Name": "a", "JobType": "A"}]'
    text = f'{{"Schedule": {{"Jobs": {jobs}, "Triggers": [{trigger}]}}}}'
    (move,) = stock("quartz_jobs.json", text).moves
    assert move.settings == section


@pytest.mark.parametrize(
    ("policy", "clustered", "section", "found"),
    [
        ("Skip", "false", {}, set()),
        ("BufferOne", "false", {"SkipIfRunning": False, "MaxConcurrentRuns": 1}, set()),
        ("BufferOne", "true", {"RunOn": "OneReplica"}, {"overlap"}),
        ("AllowAll", "false", {"SkipIfRunning": False}, {"overlap"}),
        ("CancelPrevious", "false", {}, {"overlap"}),
        ("Default", "false", {}, {"overlap"}),
    ],
)
def test_the_overlap_policy_of_a_trigger_is_kept(
    stock: Stock, policy: str, clustered: str, section: dict[str, object], found: set[str]
) -> None:
    """As far as there is one like it; what moves as it is has no findings."""
    trigger = (
        f'{{"Name": "t", "JobName": "a", "OverlapPolicy": "{policy}", '
        '"Simple": {"Interval": "00:00:10", "RepeatCount": -1}}'
    )
    (move,) = stock(
        "quartz_jobs.json",
        f'{{"quartz.jobStore.clustered": "{clustered}", "Schedule": {{'
        f'"Jobs": [{{"Name": "a", "JobType": "A"}}], "Triggers": [{trigger}]}}}}',
    ).moves
    assert move.settings == {"IntervalInSeconds": 10, **section}
    assert topics(move) == found


@pytest.mark.parametrize("name", ["a.xml", "a.json", "a.csv"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_file_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    """With a message, and never with a traceback."""
    texts = {"a.xml": QUARTZ_XML, "a.json": APPSETTINGS, "a.csv": "id,cron\na,* * * * *\n"}
    text = texts[name]
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(begin + 12, len(text))))
    middle = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from([b"9" * 400, b'"', b"{"])))
    path = tmp_path / name
    path.write_bytes(text[:begin].encode() + middle + text[end:].encode())
    with suppress(MigrationError):
        inventory = take_stock(read_file(path))
        compile(inventory.code, name, "exec")
        assert json.dumps(inventory.settings)


def test_a_zone_that_is_none_is_refused(stock: Stock) -> None:
    """Before it is put into every section."""
    with pytest.raises(MigrationError, match="'Mars/Base' is no time zone"):
        stock("quartz_jobs.xml", QUARTZ_XML, Preferences("Mars/Base"))


def test_no_job_takes_the_name_of_another_section(stock: Stock) -> None:
    """That of the library's own sections, for example."""
    text = QUARTZ_XML.replace("Login.Jobs.PcKeepAliveJob, Login", "Login.History, Login")
    names = set(stock("quartz_jobs.xml", text).settings)
    assert "KeepAlive" in names
    assert not {name.casefold() for name in names} & {"history", "host", "leases"}
