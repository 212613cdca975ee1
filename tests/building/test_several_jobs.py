"""One class, and one options class, may serve several jobs."""

from collections.abc import Callable

from dishka import FromDishka, Provider, Scope

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, Options, OptionsMonitor
from loopjobs.testing import FakeClock

NewBuilder = Callable[..., HostBuilder]
Seen = list[tuple[str, int, int, int, int]]


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    size: int = 1


class Mail(Options):
    size: int = 1


class Sink:
    def __init__(self) -> None:
        self.seen: Seen = []


class Sweep:
    def __init__(
        self, sink: Sink, options: SweepOptions, monitor: OptionsMonitor[SweepOptions]
    ) -> None:
        self.sink = sink
        self.options = options
        self.monitor = monitor

    async def execute(
        self,
        ct: CancellationToken,
        options: FromDishka[SweepOptions],
        monitor: FromDishka[OptionsMonitor[SweepOptions]],
    ) -> None:
        sizes = (self.options.size, self.monitor.current.size, options.size, monitor.current.size)
        self.sink.seen.append(("class", *sizes))


async def sweep(
    ct: CancellationToken,
    sink: FromDishka[Sink],
    options: FromDishka[SweepOptions],
    monitor: FromDishka[OptionsMonitor[SweepOptions]],
) -> None:
    sizes = (options.size, monitor.current.size, options.size, monitor.current.size)
    sink.seen.append(("function", *sizes))


def provider() -> Provider:
    made = Provider(scope=Scope.APP)
    made.provide(Sink)
    return made


async def test_each_job_has_its_own_options_and_its_own_monitor(
    new_builder: NewBuilder, clock: FakeClock
) -> None:
    """By constructor and by execute, in classes and in functions."""
    settings = {"A": {"Size": 1}, "B": {"Size": 2}, "C": {"Size": 3}, "D": {"Size": 4}}
    builder = new_builder(settings).add_provider(provider())
    builder.add_loop_job(Sweep, SweepOptions, name="A").add_loop_job(Sweep, SweepOptions, name="B")
    builder.add_loop_job(sweep, SweepOptions, name="C").add_loop_job(sweep, SweepOptions, name="D")
    async with builder.build() as host:
        await clock.advance(0)
        seen = (await host.container.get(Sink)).seen
        # Jobs that are due together do not wait for each other's construction.
        assert sorted(seen) == [
            ("class", 1, 1, 1, 1),
            ("class", 2, 2, 2, 2),
            ("function", 3, 3, 3, 3),
            ("function", 4, 4, 4, 4),
        ]


async def test_a_reload_reaches_each_job_with_its_own_options(
    new_builder: NewBuilder, clock: FakeClock
) -> None:
    """What is injected for a run is of that run; what the constructor got stays as it was."""
    settings: dict[str, object] = {"A": {"Size": 1}, "B": {"Size": 2}}
    builder = new_builder(settings).add_provider(provider())
    builder.add_loop_job(Sweep, SweepOptions, name="A").add_loop_job(Sweep, SweepOptions, name="B")
    async with builder.build() as host:
        sink = await host.container.get(Sink)
        await clock.advance(0)
        sink.seen.clear()
        settings["B:Size"] = 5
        settings["A"] = {"Size": 7}
        settings["B"] = {}
        assert await host.reload_settings() == ()
        await clock.advance(10)
        assert sink.seen == [("class", 1, 7, 7, 7), ("class", 2, 5, 5, 5)]


async def test_options_of_no_job_win_where_everybody_may_ask(
    new_builder: NewBuilder, clock: FakeClock
) -> None:
    """A class bound by add_options means that section, except to the jobs that have it, too."""
    seen: list[int] = []

    class Library:
        def __init__(self, options: SweepOptions, mail: Mail) -> None:
            seen.extend([options.size, mail.size])

    async def ask(
        ct: CancellationToken, library: FromDishka[Library], options: FromDishka[SweepOptions]
    ) -> None:
        seen.append(options.size)

    own = Provider(scope=Scope.APP)
    own.provide(Library)
    builder = new_builder({"A": {"Size": 1}, "Plain": {"Size": 2}, "Mail": {"Size": 3}})
    builder.add_options(SweepOptions, "Plain").add_options(Mail, "Mail").add_provider(own)
    async with builder.add_loop_job(ask, SweepOptions, name="A").build():
        await clock.advance(0)
    assert seen == [2, 3, 1]
