"""Names, errors and counters may hold anything; pages keep their own shape."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs import HostBuilder, LoopJobOptions, Outcome, RunRecord
from loopjobs.testing import FakeClock
from loopjobs.web import Visitor
from loopjobs.web._overview import Overview
from loopjobs.web._page import ConfirmView, Page, SignInView
from loopjobs.web._rows import detail_of
from loopjobs.web._runs import run_view
from loopjobs.web._templates import render
from loopjobs.web._views import ActionView, CounterPoint, JobView, OverviewView, SkippedView

from .conftest import quick

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE: Final = "<>&\"'`=/ \u2028\u202eaz%{}\\\0\n\udc80"
TEXTS: Final = st.text(st.sampled_from(HOSTILE) | st.characters(), min_size=1)
TAGS: Final = re.compile(r"<(/?[a-zA-Z!][^\s>]*)((?:[^>\"]|\"[^\"]*\")*)>")
VALUES: Final = re.compile(r"\"[^\"]*\"")


class Drawer:
    """Draws every page, with the same view of a host but for a text in each place."""

    def __init__(self) -> None:
        clock = FakeClock(NOW)
        settings = {"quick": {"IntervalInSeconds": 10}}
        builder = HostBuilder(settings_files=(), settings=settings, clock=clock)
        host = builder.add_loop_job(quick, LoopJobOptions).build()
        self._view = Overview(host, clock, "Login", lambda: "here:1").read()
        job = host.jobs["quick"]
        self._job = detail_of(job, host.settings["quick"], [], [], [], with_traceback=True)

    def shapes(self, text: str) -> list[list[tuple[str, str]]]:
        """Return the tags of each page, with the names of their attributes."""
        pages = {
            "overview.html": self._overview(text),
            "job.html": self._detail(text),
            "confirm.html": ConfirmView(text, "run", "waiting", text),
            "sign_in.html": SignInView(text, text, "/"),
        }
        drawn = [self._draw(name, view, text) for name, view in pages.items()]
        return [[(tag, VALUES.sub("", rest)) for tag, rest in TAGS.findall(page)] for page in drawn]

    def _overview(self, text: str) -> OverviewView:
        (row,) = self._view.jobs
        run = run_view(_failed(text))
        row = replace(row, name=text, description=text, reason=text, last_run=run)
        return replace(self._view, jobs=[row], last_blockage=text, replica=text)

    def _detail(self, text: str) -> JobView:
        option = replace(self._job.options[0], key=text, value=text, source=text)
        return replace(
            self._job,
            name=text,
            description=text,
            reason=text,
            options=[option],
            runs=[run_view(_failed(text), with_traceback=True, replica=text)],
            reported_over_time={text: [CounterPoint(NOW, 1.0), CounterPoint(NOW, 2.0)]},
            skipped=[SkippedView("missed", 2, NOW, NOW, each) for each in (text, "b")],
            actions=[ActionView(NOW, text, text, text)],
        )

    def _draw(self, template: str, view: object, text: str) -> str:
        page = Page(
            view=view,
            title=text,
            root="/jobs",
            now=NOW,
            visitor=Visitor(text, may_operate=True),
            csrf="token",
            flash="",
            has_sign_in=True,
        )
        return render(template, page)


def _failed(text: str) -> RunRecord:
    return RunRecord(
        run_id="1",
        job=text,
        outcome=Outcome.FAILED,
        due_at=NOW,
        started_at=NOW,
        duration=1.0,
        error=text,
        traceback=text,
        reported={text: 1.0},
    )


@pytest.fixture(scope="module")
def drawer() -> Drawer:
    """Made once, for its host never changes."""
    return Drawer()


@given(text=TEXTS)
def test_no_text_becomes_markup(drawer: Drawer, text: str) -> None:
    """Pages have the very tags and attributes that they have with a harmless word."""
    assert drawer.shapes(text) == drawer.shapes("harmless")
