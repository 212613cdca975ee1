"""Signing in and out."""

import logging
import re
from http.cookies import SimpleCookie

import httpx
import pytest

from loopjobs import Host
from loopjobs.testing import FakeClock
from loopjobs.web import JobsApp, create_jobs_app

from .visitors import PASSWORD, Accounts, browser, csrf_in, sign_in

WRONG = "Name and password do not fit together."


def session_in(answer: httpx.Response) -> SimpleCookie:
    cookies = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        cookies.load(line)
    return cookies


async def test_signing_in_leads_on_to_the_page(stranger: httpx.AsyncClient) -> None:
    """To the one that was asked for first; the session is a cookie."""
    asked = await stranger.get("/job/quick")
    form = await stranger.get(asked.headers["location"])
    token, path = csrf_in(form.text), re.search(r'name="next" value="([^"]*)"', form.text)
    assert path is not None
    fields = {"name": "victor", "password": PASSWORD, "csrf": token, "next": path[1]}
    answer = await stranger.post("/sign-in", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/job/quick")
    assert (await stranger.get("/job/quick")).status_code == 200
    assert (await stranger.get("/api/jobs")).status_code == 200
    assert (await stranger.get("/job/quick/run")).status_code == 403, "victor may look only"


async def test_a_session_that_has_ended_is_told(
    stranger: httpx.AsyncClient, clock: FakeClock
) -> None:
    """Whoever comes back, or has just clicked, learns that nothing was done; at first nobody."""
    ended = "Your session has ended, and nothing was done after that."
    assert ended not in (await stranger.get("/sign-in")).text
    await sign_in(stranger)
    token = csrf_in((await stranger.get("/job/quick/run")).text)
    await clock.advance(30 * 60)
    refused = await stranger.post("/job/quick/run", data={"csrf": token})
    assert refused.headers["location"] == "/sign-in?next=%2Fjob%2Fquick%2Frun"
    assert ended in (await stranger.get(refused.headers["location"])).text
    await sign_in(stranger)
    token = csrf_in((await stranger.get("/")).text)
    await stranger.post("/sign-out", data={"csrf": token})
    assert ended not in (await stranger.get("/sign-in")).text


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_cookie_is_for_this_page_only(app: JobsApp, scheme: str) -> None:
    """Not for scripts, not for other sites, not unencrypted where it can be helped."""
    transport = httpx.ASGITransport(app, root_path="/ops/jobs")
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://jobs.test") as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        form = await client.get("/ops/jobs/sign-in")
        fields = {"name": "olga", "password": PASSWORD, "csrf": csrf_in(form.text)}
        answer = await client.post("/ops/jobs/sign-in", data=fields)
    assert answer.headers["location"] == "/ops/jobs/"
    for cookies in (session_in(form), session_in(answer)):
        (cookie,) = cookies.values()
        assert (cookie["path"], cookie["samesite"]) == ("/ops/jobs", "strict")
        assert (cookie["httponly"], bool(cookie["secure"])) == (True, scheme == "https")
        assert (cookie["domain"], cookie["max-age"]) == ("", ""), "it ends with the browser"


async def test_services_on_one_machine_do_not_end_each_others_sessions(app: JobsApp) -> None:
    """Browsers tell hosts apart, and not ports: so the name of the cookie does."""
    names = set()
    for port in (8001, 8002):
        async with browser(app, base_url=f"http://127.0.0.1:{port}") as client:
            names |= set(session_in(await sign_in(client)))
    assert names == {"loopjobs_session_8001", "loopjobs_session_8002"}


async def test_the_id_is_new_and_long(stranger: httpx.AsyncClient, host: Host) -> None:
    """Whoever planted a cookie, or had one before, gains nothing."""
    planted = "A" * 43
    stranger.cookies.set("loopjobs_session_80", planted, domain="jobs.test")
    assert (await stranger.get("/")).status_code == 303
    stranger.cookies.clear()
    ids = []
    for _ in range(2):
        answer = await sign_in(stranger)
        ids.append(session_in(answer)["loopjobs_session_80"].value)
        await leave(stranger)
    assert len({planted, *ids}) == 3
    assert all(len(each) == 43 for each in ids), "256 bits, six a letter"


async def leave(client: httpx.AsyncClient) -> httpx.Response:
    token = csrf_in((await client.get("/")).text)
    return await client.post("/sign-out", data={"csrf": token})


async def test_a_second_sign_in_ends_the_first_session(
    app: JobsApp, stranger: httpx.AsyncClient
) -> None:
    """In this browser; elsewhere they go on."""
    token = csrf_in((await stranger.get("/sign-in")).text)
    form = {"name": "olga", "password": PASSWORD, "csrf": token}
    first, second = [session_in(await stranger.post("/sign-in", data=form)) for _ in range(2)]
    async with browser(app) as elsewhere:
        await sign_in(elsewhere)
        assert (await elsewhere.get("/api/jobs")).status_code == 200
    for cookies, code in ((first, 401), (second, 200)):
        stranger.cookies.clear()
        value = cookies["loopjobs_session_80"].value
        stranger.cookies.set("loopjobs_session_80", value, domain="jobs.test")
        assert (await stranger.get("/api/jobs")).status_code == code


async def test_signing_out_ends_the_session(stranger: httpx.AsyncClient) -> None:
    """Not only the cookie: who kept its value is nobody, too."""
    value = session_in(await sign_in(stranger))["loopjobs_session_80"].value
    answer = await leave(stranger)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "loopjobs_session_80" not in stranger.cookies
    stranger.cookies.set("loopjobs_session_80", value, domain="jobs.test")
    assert (await stranger.get("/api/jobs")).status_code == 401


async def test_signing_out_needs_the_token(stranger: httpx.AsyncClient) -> None:
    """Who is not signed in needs none."""
    assert (await stranger.post("/sign-out")).status_code == 303
    await sign_in(stranger)
    answer = await stranger.post("/sign-out", data={"csrf": "x"})
    assert answer.status_code == 403
    assert (await stranger.get("/api/jobs")).status_code == 200


async def test_whoever_is_signed_in_is_not_asked_again(stranger: httpx.AsyncClient) -> None:
    """The form leads on."""
    await sign_in(stranger)
    answer = await stranger.get("/sign-in?next=/job/quick")
    assert (answer.status_code, answer.headers["location"]) == (303, "/job/quick")


async def test_a_wrong_name_and_a_wrong_password_are_the_same(
    app: JobsApp, accounts: Accounts
) -> None:
    """Byte for byte, apart from the name that was given; the password is not given back."""
    answers = []
    for name, password in (("olga", "hunter2"), ("nobody", "hunter2"), ("nobody", PASSWORD)):
        async with browser(app) as client:
            answer = await sign_in(client, name, password)
        assert answer.status_code == 401
        assert WRONG in answer.text
        assert password not in answer.text
        without_token = answer.text.replace(csrf_in(answer.text), "")
        answers.append((without_token.replace(name, "NAME"), session_in(answer)))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][1] == {}
    assert len(accounts.attempts) == 3


