"""The lists that the demonstration uploads."""

import asyncio
import io
from dataclasses import dataclass, field

import httpx
import pytest

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.lists import read_csv
from login.client.fleet import lab_identities
from loopjobs.testing import FakeClock
from loopjobs_demo.lists import BulkJobSeen, Uploader, spreadsheet

PCS = tuple(lab_identities(2, 1))


@dataclass
class FakeProvisioning:
    """A service that works at a job while it is looked at."""

    states: list[str] = field(default_factory=lambda: ["queued", "running", "partial"])
    uploads: list[bytes] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        match request.method, request.url.path:
            case "POST", "/v1/bulk-jobs":
                self.uploads.append(request.read())
                return httpx.Response(202, json=self._job())
            case "GET", "/v1/bulk-jobs/7":
                return httpx.Response(200, json=self._job())
            case "GET", "/v1/bulk-jobs/7/items" if request.url.params["state"] == "failed":
                items = [{"row_no": 4, "error": "mac: is missing"}]
                return httpx.Response(200, json={"items": items})
        return httpx.Response(404)

    def _job(self) -> dict[str, object]:
        state = self.states.pop(0)
        return {"id": "7", "state": state, "total_count": 3, "ok_count": 2, "failed_count": 1}


def _uploader(service: FakeProvisioning, clock: FakeClock) -> Uploader:
    transport = httpx.MockTransport(service)
    return Uploader(httpx.AsyncClient(transport=transport, base_url="http://service"), clock)


def test_the_service_reads_what_the_spreadsheet_exports() -> None:
    """Each PC arrives with its address and name, and the broken row is found, by its number."""
    file = io.BytesIO(spreadsheet(PCS, "02-00;attic-03"))
    pc_list = read_csv(file, BulkJobKind.PC_IMPORT, 10)
    good = [(row.payload["mac"], row.payload["hostname"]) for row in pc_list.rows[:2]]
    assert good == [(str(pc.mac), pc.hostname) for pc in PCS]
    assert (pc_list.encoding, pc_list.delimiter) == ("utf-16", ";")
    assert [row.row_no for row in pc_list.rows if row.fault] == [4]


async def test_an_upload_says_what_the_list_is_for() -> None:
    """The file goes up with the kind of job, and the job comes back."""
    service = FakeProvisioning()
    job = await _uploader(service, FakeClock()).upload("pc_import", b"a list")
    assert job == BulkJobSeen("7", "queued", total=3, ok=2, failed=1)
    assert b"pc_import" in service.uploads[0]
    assert b"a list" in service.uploads[0]


async def test_a_job_is_followed_to_its_end() -> None:
    """Looks are paced until nothing more will happen to the job."""
    service, clock = FakeProvisioning(), FakeClock()
    uploader = _uploader(service, clock)
    following = asyncio.create_task(uploader.follow(await uploader.upload("pc_import", b"")))
    await clock.advance(0.3)
    assert not following.done()
    await clock.advance(0.3)
    job = await following
    assert job.state == "partial"
    assert await uploader.bad_rows(job) == ["row 4: mac: is missing"]


async def test_a_refusal_is_an_error() -> None:
    """A job that the service does not know is not followed for ever."""
    uploader = _uploader(FakeProvisioning(), FakeClock())
    unknown = BulkJobSeen("8", "succeeded", total=0, ok=0, failed=0)
    with pytest.raises(httpx.HTTPStatusError):
        await uploader.bad_rows(unknown)
