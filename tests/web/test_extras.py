"""Files, and the store of runs."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from loopjobs import Host, Outcome, RunRecord
from loopjobs.history import SkippedSlots, StoredRun
from loopjobs.testing import FakeClock
from loopjobs.web import JobsApp, create_jobs_app

from .visitors import OPERATOR, VIEWER, Tokens, browser

PATH = "/api/jobs/quick/history"


class FakeHistory:
    """Remembers runs of another process."""

    away_since: datetime | None = None

    def __init__(self) -> None:
        self.runs: list[StoredRun] = []
        self.stretches: list[SkippedSlots] = []

    def add(self, record: RunRecord) -> None:
        run = replace(record, run_id=f"other-{len(self.runs)}")
        self.runs.insert(0, StoredRun(run, "other:7", record.due_at, str(len(self.runs))))

    async def latest(
        self, job: str, *, limit: int = 50, before: str | None = None
    ) -> Sequence[StoredRun]:
        if before is not None and not before.isdecimal():
            raise ValueError(before)
        older = [run for run in self.runs if before is None or int(run.cursor) < int(before)]
        return older[:limit] if job == "quick" else []

    async def skipped(
        self, job: str, *, limit: int = 50, before: str | None = None
    ) -> Sequence[SkippedSlots]:
        return self.stretches[:limit]


@pytest.mark.parametrize(
    ("file", "media_type"),
    [
        ("page.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_files_are_for_everybody(
    stranger: httpx.AsyncClient, file: str, media_type: str
) -> None:
    """The sign-in needs them, too."""
    answer = await stranger.get(f"/static/{file}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content


@pytest.mark.parametrize("path", ["x.css", "..%2f__init__.py", "%2e%2e/_page.py", "", "page.css/"])
async def test_no_other_file_is_given_away(stranger: httpx.AsyncClient, path: str) -> None:
    """There is no way out of the folder, for no path is ever looked up in it."""
    assert (await stranger.get(f"/static/{path}")).status_code == 404


async def test_the_store_tells_of_runs_of_other_processes(
    host: Host, clock: FakeClock, tokens: Tokens
) -> None:
    """With who ran them, page by page; tracebacks are for operators all the same."""
    history = FakeHistory()
    app = create_jobs_app(host, authorization=tokens, history=history)
    async with host, browser(app, VIEWER) as client:
        await clock.advance(5)
        record = replace(host.jobs["quick"].history()[0], traceback="Traceback", error="E: e")
        for _ in range(3):
            history.add(record)
        first = (await client.get(f"{PATH}?limit=2")).json()
        second = (await client.get(f"{PATH}?limit=2&before={first['next']}")).json()
        assert (await client.get(f"{PATH}?before=x")).status_code == 400
        page = (await client.get("/job/quick")).text
        by_operator = (await client.get("/api/jobs/quick", headers=OPERATOR)).json()
    assert [run["run_id"] for run in first["runs"]] == ["other-2", "other-1"]
    assert [run["run_id"] for run in second["runs"]] == ["other-0"]
    assert (second["next"], first["runs"][0]["replica"]) == (None, "other:7")
    assert "Traceback" not in page
    assert by_operator["runs"][0]["traceback"] == "Traceback"


async def test_the_store_tells_when_nothing_ran(host: Host, tokens: Tokens) -> None:
    """And why, newest first. A slot that another replica had did have a run."""
    history, began = FakeHistory(), datetime(2026, 1, 1, tzinfo=UTC)
    app = create_jobs_app(host, authorization=tokens, history=history)
    outcomes = [Outcome.SKIPPED_PAUSED, Outcome.SKIPPED_ELSEWHERE, *[Outcome.MISSED] * 20]
    history.stretches = [
        SkippedSlots("quick", "other:7", outcome, 3, began, began + timedelta(seconds=20), "0")
        for outcome in outcomes
    ]
    async with browser(app, VIEWER) as client:
        told = (await client.get("/api/jobs/quick")).json()["skipped"]
        page = (await client.get("/job/quick")).text
    assert [each["outcome"] for each in told] == ["skipped_paused", *["missed"] * 9]
    assert told[0] == {
        "outcome": "skipped_paused",
        "count": 3,
        "first_at": "2026-01-01T00:00:00Z",
        "last_at": "2026-01-01T00:00:20Z",
        "replica": "other:7",
    }
    assert "Why nothing ran" in page
    assert 'datetime="2026-01-01T00:00:20+00:00"' in page


async def test_without_a_store_nobody_knows_when_nothing_ran(
    host: Host, viewer: httpx.AsyncClient
) -> None:
    """A process counts such slots, and the page says no more than is known."""
    assert (await viewer.get("/api/jobs/quick")).json()["skipped"] == []
    assert "Why nothing ran" not in (await viewer.get("/job/quick")).text


async def test_actions_are_slowed_down(
    host: Host, operator: httpx.AsyncClient, clock: FakeClock
) -> None:
    """Thirty a minute for each operator, all at once or one by one; looking is free."""
    path, headers = "/api/jobs/quick/pause", {"X-Loopjobs-Action": "pause"}
    async with host:
        codes = [(await operator.post(path, headers=headers)).status_code for _ in range(31)]
        refused = await operator.post(path, headers=headers)
        assert codes == [200] * 30 + [429]
        assert (refused.headers["retry-after"], refused.json()["status"]) == ("2", 429)
        assert (await operator.get("/api/jobs")).status_code == 200
        await clock.advance(2)
        assert (await operator.post(path, headers=headers)).status_code == 200
        actions = (await operator.get("/api/jobs/quick")).json()["actions"]
    results = [each["result"] for each in actions]
    assert (results[0], results.count("done"), results.count("too often")) == ("done", 31, 1)


async def test_actions_are_written_down(
    host: Host, operator: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """As a line with fields, and for the page."""
    with caplog.at_level(logging.INFO, "loopjobs.audit"):
        async with host:
            headers = {"X-Loopjobs-Action": "trigger"}
            await operator.post("/api/jobs/broken/trigger", headers=headers)
        headers = {"X-Loopjobs-Action": "pause"}
        await operator.post("/api/jobs/broken/pause", headers=headers)
        lines = [record for record in caplog.records if record.name == "loopjobs.audit"]
        seen = (await operator.get("/api/jobs/broken")).json()["actions"]
    assert [line.getMessage() for line in lines] == [
        "olga: trigger broken from 127.0.0.1: failed",
        "olga: pause broken from 127.0.0.1: refused",
    ]
    fields = {key: vars(lines[0])[key] for key in ("who", "action", "job", "address", "result")}
    assert fields == {
        "who": "olga",
        "action": "trigger",
        "job": "broken",
        "address": "127.0.0.1",
        "result": "failed",
    }
    assert [(each["who"], each["result"]) for each in seen] == [
        ("olga", "refused"),
        ("olga", "failed"),
    ]


async def test_nobody_hides_behind_refusals(
    host: Host, app: JobsApp, clock: FakeClock, operator: httpx.AsyncClient
) -> None:
    """A viewer may try as often as they like: the page has the last of each kind, the log all."""
    async with host, browser(app, VIEWER) as viewer:
        for action in ("pause", "resume") * 30:
            headers = {"X-Loopjobs-Action": action}
            await operator.post(f"/api/jobs/quick/{action}", headers=headers)
            await viewer.post(f"/api/jobs/quick/{action}", headers=headers)
            await clock.advance(2)
            await viewer.get("/job/quick/run")
        actions = (await operator.get("/api/jobs/quick")).json()["actions"]
    assert [each["at"] for each in actions] == sorted(
        (each["at"] for each in actions), reverse=True
    )
    done = [each for each in actions if each["who"] == "olga"]
    assert [each["action"] for each in done] == ["resume", "pause"] * 25
    refused = [(each["action"], each["result"]) for each in actions if each["who"] == "victor"]
    assert sorted(refused) == [(action, "forbidden") for action in ("pause", "resume", "trigger")]


async def test_a_name_breaks_no_line_of_the_audit(
    host: Host, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the authorization calls somebody."""
    name = "olga\nvictor: trigger quick"
    tokens.visitors[OPERATOR["Authorization"]] = replace(
        tokens.visitors[OPERATOR["Authorization"]], name=name
    )
    app = create_jobs_app(host, authorization=tokens)
    with caplog.at_level(logging.INFO, "loopjobs.audit"):
        async with host, browser(app, OPERATOR) as client:
            headers = {"X-Loopjobs-Action": "pause"}
            await client.post("/api/jobs/quick/pause", headers=headers)
    (line,) = [each for each in caplog.messages if "pause quick" in each]
    assert line == r"olga\nvictor: trigger quick: pause quick from 127.0.0.1: done"
