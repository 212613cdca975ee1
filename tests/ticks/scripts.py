"""Scripts for one job: played on the real loop and on the model, and compared at every step."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from itertools import count
from random import Random
from typing import Any, TypeAlias

from hypothesis import strategies as st

from loopjobs import (
    CancellationToken,
    Event,
    Host,
    HostBuilder,
    JobHandle,
    Ledger,
    LoopJobOptions,
    RunAgain,
    RunRecord,
    current_run,
)
from loopjobs.testing import FakeClock

from .model import FOREVER, Behavior, Book, Model, Rules, Start

Step: TypeAlias = tuple[str, Any]
EPOCH = FakeClock().now()


def behaviors(*, longest: int = 30) -> st.SearchStrategy[tuple[Behavior, ...]]:
    """Draw what the runs do, one after the other; the last one ends a backlog."""
    one = st.builds(
        Behavior,
        seconds=st.integers(0, longest),
        fails=st.booleans(),
        again=st.none() | st.integers(0, 15),
    )
    return st.lists(one, max_size=8).map(lambda drawn: (*drawn, Behavior(1)))


def rules() -> st.SearchStrategy[Rules]:
    """Draw the options of a job."""
    return st.integers(1, 10).flatmap(_rules_of_interval)


def _rules_of_interval(interval: int) -> st.SearchStrategy[Rules]:
    jitter = st.integers(0, interval - 1)
    return jitter.flatmap(
        lambda spread: st.builds(
            Rules,
            interval=st.just(interval),
            initial_delay=st.integers(0, 12),
            skip=st.booleans(),
            most=st.integers(1, 4),
            fixed_delay=st.booleans(),
            jitter=st.just(spread),
            timeout=st.none() | st.integers(1, 25),
            max_backoff=st.none() | st.integers(1, 60),
            shares=st.lists(st.integers(0, spread), min_size=1, max_size=6).map(tuple),
            behaviors=behaviors(),
        )
    )


def steps(*, most: int = 12) -> st.SearchStrategy[list[Step]]:
    """Draw what happens to the job from outside."""
    one = st.one_of(
        st.tuples(st.just("advance"), st.integers(1, 90)),
        st.tuples(st.sampled_from(["pause", "resume", "trigger"]), st.just(0)),
        st.tuples(st.just("stall"), st.integers(1, 60)),
        st.tuples(st.just("step_wall_clock"), st.sampled_from([-86_400, -1, 3_600])),
    )
    return st.lists(one, max_size=most)


def changes() -> st.SearchStrategy[Step]:
    """Draw a reload of the settings with one option changed."""
    keys: dict[str, st.SearchStrategy[object]] = {
        "IntervalInSeconds": st.integers(10, 30),
        "InitialDelayInSeconds": st.integers(0, 12),
        "SkipIfRunning": st.booleans(),
        "MaxConcurrentRuns": st.integers(1, 4),
        "Enabled": st.booleans(),
        "Pacing": st.sampled_from(["FixedRate", "FixedDelay"]),
        "JitterInSeconds": st.just(0),
        "TimeoutInSeconds": st.none() | st.integers(1, 25),
        "MaxBackoffInSeconds": st.none() | st.integers(1, 60),
    }
    return st.one_of(*(st.tuples(st.just(key), values) for key, values in keys.items()))


def marathon(random: Random, *, steps: int) -> tuple[Rules, list[Step]]:
    """Draw one job with short runs, and a long script for it."""
    interval = random.randint(1, 10)
    spread = random.choice([0, random.randint(0, interval - 1)])
    rules = Rules(
        interval=interval,
        skip=random.random() < 0.5,
        most=random.randint(1, 4),
        fixed_delay=random.random() < 0.2,
        jitter=spread,
        timeout=random.choice([None, random.randint(1, 25)]),
        max_backoff=random.choice([None, random.randint(1, 60)]),
        shares=tuple(random.randint(0, spread) for _ in range(6)),
        behaviors=tuple(_behavior(random) for _ in range(12)),
    )
    return rules, [_step(random, interval) for _ in range(steps)]


def _behavior(random: Random) -> Behavior:
    again = random.choice([None, None, None, random.randint(1, 15)])
    return Behavior(random.choice([0, 1, 3, 9, 14]), random.random() < 0.3, again)


def _step(random: Random, interval: int) -> Step:
    kinds = ["advance", "advance", "pause", "resume", "resume", "trigger", "stall"]
    verb = random.choice(kinds)
    return verb, random.randint(1, 30 * interval if verb == "advance" else 60)


class Play:
    """One job on a real host in virtual time, with the law of the ledger checked at each event."""

    def __init__(self, rules: Rules, clock: FakeClock) -> None:
        self.clock = clock
        self.rules = rules
        self.starts: list[Start] = []
        self.at_once = 0
        self.breaches: list[object] = []
        self.asked: list[asyncio.Task[RunRecord]] = []
        self.settings = _settings(rules)
        self._stepped = 0
        self.host: Host = self._build()
        self.job: JobHandle = self.host.jobs["job"]

    async def take(self, step: Step) -> None:
        """Do one step of a script."""
        verb, value = step
        if verb == "advance":
            await self.clock.advance(value)
        elif verb == "trigger":
            # What a stall made late comes first.
            await self.clock.advance(0)
            self.asked.append(asyncio.create_task(self.job.trigger()))
            await self.clock.advance(0)
        elif verb == "step_wall_clock":
            self.clock.step_wall_clock(value)
            self._stepped += value
        elif verb == "stall":
            self.clock.stall(value)
        elif verb in {"pause", "resume"}:
            await getattr(self.job, verb)()
        else:
            await self.change(**{verb: value})

    async def change(self, **options: object) -> None:
        """Reload the settings with these options changed."""
        self.settings.update(options)
        assert not await self.host.reload_settings()
        await self.clock.settle()

    def check_law(self, event: object = None) -> None:
        """Note every ledger whose slots are not all accounted for."""
        status = self.job.status()
        for ledger in (status.ledger, status.by_hand):
            if ledger.due != ledger.settled + ledger.in_flight:
                self.breaches.append((event, ledger))

    def seen(self) -> dict[str, object]:
        """Return everything about the job that the model knows too."""
        status = self.job.status()
        next_due = FOREVER
        if status.next_due_at is not None:
            next_due = (status.next_due_at - EPOCH).total_seconds() - self._stepped
        return {
            "now": self.clock.monotonic(),
            "next_due": next_due,
            "state": status.state.value,
            "failures": status.consecutive_failures,
            "ledger": _entries(status.ledger),
            "by_hand": _entries(status.by_hand),
            "starts": self.starts,
        }

    def _build(self) -> Host:
        builder = HostBuilder(
            settings_files=(),
            settings={"Host": {"ShutdownTimeoutInSeconds": 0}, "job": self.settings},
            clock=self.clock,
        )
        builder.add_loop_job(self._body(), LoopJobOptions, name="job").add_listener(self._hear)
        host = builder.build()
        draws = count()
        # The one thing here that is not in the public surface: chance.
        random = host._parts.context.random
        random.uniform = lambda a, b: self.rules.share(next(draws)) if b else a  # type: ignore[method-assign]
        return host

    def _body(self) -> Callable[[CancellationToken], Any]:
        numbers = count()

        async def body(ct: CancellationToken) -> RunAgain | None:
            behavior = self.rules.behavior(next(numbers))
            run, now = current_run(), self.clock.monotonic()
            wall = (self.clock.now() - run.due_at).total_seconds()
            self.starts.append(Start(now, run.slot, now - wall, run.lateness, run.attempt))
            self._check_bound()
            self.at_once += 1
            try:
                await self.clock.sleep(behavior.seconds) if behavior.seconds else None
            finally:
                self.at_once -= 1
            if behavior.fails:
                raise OSError("as told")
            return None if behavior.again is None else RunAgain(behavior.again)

        return body

    def _check_bound(self) -> None:
        options = self.job.status().options
        most = 1 if options.skip_if_running else options.max_concurrent_runs
        if self.at_once >= most:
            self.breaches.append(f"{self.at_once + 1} runs at once, {most} allowed")

    def _hear(self, event: Event) -> None:
        self.check_law(event)


def expected(model: Model) -> dict[str, object]:
    """Return what `Play.seen` should return."""
    return {
        "now": model.now,
        "next_due": model.next_due,
        "state": model.state,
        "failures": model.failures,
        "ledger": _book(model.ledger, model.in_flight(by_hand=False)),
        "by_hand": _book(model.by_hand, model.in_flight(by_hand=True)),
        "starts": model.starts,
    }


async def compare(rules: Rules, script: list[Step]) -> int:
    """Play the script on both, compare after each step and after the stop; return the slots."""
    model, play = Model(rules), Play(rules, FakeClock())
    async with play.host:
        for step in [("advance", 0), *script]:
            await play.take(step)
            _take(model, step)
            assert play.seen() == expected(model), step
            play.check_law(step)
        await play.clock.advance(0)
        model.advance(0)
        await play.clock.pass_until(asyncio.ensure_future(play.host.stop()))
        model.stop()
    status = play.job.status()
    assert _entries(status.ledger) == _book(model.ledger, 0)
    assert _entries(status.by_hand) == _book(model.by_hand, 0)
    assert play.breaches == []
    assert all(task.done() for task in play.asked)
    return model.ledger.due


def _take(model: Model, step: Step) -> None:
    verb, value = step
    if verb == "advance":
        model.advance(value)
    elif verb == "trigger":
        model.advance(0)
        model.trigger()
        model.advance(0)
    elif verb == "stall":
        model.now += value
    elif verb in {"pause", "resume"}:
        model.paused = verb == "pause"


def _settings(rules: Rules) -> dict[str, object]:
    return {
        "IntervalInSeconds": rules.interval,
        "InitialDelayInSeconds": rules.initial_delay,
        "SkipIfRunning": rules.skip,
        "MaxConcurrentRuns": rules.most,
        "Pacing": "FixedDelay" if rules.fixed_delay else "FixedRate",
        "JitterInSeconds": rules.jitter,
        "TimeoutInSeconds": rules.timeout,
        "MaxBackoffInSeconds": rules.max_backoff,
    }


def _entries(ledger: Ledger) -> dict[str, int]:
    return {name: number for name, number in asdict(ledger).items() if number}


def _book(book: Book, in_flight: int) -> dict[str, int]:
    entries = {"due": book.due, "in_flight": in_flight, **book.outcomes}
    return {name: number for name, number in entries.items() if number}
