"""The cleanup in SQL against the rule in words of Python."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from login.domain.token_cleanup import TokenCleanup
from login.domain.token_cleanup_tally import CleanupRules, CleanupTally
from login.domain.token_retention import Retention
from login.domain.token_search import TokenKind
from login.storage.token_cleanup_store import SqlTokenCleanupStore
from loopjobs import CancellationToken
from servicekit.database import Database
from servicekit.retries import BusyRetries

from .quick_clock import QuickClock
from .token_rows import TokenRows


@dataclass
class Token:
    """Ages are hours ago; what lies ahead is negative."""

    expired: int
    consumed: int | None


@dataclass
class Family:
    """A session with its refresh tokens."""

    expired: int
    revoked: int | None
    tokens: list[Token]


@dataclass
class Limits:
    """How long what is over is kept, in hours, and how much is done at once."""

    expired: int
    revoked: int
    consumed: int | None
    batch: int
    cap: int
    look_ahead: int


AGES = st.integers(-3, 6)
PAST = st.one_of(st.none(), st.integers(0, 6))
TOKENS = st.builds(Token, AGES, PAST)
FAMILIES = st.lists(st.builds(Family, AGES, PAST, st.lists(TOKENS, max_size=5)), max_size=5)
SMALL = st.integers(1, 4)
HOURS = st.integers(0, 4)
CAP = st.integers(4, 20)
LIMITS = st.builds(Limits, HOURS, HOURS, st.one_of(st.none(), HOURS), SMALL, CAP, SMALL)


def token_goes(token: Token, family: Family, limits: Limits) -> bool:
    if family.revoked is not None and family.revoked > limits.revoked:
        return True
    if token.consumed is not None:
        if limits.consumed is not None and token.consumed > limits.consumed:
            return True
        if family.expired <= limits.expired:
            return False
    return token.expired > limits.expired


def session_goes(family: Family, limits: Limits) -> bool:
    revoked = family.revoked is not None and family.revoked > limits.revoked
    over = revoked or family.expired > limits.expired
    return over and all(token_goes(token, family, limits) for token in family.tokens)


def is_alive(token: Token, family: Family) -> bool:
    return token.expired < 0 and token.consumed is None and family.revoked is None


# The one database is emptied before each example.
@settings(
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(families=FAMILIES, one_time=st.lists(AGES, max_size=4), limits=LIMITS)
async def test_case_05_a_living_token_never_goes_and_all_that_can_go_do(
    database: Database, families: list[Family], one_time: list[int], limits: Limits
) -> None:
    """Over any rows and settings: by runs up to the cap, exactly what the rule says is gone."""
    left, expected = await _clean(database, families, one_time, limits)
    assert left == expected


async def _clean(
    database: Database, families: list[Family], one_time: list[int], limits: Limits
) -> tuple[list[set[int]], list[set[int]]]:
    clock = QuickClock()
    rows = TokenRows(database, clock)
    await rows.clear()
    expected, alive = await _fill(rows, families, one_time, limits)
    total = sum(await rows.counts())
    goes = total - sum(map(len, expected))
    assert await _run(database, clock, limits, dry_run=True, cap=total + 1) == goes
    while deleted := await _run(database, clock, limits, cap=limits.cap):
        assert deleted <= limits.cap
        assert alive <= set(await rows.left(TokenKind.REFRESH))
    return [set(await rows.left(kind)) for kind in TokenKind], expected


async def _fill(
    rows: TokenRows, families: list[Family], one_time: list[int], limits: Limits
) -> tuple[list[set[int]], set[int]]:
    """Return what stays of each kind, and the tokens that somebody could use now."""
    stays, sessions, alive = set[int](), set[int](), set[int]()
    for family in families:
        session = await rows.session(family.expired, family.revoked)
        sessions |= set() if session_goes(family, limits) else {session}
        for token in family.tokens:
            ids = await rows.refresh(session, token.expired, consumed=token.consumed)
            stays |= set() if token_goes(token, family, limits) else set(ids)
            alive |= set(ids) if is_alive(token, family) else set()
    ids = await rows.one_time(*one_time) if one_time else []
    codes = {code for code, age in zip(ids, one_time, strict=True) if age <= limits.expired}
    return [codes, stays, sessions], alive


async def _run(
    database: Database, clock: QuickClock, limits: Limits, *, cap: int, dry_run: bool = False
) -> int:
    """Return how many rows a run deleted."""
    rules = CleanupRules(
        retention=_retention(limits),
        batch_size=limits.batch,
        max_per_run=cap,
        dry_run=dry_run,
        look_ahead=limits.look_ahead,
    )
    tally = CleanupTally()
    store, retries = SqlTokenCleanupStore(database), BusyRetries(Random(7))  # noqa: S311 - predictable
    await TokenCleanup(store, clock, rules, retries).run(tally, CancellationToken(clock))
    return tally.deleted.total()


def _retention(limits: Limits) -> Retention:
    return Retention(
        expired=timedelta(hours=limits.expired),
        revoked=timedelta(hours=limits.revoked),
        consumed=None if limits.consumed is None else timedelta(hours=limits.consumed),
    )
