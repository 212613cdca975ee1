"""Login as it would be if keep-alives shared no transactions."""

from datetime import datetime

from dishka import Provider, Scope

from login.domain.pc_credential import PcCredential
from login.domain.ports import PcRepository
from login.storage.changes import heard
from login.storage.pc_repository import SqlPcRepository
from login.storage.pc_statements import touches_a_row
from login.storage.speakers import update_speaker
from loopjobs import HostBuilder
from servicekit.database import Database
from servicekit.mac import MacAddress


class OneByOne(SqlPcRepository):
    """The PCs, where each keep-alive has a transaction of its own."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._store = database

    async def keep_alive(self, mac: MacAddress, credential: PcCredential, now: datetime) -> None:
        """Note that a PC was heard."""
        async with self._store.writing() as session:
            await touches_a_row(session, update_speaker(mac, credential).values(heard(now)))


def take_one_by_one(builder: HostBuilder) -> None:
    """Let a Login take each keep-alive in by itself."""
    instead = Provider(scope=Scope.APP)
    instead.provide(OneByOne, provides=PcRepository)
    builder.add_provider(instead)
