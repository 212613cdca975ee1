"""Who gets what: the dependency graph of the Login service."""

from random import Random, SystemRandom

from dishka import AsyncContainer, Provider, Scope, provide
from fastapi import FastAPI

from login.domain.pacing import KeepAlivePacing
from login.domain.pc_counts import PcCounts
from login.domain.ports import PcProvisioning, PcRepository, SweepStore, TokenCleanupStore
from login.domain.retirement_brake import HoldBoard
from login.domain.retirement_ports import AcknowledgementStore, RetirementStore
from login.http.accounts.refreshing import Refreshing
from login.http.api import create_api
from login.http.jobs_page import PageSignIn
from login.http.keep_alive_intake import KeepAliveIntake
from login.http.keep_alive_limit import KeepAliveLimit
from login.http.options import KeepAliveOptions
from login.http.pc_instruments import PcInstruments
from login.storage.acknowledgements import SqlAcknowledgementStore
from login.storage.pc_repository import SqlPcRepository
from login.storage.provisioning import SqlPcProvisioning
from login.storage.retirement_store import SqlRetirementStore
from login.storage.sweep_store import SqlSweepStore
from login.storage.token_cleanup_store import SqlTokenCleanupStore
from loopjobs.health import HealthChecks
from loopjobs.web import SignIn
from servicekit.database import Database


class StorageProvider(Provider):
    """The database and what stands on it."""

    scope = Scope.APP

    pc_counts = provide(PcCounts)
    retirement_store = provide(SqlRetirementStore, provides=RetirementStore)
    acknowledgements = provide(SqlAcknowledgementStore, provides=AcknowledgementStore)
    hold_board = provide(HoldBoard)

    @provide
    def pcs(self, database: Database, counts: PcCounts) -> PcRepository:
        """Keep PCs in the database."""
        return SqlPcRepository(database, counts)

    @provide
    def provisioning(self, database: Database, counts: PcCounts) -> PcProvisioning:
        """Keep what administrators say of PCs in the database."""
        return SqlPcProvisioning(database, counts)

    @provide
    def sweep_store(self, database: Database, counts: PcCounts) -> SweepStore:
        """Sweep PCs in the database."""
        return SqlSweepStore(database, counts)

    @provide
    def token_cleanup_store(self, database: Database) -> TokenCleanupStore:
        """Clean tokens in the database; how long a statement may take, the job says."""
        return SqlTokenCleanupStore(database)


class HttpProvider(Provider):
    """The web application and what it asks for."""

    scope = Scope.APP

    health = provide(HealthChecks)
    keep_alive_limit = provide(KeepAliveLimit)
    page_sign_in = provide(PageSignIn, provides=SignIn)
    keep_alive_intake = provide(KeepAliveIntake)
    pc_instruments = provide(PcInstruments)

    @provide
    def api(
        self,
        container: AsyncContainer,
        # Measured from the start on, not from the first one on.
        _intake: KeepAliveIntake,
        _refreshing: Refreshing,
        _pcs: PcInstruments,
    ) -> FastAPI:
        """Create the web application."""
        return create_api(container)

    @provide
    def pacing(self, options: KeepAliveOptions, random: Random) -> KeepAlivePacing:
        """Pace the keep-alives."""
        return KeepAlivePacing(options.interval_in_seconds, random)

    @provide
    def random(self) -> Random:
        """Give chance a source."""
        return SystemRandom()