@pytest.mark.parametrize(
    ("name", "password"), [("", PASSWORD), ("x" * 1_025, PASSWORD), ("olga", "x" * 1_025)]
)
async def test_what_can_be_nobody_is_not_asked(
    stranger: httpx.AsyncClient, accounts: Accounts, name: str, password: str
) -> None:
    """A hash of a megabyte costs time that others need."""
    assert (await sign_in(stranger, name, password)).status_code == 401
    assert accounts.attempts == []


async def test_it_leads_nowhere_else(stranger: httpx.AsyncClient) -> None:
    """Whatever the link to the sign-in asked for."""
    await sign_in(stranger)
    for path in (
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "/job/../../evil",
        "/job/%2e%2e/%2E%2E/evil",
        "/job/x\r\nSet-Cookie: a=b",
        "/sign-out",
        "/job/",
        "javascript:alert(1)",
        "",
    ):
        answer = await stranger.get("/sign-in", params={"next": path})
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), path
    stranger.cookies.clear()
    answer = await sign_in(stranger, next="//evil.test")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_guessing_at_one_name_is_slowed_down(
    app: JobsApp, accounts: Accounts, clock: FakeClock
) -> None:
    """Wherever it comes from, and however the name is spelled; others are let in."""
    answers = []
    for attempt in range(11):
        async with browser_from(app, f"10.0.0.{attempt}") as client:
            answers.append(await sign_in(client, "Olga" if attempt % 2 else "olga", "wrong"))
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "30"
    assert len(accounts.attempts) == 10, "nobody was asked about the last one"
    async with browser_from(app, "10.0.0.99") as client:
        assert (await sign_in(client, "olga")).status_code == 429, "not even the right password"
        assert (await sign_in(client, "victor")).status_code == 303
        await clock.advance(30)
        client.cookies.clear()
        assert (await sign_in(client, "olga")).status_code == 303


async def test_guessing_from_one_address_is_slowed_down(app: JobsApp, accounts: Accounts) -> None:
    """And then it locks out nobody's name either."""
    async with browser_from(app, "10.0.0.1") as client:
        codes = [(await sign_in(client, f"name {n}", "wrong")).status_code for n in range(31)]
        for _ in range(20):
            await sign_in(client, "olga", "wrong")
    assert codes == [401] * 30 + [429]
    async with browser_from(app, "10.0.0.2") as client:
        assert (await sign_in(client, "olga")).status_code == 303


async def test_a_whole_network_of_one_subscriber_is_one_address(app: JobsApp) -> None:
    """Whoever has billions of addresses of IPv6 may guess no more often for it."""
    codes = []
    for number in range(31):
        async with browser_from(app, f"2001:db8::{number:x}") as client:
            codes.append((await sign_in(client, f"name {number}", "wrong")).status_code)
    async with browser_from(app, "2001:db8:0:1::1") as neighbor:
        codes.append((await sign_in(neighbor, "name", "wrong")).status_code)
    assert codes == [401] * 30 + [429, 401]


def browser_from(app: JobsApp, address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=(address, 1)),
        base_url="http://jobs.test",
        headers={"Sec-Fetch-Site": "same-origin"},
    )


async def test_sign_ins_are_written_down(
    stranger: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Who came and who left; of a refusal not what was typed, which may be a password."""
    with caplog.at_level(logging.INFO, "loopjobs.audit"):
        await sign_in(stranger, "hunter2", "olga")
        await sign_in(stranger)
        await leave(stranger)
    assert caplog.messages == [
        "somebody: sign-in from 127.0.0.1: refused",
        "olga: sign-in from 127.0.0.1: done",
        "olga: sign-out from 127.0.0.1: done",
    ]
    assert "hunter2" not in str([record.__dict__ for record in caplog.records])


async def test_a_sign_in_alone_is_enough(host: Host, accounts: Accounts) -> None:
    """No other authorization is needed; a token is nothing then."""
    app = create_jobs_app(host, sign_in=accounts)
    async with browser(app, {"Authorization": "Bearer operator-token"}) as client:
        assert (await client.get("/api/jobs")).status_code == 401
        await sign_in(client)
        assert (await client.get("/api/jobs")).status_code == 200
