"""Showing bulk jobs and steering them."""

import asyncio

import pytest

from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from loopjobs.testing import FakeClock
from servicekit.testing.cases import in_turn
from servicekit.testing.fixtures import Outage, on_any_database, on_every_database

from .desk import CSV, PATH, READ, WRITE, Desk

pytestmark = on_any_database

UNKNOWN = f"{PATH}/0193b5b0-0000-7000-8000-000000000000"
OF_A_JOB = [
    ("GET", ""),
    ("GET", "/items"),
    ("GET", "/errors.csv"),
    ("GET", "/file"),
    ("POST", "/cancel"),
    ("POST", "/hold"),
    ("POST", "/release"),
    ("POST", "/retry"),
    ("DELETE", ""),
]


@in_turn(("method", "place"), OF_A_JOB)
async def test_a_job_that_never_was_answers_404(desk: Desk, method: str, place: str) -> None:
    """Everywhere, as problem details."""
    response = await desk.ask(f"{method} {UNKNOWN}{place}")
    assert (response.status_code, response.json()["type"]) == (
        404,
        "urn:problem-type:provisioning:bulk-job-not-found",
    )


@in_turn(("method", "place"), OF_A_JOB)
async def test_somebody_elses_job_answers_404(desk: Desk, method: str, place: str) -> None:
    """As if it were not there, be it alive, being removed, or archived."""
    path = await desk.sent(who="user:8")
    answers = [await desk.ask(f"{method} {path}{place}")]
    await desk.finish(path)
    await desk.change(path, state="deleting")
    answers.append(await desk.ask(f"{method} {path}{place}"))
    await desk.archive()
    answers.append(await desk.ask(f"{method} {path}{place}"))
    assert [answer.status_code for answer in answers] == [404, 404, 404]


@on_every_database
async def test_a_removed_job_answers_410(desk: Desk) -> None:
    """From the moment of removal on, and from the archive; only removing it again is fine."""
    path = await desk.sent()
    await desk.finish(path)
    await desk.ask(f"DELETE {path}")
    for _ in range(2):
        for method, place in OF_A_JOB:
            expected = 204 if method == "DELETE" else 410
            answer = await desk.ask(f"{method} {path}{place}")
            assert (answer.status_code, method, place) == (expected, method, place)
        await desk.archive()


async def test_changing_a_job_needs_the_scope(desk: Desk) -> None:
    """Who may only look may not touch."""
    path = await desk.sent()
    changing = [f"{method} {path}{place}" for method, place in OF_A_JOB if method != "GET"]
    answers = [(await desk.ask(each, scopes=(READ,))).status_code for each in changing]
    assert answers == [403] * 5


async def test_who_may_read_sees_everybodys_jobs(desk: Desk) -> None:
    """An administrator looks at what others have sent, and with `write` as well steers it."""
    path = await desk.sent(who="user:8")
    assert (await desk.ask(f"GET {path}", scopes=(READ,))).json()["owner_id"] == "user:8"
    assert (await desk.ask(f"POST {path}/cancel", scopes=(READ, WRITE))).status_code == 202


@on_every_database
async def test_the_list_of_jobs_goes_page_by_page(desk: Desk, clock: FakeClock) -> None:
    """The newest first, each once, without those that are being removed."""
    paths = []
    for number in range(6):
        paths.append(await desk.sent(who=f"user:{number}"))
        await clock.advance(1)
    await desk.finish(paths[2])
    await desk.change(paths[2], state="deleting")
    seen: list[str] = []
    query: str | None = "limit=2"
    while query is not None:
        page = (await desk.ask(f"GET {PATH}?{query}", scopes=(READ,))).json()
        seen += [f"{PATH}/{job['id']}" for job in page["items"]]
        query = page["next_cursor"] and f"limit=2&cursor={page['next_cursor']}"
    assert seen == [paths[number] for number in (5, 4, 3, 1, 0)]


async def test_the_list_of_jobs_shows_ones_own(desk: Desk) -> None:
    """Without the scope to read always, with it if asked for."""
    mine, _ = await desk.sent(), await desk.sent(who="user:8")
    for query, scopes in (("", (WRITE,)), ("?mine=true", (READ,))):
        page = (await desk.ask(f"GET {PATH}{query}", scopes=scopes)).json()
        assert [f"{PATH}/{job['id']}" for job in page["items"]] == [mine]


