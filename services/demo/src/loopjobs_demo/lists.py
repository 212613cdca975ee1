"""Lists of PCs, as somebody exports them from a spreadsheet and uploads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import httpx

from login.client import PcIdentity
from loopjobs import Clock

_LOOK_EVERY: Final = 0.25
_FINISHED: Final = frozenset({"succeeded", "partial", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class BulkJobSeen:
    """A bulk job, as the service shows it."""

    id: str
    state: str
    total: int
    ok: int
    failed: int

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in _FINISHED


def spreadsheet(pcs: Iterable[PcIdentity], *broken: str) -> bytes:
    """Return a list as a German spreadsheet exports it: UTF-16, semicolons, CRLF.

    Args:
        pcs: the PCs in the list.
        broken: lines that somebody got wrong, put at the end.
    """
    lines = ["Mac-Adresse;Computername"]
    lines += [f"{str(pc.mac).replace(':', '-').upper()};{pc.hostname}" for pc in pcs]
    return "\r\n".join([*lines, *broken, ""]).encode("utf-16")


class Uploader:
    """Uploads lists to the AdminProvisioning service and sees what becomes of them.

    Args:
        http: speaks to the service, with an access token.
        clock: paces the looking.
    """

    def __init__(self, http: httpx.AsyncClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def upload(self, kind: str, content: bytes) -> BulkJobSeen:
        """Upload a list; returns the job that was made of it."""
        response = await self._http.post(
            "/v1/bulk-jobs", data={"kind": kind}, files={"file": ("pcs.csv", content, "text/csv")}
        )
        return _seen(response)

    async def follow(self, job: BulkJobSeen) -> BulkJobSeen:
        """Wait for the end of a job."""
        while not job.is_finished:
            await self._clock.sleep(_LOOK_EVERY)
            job = _seen(await self._http.get(f"/v1/bulk-jobs/{job.id}"))
        return job

    async def bad_rows(self, job: BulkJobSeen) -> list[str]:
        """Return what is wrong with the rows that failed."""
        response = await self._http.get(f"/v1/bulk-jobs/{job.id}/items", params={"state": "failed"})
        response.raise_for_status()
        return [f"row {item['row_no']}: {item['error']}" for item in response.json()["items"]]


def _seen(response: httpx.Response) -> BulkJobSeen:
    response.raise_for_status()
    answer = response.json()
    return BulkJobSeen(
        id=answer["id"],
        state=answer["state"],
        total=answer["total_count"],
        ok=answer["ok_count"],
        failed=answer["failed_count"],
    )
