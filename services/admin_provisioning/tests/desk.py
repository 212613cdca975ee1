"""Somebody who sends lists, and what workers and time make of them."""

from uuid import UUID

import httpx
from sqlalchemy import text, update

from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from loopjobs import Clock
from servicekit.database import Database
from servicekit.testing import TokenMint

from .tables import count

ME = "user:7"
READ, WRITE = "provisioning:read", "provisioning:write"
PATH = "/v1/bulk-jobs"
CSV = "mac,hostname\r\n001b21000001,lab-01\r\n001b21000002,lab-02\r\nnonsense,lab-03\r\n"


class Desk:
    """Speaks to the service as one person, and to its tables behind its back."""

    def __init__(
        self, client: httpx.AsyncClient, mint: TokenMint, database: Database, clock: Clock
    ) -> None:
        self._client = client
        self._mint = mint
        self._database = database
        self._clock = clock

    async def send(
        self,
        content: str | bytes = CSV,
        *,
        kind: str = "pc_import",
        key: str | None = None,
        who: str = ME,
        scopes: tuple[str, ...] = (WRITE,),
    ) -> httpx.Response:
        """Send a CSV file."""
        headers = self._mint.headers(who, *scopes)
        if key is not None:
            headers["Idempotency-Key"] = key
        body = content.encode() if isinstance(content, str) else content
        files = {"file": ("pcs.csv", body, "text/csv")}
        return await self._client.post(PATH, data={"kind": kind}, files=files, headers=headers)

    async def send_json(self, body: object, key: str | None = None) -> httpx.Response:
        """Send a list as JSON."""
        headers = self._mint.headers(ME, WRITE)
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self._client.post(PATH, json=body, headers=headers)

    async def sent(self, content: str = CSV, *, key: str | None = None, who: str = ME) -> str:
        """Send a CSV file that is taken; returns the path of its job."""
        response = await self.send(content, key=key, who=who)
        assert response.status_code == 202, response.text
        return str(response.headers["location"])

    async def ask(
        self, request_line: str, who: str = ME, scopes: tuple[str, ...] = (WRITE,)
    ) -> httpx.Response:
        """Send a request without a body, as in `GET /v1/bulk-jobs`."""
        method, path = request_line.split()
        return await self._client.request(method, path, headers=self._mint.headers(who, *scopes))

    async def change(self, path: str, **values: object) -> None:
        """Make something of a job that the endpoints never would."""
        job_id = UUID(path.rpartition("/")[2])
        async with self._database.writing() as session:
            await session.execute(update(BulkJobRow).where(BulkJobRow.id == job_id).values(values))

    async def finish(self, path: str, state: str = "partial") -> None:
        """Let a job end."""
        await self.change(path, state=state, finished_at=self._clock.now(), outcome=None)

    async def run(self, path: str) -> None:
        """Give a job to a worker."""
        await self.change(
            path, state="running", worker_id="w", lease_until=self._clock.now(), attempt=1
        )

    async def fail_rows(self, path: str, code: str) -> None:
        """Let the rows that wait fail at the Login service, and the job end."""
        job_id = UUID(path.rpartition("/")[2])
        pending = (BulkJobItemRow.job_id == job_id, BulkJobItemRow.state == "pending")
        async with self._database.writing() as session:
            await session.execute(
                update(BulkJobItemRow)
                .where(*pending)
                .values(state="failed", error_code=code, error="no")
            )
        await self.change(path, failed_count=BulkJobRow.total_count)
        await self.finish(path, "failed")

    async def archive(self) -> None:
        """Leave of all jobs what the cleanup leaves."""
        async with self._database.writing() as session:
            await session.execute(
                text(
                    "INSERT INTO bulk_job_archive SELECT id, kind, 'partial', owner_id,"
                    " idempotency_key, total_count, ok_count, failed_count, created_at,"
                    " finished_at, created_at FROM bulk_jobs"
                )
            )
            await session.execute(text("DELETE FROM bulk_job_items"))
            await session.execute(text("DELETE FROM bulk_jobs"))

    async def spoil_rows(self) -> None:
        """Let no row say anything that can be understood."""
        async with self._database.writing() as session:
            await session.execute(update(BulkJobItemRow).values(payload=[1]))

    async def count(self, model: type[BulkJobRow | BulkJobItemRow]) -> int:
        """Return how many rows a table has."""
        return await count(self._database, model)

    async def job(self, path: str) -> BulkJobRow:
        """Return the row of a job."""
        async with self._database.reading() as session:
            return await session.get_one(BulkJobRow, UUID(path.rpartition("/")[2]))