@in_turn(
    ("path", "parameter"),
    [
        (f"{PATH}?limit=0", "limit"),
        (f"{PATH}?limit=501", "limit"),
        (f"{PATH}?cursor=1", "cursor"),
        (f"{PATH}?state=failed", "state"),
        (f"{PATH}/1", "job_id"),
        (f"{UNKNOWN}/items?cursor=x", "cursor"),
        (f"{UNKNOWN}/items?state=lost", "state"),
    ],
)
async def test_a_query_that_breaks_rules_is_told_where(
    desk: Desk, path: str, parameter: str
) -> None:
    """Unknown parameters are refused like wrong ones."""
    response = await desk.ask(f"GET {path}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


@on_every_database
async def test_the_rows_of_a_job_go_page_by_page(desk: Desk) -> None:
    """In their order, all or those in one state."""
    path = await desk.sent()
    first = (await desk.ask(f"GET {path}/items?limit=2")).json()
    last = (await desk.ask(f"GET {path}/items?limit=2&cursor={first['next_cursor']}")).json()
    failed = (await desk.ask(f"GET {path}/items?state=failed")).json()
    numbers = [[item["row_no"] for item in page["items"]] for page in (first, last, failed)]
    assert numbers == [[2, 3], [4], [4]]
    assert last["next_cursor"] is None


@pytest.mark.parametrize("state", ["created", "queued"])
@on_every_database
async def test_a_job_that_nobody_has_is_cancelled_at_once(
    desk: Desk, clock: FakeClock, state: str
) -> None:
    """It is finished then, and cannot be cancelled again."""
    path = await desk.sent()
    await desk.change(path, state=state)
    response = await desk.ask(f"POST {path}/cancel")
    body = response.json()
    assert (response.status_code, body["state"]) == (202, "cancelled")
    assert body["finished_at"] == clock.now().isoformat().replace("+00:00", "Z")
    assert (await desk.ask(f"POST {path}/cancel")).status_code == 409


@on_every_database
async def test_a_running_job_is_asked_to_stop(desk: Desk, clock: FakeClock) -> None:
    """Its worker decides when; asking again changes nothing."""
    path = await desk.sent()
    await desk.run(path)
    first = (await desk.ask(f"POST {path}/cancel")).json()
    await clock.advance(5)
    second = (await desk.ask(f"POST {path}/cancel")).json()
    assert (first["state"], second["state"]) == ("running", "running")
    assert first["cancel_requested_at"] == second["cancel_requested_at"] is not None


@in_turn("state", ["succeeded", "partial", "failed", "cancelled"])
async def test_what_is_finished_cannot_be_cancelled(desk: Desk, state: str) -> None:
    """409 that says in which state it is."""
    path = await desk.sent()
    await desk.finish(path, state)
    response = await desk.ask(f"POST {path}/cancel")
    assert response.status_code == 409
    assert f"is {state} already" in response.json()["detail"]


@on_every_database
async def test_a_job_on_hold_is_kept(desk: Desk) -> None:
    """Not even its owner removes it; released it goes. Both may be said twice."""
    path = await desk.sent()
    await desk.finish(path)
    held = [(await desk.ask(f"POST {path}/hold")).json()["hold"] for _ in range(2)]
    assert (await desk.ask(f"DELETE {path}")).status_code == 409
    released = [(await desk.ask(f"POST {path}/release")).json()["hold"] for _ in range(2)]
    assert (await desk.ask(f"DELETE {path}")).status_code == 204
    assert (held, released) == ([True, True], [False, False])


@in_turn("state", ["created", "queued", "running"])
async def test_what_is_not_finished_is_not_removed(desk: Desk, state: str) -> None:
    """409 that says what to do."""
    path = await desk.sent()
    if state == "running":
        await desk.run(path)
    else:
        await desk.change(path, state=state)
    response = await desk.ask(f"DELETE {path}")
    assert response.status_code == 409
    assert "cancel it first" in response.json()["detail"]


@on_every_database
async def test_a_removed_job_is_left_to_the_cleanup(desk: Desk) -> None:
    """Its rows stay until then; what it was is kept for the archive."""
    path = await desk.sent()
    await desk.finish(path)
    await desk.ask(f"DELETE {path}")
    job = await desk.job(path)
    assert (job.state, job.outcome, job.finished_at is not None) == ("deleting", "partial", True)
    assert await desk.count(BulkJobItemRow) == 3


@on_every_database
async def test_a_failed_job_is_tried_again(desk: Desk) -> None:
    """Rows that failed at the Login service wait again; rows that were wrong stay failed."""
    path = await desk.sent()
    await desk.fail_rows(path, "login_error")
    response = await desk.ask(f"POST {path}/retry")
    body = response.json()
    assert (response.status_code, body["state"], body["finished_at"]) == (202, "queued", None)
    assert (body["failed_count"], body["pending_count"]) == (1, 2)
    items = (await desk.ask(f"GET {path}/items")).json()["items"]
    assert [(item["state"], item["error_code"]) for item in items] == [
        ("pending", None),
        ("pending", None),
        ("failed", "invalid_row"),
    ]


@on_every_database
async def test_a_job_whose_worker_was_lost_is_tried_again(desk: Desk) -> None:
    """Rows that nobody came to are reason enough."""
    path = await desk.sent()
    await desk.change(path, error="worker_lost")
    await desk.finish(path, "failed")
    body = (await desk.ask(f"POST {path}/retry")).json()
    assert (body["state"], body["error"], body["pending_count"]) == ("queued", None, 2)


@on_every_database
async def test_a_job_whose_rows_were_all_wrong_is_not_tried_again(desk: Desk) -> None:
    """409: trying cannot mend a list; and nothing has changed."""
    path = await desk.sent()
    await desk.fail_rows(path, "duplicate_mac")
    response = await desk.ask(f"POST {path}/retry")
    assert response.status_code == 409
    assert "send a mended list" in response.json()["detail"]
    assert (await desk.ask(f"GET {path}")).json()["state"] == "failed"


@in_turn("state", ["queued", "running", "succeeded", "cancelled"])
async def test_only_what_failed_is_tried_again(desk: Desk, state: str) -> None:
    """409 that says in which state it is."""
    path = await desk.sent()
    if state == "running":
        await desk.run(path)
    elif state != "queued":
        await desk.finish(path, state)
    response = await desk.ask(f"POST {path}/retry")
    assert response.status_code == 409
    assert f"is {state};" in response.json()["detail"]


@on_every_database
async def test_trying_again_counts_as_one_more_unfinished_job(desk: Desk) -> None:
    """429 while the owner has as many as one may have."""
    path = await desk.sent()
    await desk.fail_rows(path, "login_error")
    for _ in range(3):
        await desk.sent()
    assert (await desk.ask(f"POST {path}/retry")).status_code == 429


@on_every_database
async def test_of_two_who_try_again_at_once_one_is_too_late(desk: Desk) -> None:
    """And no row is queued twice."""
    path = await desk.sent()
    await desk.fail_rows(path, "login_error")
    answers = await asyncio.gather(*(desk.ask(f"POST {path}/retry") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    assert (await desk.job(path)).failed_count == 1


@on_every_database
async def test_whatever_is_decided_counts_the_version_up(desk: Desk) -> None:
    """So that the cleanup, which has looked before, leaves the job alone."""
    path = await desk.sent()
    versions = [(await desk.job(path)).version]
    for action in ("hold", "release", "cancel"):
        await desk.ask(f"POST {path}/{action}")
        versions.append((await desk.job(path)).version)
    assert versions == sorted(set(versions))


@on_every_database
async def test_a_store_that_is_away_answers_503(desk: Desk, away: Outage) -> None:
    """With Retry-After; and all is well when it is back."""
    path = await desk.sent()
    with away():
        answers = [await desk.send(CSV), await desk.ask(f"GET {path}")]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("retry-after" in answer.headers for answer in answers)
    assert (await desk.ask(f"GET {path}")).status_code == 200
    assert await desk.count(BulkJobRow) == 1
