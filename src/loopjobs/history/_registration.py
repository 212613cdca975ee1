"""One line that gives a host a history."""

from collections.abc import Callable
from dataclasses import dataclass

from dishka import Provider, Scope
from pydantic import SecretStr

from loopjobs import Clock, Host, HostBuilder
from loopjobs.history._backlog import Backlog
from loopjobs.history._cleanup import HistoryCleanupJob
from loopjobs.history._cleanup_options import HistoryCleanupJobOptions
from loopjobs.history._opening import open_store
from loopjobs.history._options import HistoryOptions
from loopjobs.history._recent import RecentHistory
from loopjobs.history._store_thread import StoreThread
from loopjobs.history._stored import StoredHistory
from loopjobs.history._views import RunHistory
from loopjobs.history._writer import HistoryWriter


@dataclass(frozen=True, slots=True)
class HistoryTarget:
    """Where a service keeps its history if the settings do not say."""

    url: SecretStr | None = None
    """As in `HistoryOptions`; `None` is nowhere: the history is what the process remembers."""


def add_history(
    builder: HostBuilder, *, default: Callable[..., HistoryTarget] | None = None
) -> HostBuilder:
    """Give a host a history that outlives it; `RunHistory` is injected by its type.

    It binds the sections `History` and `HistoryCleanupJob`, and adds a listener, a hosted service
    and a job. Call it before the jobs are added, so that it stops after them.

    Args:
        builder: What to add it to.
        default: Says where to keep it if `History:Url` does not: a function whose annotated
            parameters are injected, such as the options of the service's own database. Without it
            the history is what the process remembers.
    """
    backlog = Backlog()
    provider = Provider(scope=Scope.APP)
    provider.provide(default or _nowhere, provides=HistoryTarget)
    provider.provide(lambda: backlog, provides=Backlog)
    provider.provide(_writer)
    provider.provide(_history)
    builder.add_options(HistoryOptions, "History").add_provider(provider)
    builder.add_listener(backlog).add_hosted_service(HistoryWriter)
    return builder.add_loop_job(HistoryCleanupJob, HistoryCleanupJobOptions)


def _nowhere() -> HistoryTarget:
    return HistoryTarget()


def _writer(
    options: HistoryOptions, target: HistoryTarget, backlog: Backlog, clock: Clock
) -> HistoryWriter:
    url = options.url or target.url
    thread = None
    if url is not None and options.enabled:
        store = open_store(url.get_secret_value(), options.busy_timeout_in_seconds)
        thread = StoreThread(store, clock)
    return HistoryWriter(options, thread, backlog, clock)


def _history(writer: HistoryWriter, backlog: Backlog, host: Host) -> RunHistory:
    recent = RecentHistory(host, backlog)
    return recent if writer.thread is None else StoredHistory(writer, recent)
