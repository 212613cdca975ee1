"""No secret in an error, a traceback, a log line."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loopjobs import CancellationToken, LoopJobOptions, redact
from loopjobs.testing import JobHarness

# A secret begins with a mark that stands nowhere else, so that it is found wherever it is left.
MARK = "Xq"
PLAIN = string.ascii_letters + string.digits + "_"
TOKENS = st.text(PLAIN + "-.~+/", min_size=8, max_size=60).map(lambda text: f"{MARK}7{text}{MARK}")
IN_URLS = st.text(string.ascii_letters + string.digits + string.punctuation, max_size=30).map(
    lambda text: f"{MARK}{text}{MARK}"
)
IN_QUOTES = st.text(PLAIN + " -;&@:/=,(){}ü", max_size=30).map(lambda text: f"{MARK}{text}{MARK}")
NAMES = st.from_regex(
    r"(PG)?PASSWORD|[Pp]assword|pwd|passwd|client_secret|(x-)?api[_-]?key|ApiKey|access_token"
    r"|refresh-token|AccountKey|private_key",
    fullmatch=True,
)


@st.composite
def planted(draw: st.DrawFn) -> str:
    """Return a text that gives a secret away in one of the usual ways."""
    name, token = draw(NAMES), draw(TOKENS)
    quoted, in_url = draw(IN_QUOTES), draw(IN_URLS)
    kind = draw(st.sampled_from(["Bearer", "bearer", "BEARER"]))
    return draw(
        st.sampled_from(
            [
                f"postgresql+psycopg://me:{in_url}@db.example:5432/app",
                f"cannot reach redis://:{in_url}@cache, giving up",
                f"https://{token.replace('/', '')}@git.example/repository",
                f"{name}={token}",
                f"Host=h;{name} = {token};Port=1",
                f"{name}\n  Too short [type=short, input_value='{quoted}', input_type=str]",
                f"GET /v1?{name}={token}&page=2",
                f'{{"{name}": "{quoted}", "page": 2}}',
                f"{{'{name}': '{quoted}'}}",
                f'"{{\\"{name}\\": \\"{quoted}\\"}}"',
                f"({name}='{quoted}', page=2)",
                f"[(b'{name}', b'{quoted}'), (b'page', b'2')]",
                f"token: {token}",
                f"Authorization: {kind} {token}",
                f"Proxy-Authorization: Basic {token}",
                f"{{'authorization': '{kind} {token}'}}",
                f"Cookie: session={token}; page=2",
                f"sent {kind} {token}",
                f"the JWT eyJ{MARK}.{MARK}.{MARK} has expired",
                f"-----BEGIN PRIVATE KEY-----\n{MARK}\n{MARK}=\n-----END PRIVATE KEY-----",
            ]
        )
    )


@given(planted(), st.text(max_size=20), st.text(max_size=20))
def test_a_planted_secret_does_not_survive(text: str, before: str, after: str) -> None:
    """In whatever it is wrapped."""
    assume(MARK not in before + after)
    said = redact(f"{before} {text} {after}")
    assert MARK not in said
    assert "***" in said


@given(st.text(PLAIN + " .,:;=@/()[]{}<>'\"\\-\n\tüß", max_size=200))
def test_ordinary_text_is_untouched(text: str) -> None:
    """Where none of the names is, and no URL, nothing is hidden, whatever else stands there."""
    folded = text.casefold()
    names = ("pass", "pwd", "secret", "token", "key", "bearer", "eyj", "://")
    assume(not any(name in folded for name in names))
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        'FATAL: password authentication failed for user "me"',
        "unexpected token: ')' at position 4",
        "tokens=3 deleted, secrets=0",
        "TokenLifetimeInMinutes must be at least 1",
        "Bearer token is missing",
        'WWW-Authenticate: Bearer realm="login"',
        "see https://example.org/@me and https://example.org:8080/a?b=c#d",
        "mail me@example.org",
        "if password == expected:",
        "KeyError: 'token'",
        "name\n  Too short [type=string_too_short, input_value='ada', input_type=str]",
    ],
)
def test_text_about_secrets_is_untouched(text: str) -> None:
    """Whoever looks for the fault needs every word of it."""
    assert redact(text) == text


@given(planted(), st.text(max_size=50))
def test_what_is_redacted_stays_as_it_is(text: str, more: str) -> None:
    """So that it may pass several hands that each take care."""
    said = redact(text + more)
    assert redact(said) == said


MALICE = ("a://b:", "password='\\", "token:a", "eyJ-", "bearer ", "-----BEGIN PRIVATE KEY-----")


@pytest.mark.parametrize("unit", MALICE)
def test_a_megabyte_of_malice_takes_no_longer_than_any_other(unit: str) -> None:
    """A pattern that goes back and forth would not come to an end here."""
    size = 1_000_000
    assert redact(unit * (size // len(unit)))


async def test_what_a_run_raised_is_kept_without_secrets() -> None:
    """Neither in the record nor in the traceback, nor in that of the cause."""

    class Sync:
        async def execute(self, ct: CancellationToken) -> None:
            away = ConnectionError("postgresql://sync:hunter2@db.example/app")
            raise RuntimeError("no database: Password=hunter2;Host=db") from away

    async with JobHarness(Sync, LoopJobOptions(interval_in_seconds=1)) as harness:
        record = await harness.run_once()
    assert record.error == "RuntimeError: no database: Password=***;Host=db"
    assert record.traceback is not None
    assert "postgresql://***@db.example/app" in record.traceback
    assert "Password=***;Host=db" in record.traceback


async def test_what_a_run_raised_is_cut() -> None:
    """An error to 500 characters; of a traceback the begin and the end are kept."""

    class Talks:
        async def execute(self, ct: CancellationToken) -> None:
            raise ValueError(f"begin {'.' * 100_000} end")

    async with JobHarness(Talks, LoopJobOptions(interval_in_seconds=1)) as harness:
        record = await harness.run_once()
    assert record.error is not None
    assert record.traceback is not None
    assert len(record.error) == 500
    assert record.error.startswith("ValueError: begin ...")
    assert record.error.endswith("…")
    assert len(record.traceback) < 20_100
    assert record.traceback.startswith("Traceback (most recent call last):")
    assert "characters are left out" in record.traceback
    assert record.traceback.endswith(". end\n")
