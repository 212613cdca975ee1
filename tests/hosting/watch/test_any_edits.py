"""Whatever is done to the files, only what stood there as a whole is ever in force."""

import json
import os
import tempfile
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopjobs import CancellationToken, Host, HostBuilder, LoopJobOptions
from loopjobs.testing import FakeClock

Step = tuple[str, int, float]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "half", "bad", "replace", "swap", "remove", "touch"]),
        st.integers(2, 9),
        st.sampled_from([0.0, 0.1, 0.5, 1.9, 2.0, 2.5, 7.0]),
    ),
    max_size=12,
)


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = 1_000
    limit: int = 1


async def sweep(ct: CancellationToken) -> None:
    pass


def limit_of(host: Host) -> object:
    return host.jobs["sweep"].status().options.model_dump()["limit"]


class Files:
    """An optional settings file, and what a reading of it may give: `None` if it is bad."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "appsettings.json"
        self._seconds = count(1_800_000_000)
        self.whole: int | None = 1
        self.ever_whole = {1}

    def take(self, step: str, limit: int) -> None:
        """Do one thing to the file."""
        getattr(self, step)(limit)
        if self.whole is not None:
            self.ever_whole.add(self.whole)

    def write(self, limit: int) -> None:
        self._write(self._file, json.dumps({"sweep": {"Limit": limit}}))
        self.whole = limit

    def half(self, limit: int) -> None:
        self._write(self._file, json.dumps({"sweep": {"Limit": limit}})[:-3])
        self.whole = None

    def bad(self, limit: int) -> None:
        self._write(self._file, json.dumps({"sweep": {"Limit": f"{limit} or so"}}))
        self.whole = None

    def replace(self, limit: int) -> None:
        draft = self._file.with_name("draft")
        self._write(draft, json.dumps({"sweep": {"Limit": limit}}))
        draft.replace(self._file)
        self.whole = limit

    def swap(self, limit: int) -> None:
        version = self._file.with_name(f"version {limit}")
        self._write(version, json.dumps({"sweep": {"Limit": limit}}))
        link = self._file.with_name("link")
        link.symlink_to(version)
        link.replace(self._file)
        self.whole = limit

    def remove(self, limit: int) -> None:
        self._file.unlink(missing_ok=True)
        self.whole = 1

    def touch(self, limit: int) -> None:
        if self._file.exists():
            self._age(self._file)

    def _write(self, file: Path, text: str) -> None:
        file.write_text(text, encoding="utf-8")
        self._age(file)

    def _age(self, file: Path) -> None:
        second = next(self._seconds)
        os.utime(file, (second, second))


@settings(
    max_examples=settings().max_examples,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
async def test_the_last_whole_state_is_in_force_once_the_files_stand_still(
    steps: list[Step], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In between only options that stood in a file as a whole are ever seen."""
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        monkeypatch.chdir(folder)
        clock, files = FakeClock(), Files(Path(folder))
        builder = HostBuilder(clock=clock).add_loop_job(sweep, SweepOptions)
        async with builder.build() as host:
            for step, limit, pause in steps:
                files.take(step, limit)
                await clock.advance(pause)
                assert limit_of(host) in files.ever_whole
            before = limit_of(host)
            await clock.advance(5)
            assert limit_of(host) == (before if files.whole is None else files.whole)
        monkeypatch.chdir(directory)
